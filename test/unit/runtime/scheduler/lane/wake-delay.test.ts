import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { WakeDelay } from '../../../../../src/runtime/scheduler/lane/wake-delay.ts';

/** A delay whose requests have taken `frameMs` each, on a clock that the test moves. */
function createDelay(t: TestContext, frameMs: number) {
  const clock = { nowMs: 1_000 };
  t.mock.method(performance, 'now', () => clock.nowMs);
  const reader = { unreadBytes: 0 };
  const delay = new WakeDelay(reader);
  for (let turn = 0; turn < 50; turn++) delay.onFrames(10 * frameMs, 10);
  return { clock, reader, delay };
}

describe('A server that is answering', () => {
  test('wakes a caller of quick requests at once', (t) => {
    const { reader, delay } = createDelay(t, 0.001);
    reader.unreadBytes = 100;
    delay.onRead();
    assert.deepEqual([delay.hasSlowFrames, delay.isBetterLater()], [false, false]);
  });

  test('wakes a caller of slow requests when half of them have been answered, and not again', (t) => {
    const { clock, reader, delay } = createDelay(t, 0.01);
    reader.unreadBytes = 100;
    delay.onRead();
    assert.equal(delay.isBetterLater(), false, 'nobody has been woken for long');
    const isLater = [75, 50, 25, 10].map((unreadBytes) => {
      clock.nowMs += 0.01;
      reader.unreadBytes = unreadBytes;
      return delay.isBetterLater();
    });
    assert.deepEqual(isLater, [true, false, true, true]);
  });

  test('keeps an answer to a slow request for a millisecond at most', (t) => {
    const { clock, reader, delay } = createDelay(t, 0.6);
    reader.unreadBytes = 100;
    delay.onRead();
    const isLater = [90, 80, 70, 60].map((unreadBytes) => {
      clock.nowMs += 0.6;
      reader.unreadBytes = unreadBytes;
      return delay.isBetterLater();
    });
    assert.deepEqual(isLater, [false, true, false, true]);
  });
});
