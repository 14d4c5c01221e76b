import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { SYSTEM_CLOCK } from '../../../src/core/clock.ts';

describe('SYSTEM_CLOCK', () => {
  test('never goes backwards, and knows the date', () => {
    const before = SYSTEM_CLOCK.nowMs();
    assert.ok(SYSTEM_CLOCK.nowMs() >= before);
    assert.ok(Math.abs(SYSTEM_CLOCK.wallMs() - Date.now()) < 1_000);
  });

  test('has a timer that fires once after each start and not after a stop', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let fired = 0;
    const timer = SYSTEM_CLOCK.createTimer(100, () => fired++);
    t.mock.timers.tick(200);
    assert.equal(fired, 0);
    timer.start();
    t.mock.timers.tick(100);
    assert.equal(fired, 1);
    timer.stop();
    timer.start();
    timer.stop();
    timer.stop();
    t.mock.timers.tick(200);
    assert.equal(fired, 1);
    mock.timers.reset();
  });

  test('starts the countdown of a running timer again', () => {
    const refresh = mock.fn();
    const timeout = { refresh, ref() {}, unref() {} };
    const set = mock.method(globalThis, 'setTimeout', () => timeout);
    try {
      const timer = SYSTEM_CLOCK.createTimer(5, () => {});
      timer.start();
      timer.start();
      assert.equal(set.mock.callCount(), 1);
      assert.equal(refresh.mock.callCount(), 1);
    } finally {
      set.mock.restore();
    }
  });

  test('waits as long as a timer can where more is asked, instead of not at all', () => {
    const delaysMs: unknown[] = [];
    const set = mock.method(globalThis, 'setTimeout', (_fire: unknown, delayMs: unknown) => {
      delaysMs.push(delayMs);
    });
    try {
      SYSTEM_CLOCK.createTimer(2 ** 31, () => {}).start();
      SYSTEM_CLOCK.createTimer(Number.POSITIVE_INFINITY, () => {}).start();
      void SYSTEM_CLOCK.sleep(2 ** 31);
      assert.deepEqual(delaysMs, [2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1]);
    } finally {
      set.mock.restore();
    }
  });

  test('resolves a sleep when its time has passed', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let isOver = false;
    const sleep = SYSTEM_CLOCK.sleep(50).finally(() => {
      isOver = true;
    });
    t.mock.timers.tick(49);
    await Promise.resolve();
    assert.equal(isOver, false);
    t.mock.timers.tick(1);
    await sleep;
    assert.equal(isOver, true);
  });
});
