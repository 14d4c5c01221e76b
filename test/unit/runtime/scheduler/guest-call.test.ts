import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GuestCall } from '../../../../src/runtime/scheduler/guest-call.ts';

describe('GuestCall', () => {
  function createCall() {
    const call = new GuestCall(
      () => {},
      () => {},
    );
    const heard: unknown[] = [];
    const listener = { handleEvent: () => heard.push(call.reason) };
    return { call, heard, listener };
  }

  test('is a signal that aborts when nobody waits any more', () => {
    const { call, heard, listener } = createCall();
    call.open();
    const { signal } = call.options as { signal: AbortSignal };
    signal.addEventListener('abort', listener);
    assert.equal(signal.aborted, false);
    call.abandon('too late');
    assert.equal(signal.aborted, true);
    assert.equal(signal.reason, 'too late');
    assert.deepEqual(heard, ['too late']);
  });

  test('forgets all of a call before the next one of its number', () => {
    const { call, heard, listener } = createCall();
    call.open();
    const { turn } = call;
    call.addEventListener('abort', listener);
    call.abandon('first');
    call.close();
    assert.equal(call.isOpen, false);
    call.open();
    assert.equal(call.aborted, false);
    assert.equal(call.reason, undefined);
    assert.notEqual(call.turn, turn);
    call.abandon('second');
    assert.deepEqual(heard, ['first']);
  });

  test('tells nobody who has stopped listening', () => {
    const { call, heard, listener } = createCall();
    call.open();
    call.addEventListener('abort', listener);
    call.removeEventListener('abort', { handleEvent: () => {} });
    call.removeEventListener('abort', listener);
    call.abandon('why');
    assert.deepEqual(heard, []);
  });
});
