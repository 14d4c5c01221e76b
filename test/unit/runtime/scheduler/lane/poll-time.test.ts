import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PollTime } from '../../../../../src/runtime/scheduler/lane/poll-time.ts';

describe('PollTime', () => {
  /** How long it looks in vain, to the nearest 0.05 ms. */
  function looksForMs(time: PollTime): number {
    const startMs = 100;
    time.onAwake();
    time.onTurn(startMs);
    let steps = 0;
    while (time.isLeft(startMs + steps / 100)) steps++;
    return Math.round(steps / 5) / 20;
  }
  function wakeAfter(time: PollTime, restMs: number): boolean {
    time.onSleep(1_000);
    return time.onWoken(1_000 + restMs);
  }

  test('doubles to a millisecond at most where it is woken soon after it fell asleep', () => {
    const time = new PollTime();
    const seen = [looksForMs(time)];
    for (let i = 0; i < 4; i++) {
      assert.equal(wakeAfter(time, 0.5), false);
      seen.push(looksForMs(time));
    }
    assert.deepEqual(seen, [0.15, 0.3, 0.6, 1, 1]);
  });

  test('shrinks with each rest, and no further than to where it began', () => {
    const time = new PollTime();
    for (let i = 0; i < 3; i++) wakeAfter(time, 0.1);
    assert.equal(wakeAfter(time, 0.7), true);
    assert.equal(looksForMs(time), 0.9);
    for (let i = 0; i < 50; i++) wakeAfter(time, 10);
    assert.equal(looksForMs(time), 0.15);
  });

  test('counts from what was found last', () => {
    const time = new PollTime();
    time.onAwake();
    time.onTurn(10);
    time.onTurn(10.1); // the later turn found nothing
    assert.equal(time.isLeft(10.16), false);
    time.onFrames(10.2);
    assert.equal(time.isLeft(10.3), true);
    assert.equal(time.isLeft(10.36), false);
  });
});
