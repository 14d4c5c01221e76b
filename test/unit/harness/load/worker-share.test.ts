import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ArrivalSchedule } from '../../../../src/harness/load/arrival-schedule.ts';
import {
  partOf,
  shareOfSchedule,
  WHOLE,
  type WorkerShare,
} from '../../../../src/harness/load/worker-share.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';

function sharesOf(workers: number): WorkerShare[] {
  return Array.from({ length: workers }, (_, worker) => ({ worker, workers }));
}

function timesOf(schedule: { nextMs(): number }): number[] {
  const times: number[] = [];
  for (let at = schedule.nextMs(); at !== Number.POSITIVE_INFINITY; at = schedule.nextMs()) {
    times.push(at);
  }
  return times;
}

const rate = fc.integer({ min: 0, max: 5_000 });
const stages = fc.array(
  fc.record({
    durationMs: fc.integer({ min: 1, max: 200 }),
    fromPerSecond: rate,
    toPerSecond: rate,
  }),
  { minLength: 1, maxLength: 5 },
);
const options = fc.record({
  batch: fc.integer({ min: 1, max: 5 }),
  calls: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 1, max: 300 })),
  isPoisson: fc.boolean(),
  seed: fc.nat(),
});

describe('shareOfSchedule', () => {
  test('gives workers every n-th arrival each, and all of one schedule together', () => {
    fc.assert(
      fc.property(stages, options, fc.integer({ min: 1, max: 8 }), (each, given, workers) => {
        const { batch, calls, isPoisson, seed } = given;
        const schedule = () =>
          new ArrivalSchedule(each, {
            batch,
            calls,
            random: isPoisson ? seededRandom(seed) : undefined,
          });
        const whole = timesOf(schedule());
        const parts = sharesOf(workers).map((share) => timesOf(shareOfSchedule(schedule(), share)));
        for (const [worker, part] of parts.entries()) {
          assert.deepEqual(
            part,
            whole.filter((_, index) => index % workers === worker),
          );
        }
        assert.deepEqual(
          parts.flat().toSorted((a, b) => a - b),
          whole,
        );
      }),
    );
  });

  test('has no arrival for a worker beyond the last', () => {
    const stage = { durationMs: 1_000, fromPerSecond: 2, toPerSecond: 2 };
    const last = shareOfSchedule(new ArrivalSchedule([stage]), { worker: 3, workers: 4 });
    assert.deepEqual(
      [last.nextMs(), last.nextMs()],
      [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    );
  });
});

describe('partOf', () => {
  test('gives out everything, and nobody more than one more than another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.nat(100_000), (workers, more) => {
        const total = workers + more;
        const parts = sharesOf(workers).map((share) => partOf(total, share));
        assert.equal(
          parts.reduce((a, b) => a + b),
          total,
        );
        assert.ok(Math.max(...parts) - Math.min(...parts) <= 1);
      }),
    );
  });

  test('leaves no worker without any, and limits nobody when there is no limit', () => {
    assert.deepEqual(
      sharesOf(3).map((share) => partOf(2, share)),
      [1, 1, 1],
    );
    assert.equal(
      partOf(Number.POSITIVE_INFINITY, { worker: 1, workers: 2 }),
      Number.POSITIVE_INFINITY,
    );
    assert.equal(partOf(7, WHOLE), 7);
  });
});
