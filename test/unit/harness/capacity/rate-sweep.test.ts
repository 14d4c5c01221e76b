import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type SweepPoint, sweepPoint } from '../../../../src/harness/capacity/measured-sweep.ts';
import { planOption } from '../../../../src/harness/capacity/plan-option.ts';
import { type MeasureRate, sweepRates } from '../../../../src/harness/capacity/rate-sweep.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';
import { P99, sampleEvidence, sampleRequest } from '../../../helpers/sample-capacity.ts';
import { quantileOf, SERVICE_TIMES, simulateQueue } from '../../../helpers/simulated-queue.ts';

const MEAN_NS = 1e6;

/** A synthetic server with known service time and c workers, in virtual time. */
function syntheticServer(
  service: string,
  workers: number,
  seed: number,
  durationMs: number,
): MeasureRate {
  const random = seededRandom(seed);
  const serviceNs = SERVICE_TIMES[service] as (random: () => number) => number;
  return (ratePerSecond) => {
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
        const measure = syntheticServer(service, workers, 5, 40_000);
        const saturationPerSecond = workers * 1_000;
        const points = await sweepRates(measure, {
          saturationPerSecond,
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
        const measureLong = syntheticServer(service, workers, 6, 600_000 / workers);
        for (const busy of [0.5, 0.7, 0.85]) {
          const ratePerSecond = busy * saturationPerSecond;
          const nearest = predictions.model.toSorted(
            (a, b) =>
              Math.abs(a.ratePerSecond - ratePerSecond) - Math.abs(b.ratePerSecond - ratePerSecond),
          )[0];
          assert.ok(nearest !== undefined);
          // Long enough that chance is no part of the difference.
          // oxlint-disable-next-line no-await-in-loop
          const measured = await measureLong(nearest.ratePerSecond);
          assertWithin(0.1, nearest.general.p99, p99Of(measured), `p99 at ${nearest.utilisation}`);
        }
      });
    }
  }

  test('goes further out when the guess was too low', async () => {
    const asked: number[] = [];
    const points = await sweepRates(
      (ratePerSecond) => {
        asked.push(ratePerSecond);
        const isOver = ratePerSecond > 1_000;
        return Promise.resolve(
          sweepPoint({
            offeredPerSecond: ratePerSecond,
            throughputPerSecond: isOver ? 900 : ratePerSecond,
            latencyNs: { p99: isOver ? 1e9 : 1e6 },
          }),
        );
      },
      { saturationPerSecond: 200 },
    );
    assert.ok(asked.length > 10 && asked.length < 18, `${asked.length}`);
    assert.ok(Math.max(...points.map(({ offeredPerSecond }) => offeredPerSecond ?? 0)) > 1_000);
  });

  test('measures nothing more once it is told to stop', async () => {
    const stop = new AbortController();
    const points = await sweepRates(
      (ratePerSecond) => {
        stop.abort();
        return Promise.resolve(sweepPoint({ throughputPerSecond: ratePerSecond }));
      },
      { saturationPerSecond: 100, signal: stop.signal },
    );
    assert.equal(points.length, 1);
  });
});
