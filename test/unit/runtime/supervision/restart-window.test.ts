import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { RestartWindow } from '../../../../src/runtime/supervision/restart-window.ts';

describe('RestartWindow', () => {
  test('allows maxRestarts within the window and refuses the next', () => {
    const window = new RestartWindow({ maxRestarts: 2, windowMs: 100 });
    assert.deepEqual(
      [0, 50, 100].map((t) => window.record(t)),
      [true, true, false],
    );
  });

  test('forgets a restart once it is older than the window', () => {
    const window = new RestartWindow({ maxRestarts: 1, windowMs: 100 });
    assert.deepEqual(
      [0, 101, 201].map((t) => window.record(t)),
      [true, true, false],
    );
  });

  test('refuses the first restart when none is allowed', () => {
    assert.equal(new RestartWindow({ maxRestarts: 0 }).record(0), false);
  });

  test('takes no memory for restarts that a huge limit would allow', () => {
    const window = new RestartWindow({ maxRestarts: Number.MAX_SAFE_INTEGER });
    assert.deepEqual([window.record(0), window.record(1)], [true, true]);
  });

  test('rejects limits that make no sense', () => {
    const code = 'ERR_INVALID_OPTION';
    assert.throws(() => new RestartWindow({ maxRestarts: -1 }), { code });
    assert.throws(() => new RestartWindow({ windowMs: Number.NaN }), { code });
  });

  test('agrees with the OTP list rule on every history', () => {
    const gapsMs = fc.array(fc.nat(50), { maxLength: 60 });
    fc.assert(
      fc.property(
        fc.nat(5),
        fc.integer({ min: 1, max: 120 }),
        gapsMs,
        (maxRestarts, windowMs, gaps) => {
          const window = new RestartWindow({ maxRestarts, windowMs });
          let nowMs = 0;
          let recent: number[] = [];
          for (const gap of gaps) {
            nowMs += gap;
            recent = [nowMs, ...recent].filter((then) => nowMs <= then + windowMs);
            assert.equal(window.record(nowMs), recent.length <= maxRestarts);
          }
        },
      ),
    );
  });
});
