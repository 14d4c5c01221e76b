import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PaceMeter } from '../../../../src/runtime/scheduler/pace-meter.ts';

describe('PaceMeter', () => {
  function createMeter() {
    let nowMs = 1_000;
    const meter = new PaceMeter(() => nowMs);
    const answer = (count: number, eachMs: number): void => {
      for (let index = 0; index < count; index++) {
        nowMs += eachMs;
        meter.onAnswers(1);
      }
    };
    const rest = (durationMs: number): void => {
      nowMs += durationMs;
    };
    return { meter, answer, rest };
  }

  test('knows nothing before the sixteenth answer', () => {
    const { meter, answer } = createMeter();
    meter.onBusy();
    answer(15, 2);
    assert.equal(meter.msPerCall, 0);
    answer(1, 2);
    assert.equal(meter.msPerCall, 2);
  });

  test('shares the time among answers that come together', () => {
    const { meter, rest } = createMeter();
    meter.onBusy();
    rest(128);
    meter.onAnswers(64);
    assert.equal(meter.msPerCall, 2);
  });

  test('follows a change of pace, and forgets the old one', () => {
    const { meter, answer } = createMeter();
    meter.onBusy();
    answer(16, 2);
    answer(16, 12);
    assert.ok(Math.abs(meter.msPerCall - 4) < 1e-9); // a fifth of the way
    answer(16 * 40, 12);
    assert.ok(Math.abs(meter.msPerCall - 12) < 0.01);
  });

  test('does not count the time without work', () => {
    const { meter, answer, rest } = createMeter();
    meter.onBusy();
    answer(20, 2);
    rest(60_000);
    meter.onBusy();
    answer(16, 2);
    assert.equal(meter.msPerCall, 2);
  });
});
