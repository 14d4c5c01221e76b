import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  ArrivalSchedule,
  type ArrivalScheduleOptions,
  type RateStage,
  scheduleLengthMs,
} from '../../../../src/harness/load/arrival-schedule.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';

function steady(perSecond: number, durationMs: number): RateStage {
  return { durationMs, fromPerSecond: perSecond, toPerSecond: perSecond };
}

function timesOf(stages: readonly RateStage[], options?: ArrivalScheduleOptions): number[] {
  const schedule = new ArrivalSchedule(stages, options);
  const times: number[] = [];
  for (let at = schedule.nextMs(); at !== Number.POSITIVE_INFINITY; at = schedule.nextMs()) {
    times.push(at);
  }
  return times;
}

/** Calls due until `atMs`: the rate added up in small steps. */
function naiveCallsUntil(stages: readonly RateStage[], atMs: number, stepMs = 0.05): number {
  let calls = 0;
  let startMs = 0;
  for (const { durationMs, fromPerSecond, toPerSecond } of stages) {
    const steps = Math.round(durationMs / stepMs);
    for (let step = 0; step < steps; step++) {
      const middle = (step + 0.5) * stepMs;
      if (startMs + middle > atMs) return calls;
      const rate = fromPerSecond + ((toPerSecond - fromPerSecond) * middle) / durationMs;
      calls += (rate * stepMs) / 1_000;
    }
    startMs += durationMs;
  }
  return calls;
}

const rate = fc.integer({ min: 0, max: 5_000 });
const stage = fc.record({
  durationMs: fc.integer({ min: 1, max: 200 }),
  fromPerSecond: rate,
  toPerSecond: rate,
});
const stages = fc.array(
  fc.oneof(
    stage,
    fc.tuple(rate, fc.integer({ min: 1, max: 200 })).map(([each, ms]) => steady(each, ms)),
  ),
  {
    minLength: 1,
    maxLength: 5,
  },
);

describe('ArrivalSchedule', () => {
  test('spaces a constant rate evenly, each arrival in the middle of its share', () => {
    assert.deepEqual(timesOf([steady(1_000, 5)]), [0.5, 1.5, 2.5, 3.5, 4.5]);
    assert.equal(timesOf([steady(1_000, 10_000)]).length, 10_000);
  });

  test('steps, pauses and spikes where the stages say so', () => {
    const times = timesOf([
      steady(100, 100),
      steady(0, 1_000),
      steady(1_000, 10),
      steady(100, 100),
    ]);
    const within = (fromMs: number, toMs: number) =>
      times.filter((at) => at >= fromMs && at < toMs).length;
    assert.deepEqual(
      [within(0, 100), within(100, 1_100), within(1_100, 1_110), within(1_110, 1_210)],
      [10, 0, 10, 10],
    );
  });

  test('lets calls of a batch arrive together, at the rate of the calls', () => {
    assert.deepEqual(timesOf([steady(1_000, 40)], { batch: 10 }), [5, 15, 25, 35]);
  });

  test('ends after so many calls, in whole batches', () => {
    const forever = [steady(1_000, Number.POSITIVE_INFINITY)];
    assert.equal(timesOf(forever, { calls: 7 }).length, 7);
    assert.equal(timesOf(forever, { calls: 7, batch: 5 }).length, 2);
    assert.equal(scheduleLengthMs(forever, 7), 7);
    assert.equal(scheduleLengthMs(forever, 7, 5), 10, 'as long as the calls that it comes to');
    assert.equal(scheduleLengthMs([steady(10, 500), steady(20, 500)]), 1_000);
    assert.equal(scheduleLengthMs([steady(10, 500), steady(20, 500)], 10), 750);
  });

  test('is never more than one arrival away from the area under the rate, at any time', () => {
    fc.assert(
      fc.property(stages, fc.integer({ min: 1, max: 20 }), (given, batch) => {
        const times = timesOf(given, { batch });
        for (let index = 0; index < times.length; index++) {
          const at = times[index] as number;
          assert.ok(index === 0 || at >= (times[index - 1] as number), 'in order');
          const due = naiveCallsUntil(given, at) / batch;
          assert.ok(Math.abs(due - (index + 0.5)) < 0.5, `${index} at ${at}: ${due} due`);
        }
        const total = naiveCallsUntil(given, Number.POSITIVE_INFINITY) / batch;
        assert.ok(Math.abs(times.length - total) <= 1, `${times.length} of ${total}`);
      }),
      { numRuns: 60 },
    );
  });

  test('draws Poisson arrivals that a seed repeats', () => {
    const given = [steady(1_000, 1_000)];
    const draw = (seed: number) => timesOf(given, { random: seededRandom(seed) });
    assert.deepEqual(draw(1), draw(1));
    assert.notDeepEqual(draw(1), draw(2));
  });

  test('draws counts whose mean and variance are those of a Poisson process, ramps included', () => {
    const given: RateStage[] = [
      { durationMs: 100, fromPerSecond: 0, toPerSecond: 2_000 },
      steady(500, 200),
    ]; // 100 arrivals each in the ramp and after it
    const random = seededRandom(7);
    const counts = Array.from({ length: 2_000 }, () => timesOf(given, { random }).length);
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length;
    // Standard errors: √(200 / 2000) = 0.32 of the mean, 200 · √(2 / 2000) = 6.3 of the variance.
    assert.ok(Math.abs(mean - 200) < 1.3, `mean ${mean}`);
    assert.ok(Math.abs(variance - 200) < 26, `variance ${variance}`);
  });

  test('draws gaps that are exponentially distributed', () => {
    const times = timesOf([steady(1_000, 20_000)], { random: seededRandom(3) });
    const gaps = times.slice(1).map((at, index) => at - (times[index] as number));
    const longerThan = (ms: number) => gaps.filter((gap) => gap > ms).length / gaps.length;
    for (const ms of [0.1, 1, 2, 4]) {
      assert.ok(Math.abs(longerThan(ms) - Math.exp(-ms)) < 0.012, `${ms} ms: ${longerThan(ms)}`);
    }
  });
});
