import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { spentBufferIn } from '../../../../src/harness/load/spent-input.ts';

function gone(): Uint8Array {
  const bytes = new Uint8Array(8);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
}

describe('spentBufferIn', () => {
  test('finds a buffer that was given away, wherever it is', () => {
    assert.equal(spentBufferIn({ arguments: { bytes: gone() } }), 'arguments.bytes');
    assert.equal(spentBufferIn({ list: [1, { buffer: gone().buffer }] }), 'list.1.buffer');
  });

  test('takes no buffer for gone that is there, empty or shared', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    const there = { empty: new Uint8Array(0), shared, some: Buffer.from('x'), text: 'x', no: null };
    assert.equal(spentBufferIn(there), undefined);
  });
});
