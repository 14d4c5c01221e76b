import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fromWireReason, toWireReason } from '../../../../src/runtime/scheduler/frames.ts';

describe('the reason why a service ended', () => {
  const crossed = (reason: unknown): unknown =>
    fromWireReason(structuredClone(toWireReason(reason)));

  test('keeps name, message and stack of an error', () => {
    const error = new RangeError('too far');
    const arrived = crossed(error) as Error;
    assert.ok(arrived instanceof Error);
    assert.equal(arrived.name, 'RangeError');
    assert.equal(arrived.message, 'too far');
    assert.equal(arrived.stack, error.stack);
  });

  test('is a plain value as it is, and a text of anything else', () => {
    for (const reason of ['killed', 7, false, null]) assert.equal(crossed(reason), reason);
    assert.equal(crossed(undefined), 'undefined');
    assert.equal(crossed(Symbol('end')), 'Symbol(end)');
    assert.equal(
      crossed(() => 1),
      '[Function (anonymous)]',
    );
    assert.match(String(crossed({ code: 7 })), /code: 7/);
    assert.match(String(crossed(Object.create(null))), /null prototype/);
  });

  test('can always leave, whatever was put into an error', () => {
    const odd = Object.assign(new Error('x'), { message: () => 1, stack: Symbol('s'), name: {} });
    const arrived = crossed(odd) as Error;
    assert.equal(arrived.message, '[Function: message]');
    assert.equal(arrived.name, '{}');
  });
});
