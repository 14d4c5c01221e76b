import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type SweepPoint, sweepPoint } from '../../../../src/harness/capacity/measured-sweep.ts';
import { sustainableRate } from '../../../../src/harness/capacity/objective.ts';
import { planOption } from '../../../../src/harness/capacity/plan-option.ts';
import { type MeasureRate, sweepRates } from '../../../../src/harness/capacity/rate-sweep.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';
import { P99, sampleEvidence, sampleRequest } from '../../../helpers/sample-capacity.ts';
import { quantileOf, SERVICE_TIMES, simulateQueue } from '../../../helpers/simulated-queue.ts';

const MEAN_NS = 1e6;

/** A synthetic server with known service time and c workers, in virtual time. */
function syntheticServer(service: string, workers: number, seed: number): MeasureRate {
  const random = seededRandom(seed);
  const serviceNs = SERVICE_TIMES[service] as (random: () => number) => number;
  return (ratePerSecond, durationMs) => {
    const calls = Math.ceil((ratePerSecond * durationMs) / 1_000);
    const run = simulateQueue({ ratePerSecond, workers, serviceNs, calls, random });
    return Promise.resolve(
      sweepPoint({
        offeredPerSecond: ratePerSecond,
        throughputPerSecond: run.throughputPerSecond,
        latencyNs: { p50: quantileOf(run.responseNs, 0.5), p99: quantileOf(run.responseNs, 0.99) },
        meanNs: run.meanResponseNs,
        busyCores: run.busyWorkers,
        eventLoopUtilization: run.busyWorkers / workers,
        inFlight: run.inFlight,
      }),
    );
  };
}

function p99Of(point: SweepPoint): number {
  return point.latencyNs.p99 ?? Number.NaN;
}

function assertWithin(share: number, actual: number, expected: number, what: string): void {
  const message = `${what}: ${actual} is not within ${share * 100} % of ${expected}`;
  assert.ok(Math.abs(actual / expected - 1) <= share, message);
}

describe('sweepRates and the models, on a synthetic server', () => {
  for (const service of ['exponential', 'constant', 'regular']) {
    for (const workers of [1, 4]) {
      test(`p99 within 10 % and the knee within 5 %: ${service} service times, ${workers} workers`, async () => {
        const measure = syntheticServer(service, workers, 5);
        const saturationPerSecond = workers * 1_000;
        const points = await sweepRates(measure, {
          saturationPerSecond,
          objectives: [{ ...P99, limit: 20e6 }],
          pointMs: 20_000,
        });
        const random = seededRandom(9);
        const draw = SERVICE_TIMES[service] as (random: () => number) => number;
        const idle = Float64Array.from({ length: 100_000 }, () => draw(random)).toSorted();
        const planned = planOption(
          sampleEvidence('synthetic', MEAN_NS, {
            sweep: { source: 'toolrig', name: 'synthetic', points, warnings: [] },
            servers: workers,
            idleQuantileNs: (share) => quantileOf(idle, share),
          }),
          sampleRequest({ objectives: [{ ...P99, limit: 20e6 }] }),
        );
        assert.ok(planned.state === 'planned');
        const { knee, predictedKnee, predictions, littlesLaw } = planned.option.measured;
        assert.ok(knee.state === 'fitted' && predictedKnee.state === 'fitted');
        assertWithin(0.05, knee.model.median, saturationPerSecond, 'the knee');
        assertWithin(0.05, predictedKnee.model.median, saturationPerSecond, 'the predicted knee');
        assert.ok(littlesLaw.every(({ holds }) => holds));
        assert.ok(predictions.state === 'fitted');
        for (const busy of [0.5, 0.7, 0.85]) {
          const ratePerSecond = busy * saturationPerSecond;
          const nearest = predictions.model.toSorted(
            (a, b) =>
              Math.abs(a.ratePerSecond - ratePerSecond) - Math.abs(b.ratePerSecond - ratePerSecond),
          )[0];
          assert.ok(nearest !== undefined);
          // Long enough that chance is no part of the difference.
          // oxlint-disable-next-line no-await-in-loop
          const measured = await measure(nearest.ratePerSecond, 600_000 / workers);
          assertWithin(0.1, nearest.general.p99, p99Of(measured), `p99 at ${nearest.utilisation}`);
        }
      });
    }
  }

  test('goes further out when the guess was too low, and closes in on the limit', async () => {
    const asked: number[] = [];
    const points = await sweepRates(
      (ratePerSecond) => {
        asked.push(ratePerSecond);
        const isOver = ratePerSecond > 1_000;
        return Promise.resolve(
          sweepPoint({
            offeredPerSecond: ratePerSecond,
            throughputPerSecond: isOver ? 1_000 : ratePerSecond,
            latencyNs: { p99: isOver ? 1e9 : 1e6 },
          }),
        );
      },
      { saturationPerSecond: 200, objectives: [P99], pointMs: 1 },
    );
    assert.ok(asked.length > 10 && asked.length < 24, `${asked.length}`);
    const { ratePerSecond, bound } = sustainableRate({ points }, [P99]) ?? assert.fail();
    assert.equal(bound, 'enclosed');
    assert.ok(ratePerSecond.low > 950 && ratePerSecond.high <= ratePerSecond.low * 1.05);
  });

  test('goes down when not even the lowest rate is kept, and gives up at one call a second', async () => {
    const asked: number[] = [];
    await sweepRates(
      (ratePerSecond) => {
        asked.push(ratePerSecond);
        const latencyNs = { p99: 1e9 };
        return Promise.resolve(
          sweepPoint({
            offeredPerSecond: ratePerSecond,
            throughputPerSecond: ratePerSecond,
            latencyNs,
          }),
        );
      },
      { saturationPerSecond: 100, objectives: [P99], pointMs: 1 },
    );
    assert.equal(Math.min(...asked), 1);
  });

  test('asks again before it takes one slow moment for the limit', async () => {
    const tries = new Map<number, number>();
    const points = await sweepRates(
      (ratePerSecond) => {
        const before = tries.get(ratePerSecond) ?? 0;
        tries.set(ratePerSecond, before + 1);
        // The first try of every rate is disturbed; above 900 calls/s all are too slow.
        const p99 = before === 0 || ratePerSecond > 900 ? 9e6 : 1e6;
        return Promise.resolve(
          sweepPoint({
            offeredPerSecond: ratePerSecond,
            throughputPerSecond: ratePerSecond,
            latencyNs: { p99 },
          }),
        );
      },
      { saturationPerSecond: 1_000, objectives: [P99], pointMs: 1 },
    );
    const found = sustainableRate({ points }, [P99]) ?? assert.fail();
    assert.ok(found.ratePerSecond.low > 850 && found.ratePerSecond.high <= 950);
    assert.equal(Math.max(...tries.values()), 3);
  });

  test('measures nothing more once it is told to stop', async () => {
    const stop = new AbortController();
    const points = await sweepRates(
      (ratePerSecond) => {
        stop.abort();
        return Promise.resolve(sweepPoint({ throughputPerSecond: ratePerSecond }));
      },
      { saturationPerSecond: 100, objectives: [P99], pointMs: 1, signal: stop.signal },
    );
    assert.equal(points.length, 1);
  });
});
