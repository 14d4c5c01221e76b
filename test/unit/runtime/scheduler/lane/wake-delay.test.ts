import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { WakeDelay } from '../../../../../src/runtime/scheduler/lane/wake-delay.ts';

/** A delay whose requests have taken `frameMs` each, on a clock that the test moves. */
function createDelay(t: TestContext, frameMs: number) {
  const clock = { nowMs: 1_000 };
  t.mock.method(performance, 'now', () => clock.nowMs);
  const requests = { unreadBytes: 0, lastRecordBytes: 20 };
  const answers = { isLastAlone: true };
  const delay = new WakeDelay(requests, answers);
  for (let turn = 0; turn < 50; turn++) delay.onFrames(10 * frameMs, 10);
  /** Answers until so many bytes are unread; the caller takes no answer. Whether to wake it later. */
  const answer = (unreadBytes: number): boolean => {
    clock.nowMs += frameMs;
    requests.unreadBytes = unreadBytes;
    const isLater = delay.isBetterLater();
    answers.isLastAlone = false;
    return isLater;
  };
  return { answers, answer, delay };
}

describe('A server that is answering', () => {
  test('wakes a caller of quick requests at once', (t) => {
    const { answer, delay } = createDelay(t, 0.001);
    assert.deepEqual([delay.hasSlowFrames, answer(100)], [false, false]);
  });

  test('wakes a caller of slow requests when half of them have been answered', (t) => {
    const { answer } = createDelay(t, 0.01);
    assert.deepEqual([80, 60, 51, 50, 20, 0].map(answer), [true, true, true, false, false, false]);
  });

  test('counts anew from the first answer that the caller has not taken', (t) => {
    const { answers, answer } = createDelay(t, 0.01);
    assert.deepEqual([80, 60].map(answer), [true, true]);
    answers.isLastAlone = true;
    assert.deepEqual([80, 51, 50].map(answer), [true, true, false]);
  });

  test('wakes its caller at once at the first of two', (t) => {
    const { answer } = createDelay(t, 0.01);
    assert.equal(answer(20), false);
  });

  test('keeps an answer to a slow request for a millisecond at most', (t) => {
    const { answer } = createDelay(t, 0.3);
    assert.deepEqual([100, 95, 90, 85].map(answer), [true, true, true, false]);
  });

  test('keeps none when the next one would come too late', (t) => {
    const { answer } = createDelay(t, 1.5);
    assert.deepEqual([100, 95].map(answer), [false, false]);
  });
});
