import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { observedKnee } from '../../../../src/harness/capacity/knee.ts';
import { type SweepPoint, sweepPoint } from '../../../../src/harness/capacity/measured-sweep.ts';
import {
  type Objective,
  outcomeOf,
  sustainableRate,
  untold,
} from '../../../../src/harness/capacity/objective.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';
import { quantileOf, SERVICE_TIMES, simulateQueue } from '../../../helpers/simulated-queue.ts';

const P99: Objective = { expression: 'p99 < 5ms', metric: 'p99', limit: 5e6, isInclusive: false };
const ERRORS: Objective = {
  expression: 'errors <= 1%',
  metric: 'errors',
  limit: 0.01,
  isInclusive: true,
};

function pointAt(offered: number, throughput: number, p99Ms: number, errorRatio = 0): SweepPoint {
  return sweepPoint({
    offeredPerSecond: offered,
    throughputPerSecond: throughput,
    latencyNs: { p99: p99Ms * 1e6 },
    errorRatio,
  });
}

describe('objectives', () => {
  test('hold or not at their limits', () => {
    assert.equal(outcomeOf(pointAt(1, 1, 5), P99), 'missed');
    assert.equal(outcomeOf(pointAt(1, 1, 5), { ...P99, isInclusive: true }), 'kept');
    assert.equal(outcomeOf(pointAt(1, 1, 1, 0.01), ERRORS), 'kept');
    assert.equal(outcomeOf(sweepPoint({ throughputPerSecond: 1 }), P99), 'unknown');
    assert.deepEqual(untold({ points: [sweepPoint({ throughputPerSecond: 1 })] }, [P99, ERRORS]), [
      P99,
    ]);
  });

  test('enclose the rate between the last that kept to them and the first that did not', () => {
    const points = [pointAt(300, 300, 9), pointAt(100, 100, 1), pointAt(200, 199, 2)];
    assert.deepEqual(sustainableRate({ points }, [P99, ERRORS]), {
      ratePerSecond: { median: 199, low: 199, high: 300 },
      bound: 'enclosed',
    });
  });

  test('do not count a rate that was good again after a bad one', () => {
    const points = [pointAt(100, 100, 1), pointAt(200, 200, 6), pointAt(300, 300, 1)];
    assert.equal(sustainableRate({ points }, [P99])?.ratePerSecond.median, 100);
  });

  test('say when no rate was too much, and when all were', () => {
    assert.equal(sustainableRate({ points: [pointAt(100, 100, 1)] }, [P99])?.bound, 'at-least');
    assert.equal(sustainableRate({ points: [pointAt(100, 100, 9)] }, [P99]), undefined);
    assert.equal(sustainableRate({ points: [pointAt(100, 80, 1)] }, [P99]), undefined);
  });
});

describe('observedKnee', () => {
  test('takes no rate for it above which another was answered', () => {
    const at = (offeredPerSecond: number, throughputPerSecond: number) =>
      sweepPoint({ offeredPerSecond, throughputPerSecond });
    const points = [at(100, 100), at(200, 120), at(300, 299), at(400, 330), at(500, 340)];
    const knee = observedKnee({ points });
    assert.ok(knee.state === 'fitted');
    assert.deepEqual(knee.model, { median: 340, low: 330, high: 340 });
  });

  test('is what is answered where the target no longer keeps up', () => {
    const points = [pointAt(100, 100, 1), pointAt(300, 205, 50), pointAt(400, 200, 50)];
    const knee = observedKnee({ points });
    assert.deepEqual(knee, { state: 'fitted', model: { median: 205, low: 200, high: 205 } });
  });

  test('is refused where everything was answered', () => {
    const knee = observedKnee({ points: [pointAt(100, 100, 1)] });
    assert.match(knee.state === 'fitted' ? '' : knee.reason, /^not identifiable: .* beyond them$/);
  });

  test('of a simulated server is within 5 % of what its workers can do', () => {
    const random = seededRandom(2);
    for (const workers of [1, 4]) {
      const points = [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 1.1, 1.3, 1.5].map((busy) => {
        const ratePerSecond = busy * workers * 1_000;
        const run = simulateQueue({
          ratePerSecond,
          workers,
          serviceNs: SERVICE_TIMES['exponential'] as (random: () => number) => number,
          calls: 20_000,
          random,
        });
        return sweepPoint({
          offeredPerSecond: ratePerSecond,
          throughputPerSecond: run.throughputPerSecond,
          latencyNs: { p99: quantileOf(run.responseNs, 0.99) },
        });
      });
      const knee = observedKnee({ points });
      assert.ok(knee.state === 'fitted');
      const off = knee.model.median / (workers * 1_000) - 1;
      assert.ok(Math.abs(off) < 0.05, `${workers} workers: ${off}`);
    }
  });
});
