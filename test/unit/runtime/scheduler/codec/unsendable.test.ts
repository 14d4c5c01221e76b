import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Decoder } from '../../../../../src/runtime/scheduler/codec/decoder.ts';
import { Encoder } from '../../../../../src/runtime/scheduler/codec/encoder.ts';

const SIZE_BYTES = 1 << 16;

function cycle(): object {
  const loop: Record<string, unknown> = { a: [{}] };
  (loop['a'] as Record<string, unknown>[])[0] = { back: loop };
  return loop;
}

function nested(levels: number): unknown {
  let value: unknown = 0;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

const GONE =
  /^params\.arguments\.bytes is a buffer that is gone, to where it was sent before: .* send a copy each time, .*SharedArrayBuffer/;

function goneBytes(): Uint8Array {
  const bytes = new Uint8Array(8);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
}

const CASES: readonly (readonly [string, unknown, RegExp])[] = [
  ['a function', { arguments: { callback() {} } }, /^params\.arguments\.callback is a function/],
  ['a bare function', () => {}, /^params is a function/],
  ['a symbol', [1, { 'a b': Symbol('s') }], /^params\[1\]\["a b"\] is a symbol/],
  ['a buffer that was transferred', { arguments: { bytes: goneBytes() } }, GONE],
  ['a view of one', [goneBytes().buffer], /^params\[0\] is a buffer that is gone/],
  ['a promise', { later: Promise.resolve() }, /^params\.later is a promise/],
  ['a weak map', [new WeakMap()], /^params\[0\] is a weak collection/],
  ['a weak reference', [new WeakRef({})], /^params\[0\] is a weak reference/],
  ['a cycle', cycle(), /^params\.a\[0\]\.back refers back to params:/],
  ['a value in a map', new Map([['k', () => {}]]), /^params\.entries\(\)\[0\]\[1\] is a function/],
  ['a key in a map', new Map([[Symbol('s'), 1]]), /^params\.entries\(\)\[0\]\[0\] is a symbol/],
  ['a member of a set', new Set([1, () => {}]), /^params\.values\(\)\[1\] is a function/],
  ['a cause', new Error('x', { cause: () => {} }), /^params\.cause is a function/],
  ['a nest too deep', nested(1_001), /is nested more than 1000 levels deep/],
  ['a nest far too deep', nested(50_000), /is nested more than 1000 levels deep/],
  [
    'a getter that throws',
    {
      get broken(): never {
        throw new TypeError('not today');
      },
    },
    /^params\.broken cannot be read: TypeError: not today/,
  ],
];

describe('an encoder', () => {
  for (const [name, value, message] of CASES) {
    test(`refuses ${name}, says where it is, and goes on`, () => {
      const memory = new ArrayBuffer(SIZE_BYTES);
      const encoder = new Encoder(memory);
      const decoder = new Decoder(memory);
      const refused = { code: 'ERR_INVALID_PARAMS', message };
      for (let round = 0; round < 4; round++) {
        assert.throws(() => encoder.encode(value, 0, SIZE_BYTES), refused);
        // What stands before it is of a shape that would have been learnt.
        const before = { round, list: [{ round }, { round }] };
        const code = 'ERR_INVALID_PARAMS';
        assert.throws(() => encoder.encode([before, value], 0, SIZE_BYTES), { code });
        const end = encoder.encode([before, before], 0, SIZE_BYTES);
        assert.deepEqual(decoder.decode(0, end), [before, before]);
      }
    });
  }

  test('calls the value what it was told to', () => {
    const encoder = new Encoder(new ArrayBuffer(64), { valueName: 'result' });
    assert.throws(() => encoder.encode([() => {}], 0, 64), {
      message: /^result\[0\] is a function/,
    });
  });

  test('gives up on a value that doubles at every level, once the room is used up', () => {
    let doubling: unknown = 'x';
    for (let level = 0; level < 500; level++) doubling = [doubling, doubling];
    const encoder = new Encoder(new ArrayBuffer(SIZE_BYTES));
    assert.equal(encoder.encode(doubling, 0, SIZE_BYTES), -1);
  });

  test('finds the reason behind a value that doubles at every level', () => {
    let doubling: unknown = [];
    for (let level = 0; level < 60; level++) doubling = [doubling, doubling];
    const broken = {
      get first(): unknown {
        if (++reads > 1) return doubling;
        throw new Error('read once');
      },
      second() {},
    };
    let reads = 0;
    const encoder = new Encoder(new ArrayBuffer(SIZE_BYTES));
    assert.throws(() => encoder.encode(broken, 0, SIZE_BYTES), {
      message: /^params\.second is a function/,
    });
  });
});
