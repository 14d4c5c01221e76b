import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkLittlesLaw } from '../../../../src/harness/capacity/littles-law.ts';
import {
  type BusyPoint,
  fitServiceDemand,
  type ServiceDemand,
  saturationRate,
} from '../../../../src/harness/capacity/service-demand.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';
import { SERVICE_TIMES, simulateQueue } from '../../../helpers/simulated-queue.ts';

function demandOf(points: readonly BusyPoint[]): ServiceDemand {
  const fit = fitServiceDemand(points);
  if (fit.state !== 'fitted') throw new Error(fit.reason);
  return fit.model;
}

function refusalOf(points: readonly BusyPoint[]): string {
  const fit = fitServiceDemand(points);
  return fit.state === 'fitted' ? 'fitted' : fit.reason;
}

const STEPS = [100, 200, 300, 400, 500, 600];

describe('fitServiceDemand', () => {
  test('tells the demand of a call from what is burnt at rest', () => {
    const demand = demandOf(
      STEPS.map((throughputPerSecond) => ({
        throughputPerSecond,
        busy: 0.05 + throughputPerSecond * 0.001,
      })),
    );
    assert.ok(Math.abs(demand.demandNs.median - 1e6) < 1);
    assert.ok(Math.abs(demand.busyAtRest - 0.05) < 1e-9);
    assert.ok(Math.abs(saturationRate(demand, 1).median - 950) < 1e-6);
  });

  test('predicts where a simulated server saturates within 5 %', () => {
    const random = seededRandom(5);
    const serviceNs = SERVICE_TIMES['exponential'] as (random: () => number) => number;
    const points = [500, 1_000, 1_500, 2_000, 2_500, 3_000, 3_400].map((ratePerSecond) => {
      const run = simulateQueue({ ratePerSecond, workers: 4, serviceNs, calls: 20_000, random });
      return { throughputPerSecond: run.throughputPerSecond, busy: run.busyWorkers };
    });
    const overload = simulateQueue({
      ratePerSecond: 6_000,
      workers: 4,
      serviceNs,
      calls: 50_000,
      random,
    });
    const knee = saturationRate(demandOf(points), 4);
    assert.ok(
      Math.abs(knee.median / overload.throughputPerSecond - 1) < 0.05,
      `${knee.median} ${overload.throughputPerSecond}`,
    );
    assert.ok(knee.low < 4_000 && knee.high > 4_000, JSON.stringify(knee));
  });

  test('refuses what cannot tell a demand', () => {
    const flat = STEPS.map((throughputPerSecond, index) => ({
      throughputPerSecond,
      busy: 0.3 + (index % 2) * 0.01,
    }));
    assert.match(refusalOf(flat), /^not identifiable: busy time does not rise/);
    assert.match(refusalOf(flat.slice(0, 2)), /^not identifiable: .* 6 points .* got 2$/);
    const close = STEPS.map((rate) => ({ throughputPerSecond: 1_000 + rate / 10, busy: rate }));
    assert.match(refusalOf(close), /factor of 1.5, got 1010 to 1060 calls\/s$/);
  });
});

describe('checkLittlesLaw', () => {
  test('holds for a simulated server', () => {
    const run = simulateQueue({
      ratePerSecond: 3_000,
      workers: 4,
      serviceNs: SERVICE_TIMES['regular'] as (random: () => number) => number,
      calls: 10_000,
      random: seededRandom(1),
    });
    const law = checkLittlesLaw(run.inFlight, run.throughputPerSecond, run.meanResponseNs);
    assert.equal(law.holds, true, JSON.stringify(law));
  });

  test('flags figures that differ by more than 5 %', () => {
    assert.equal(checkLittlesLaw(1.04, 1_000, 1e6).holds, true);
    assert.equal(checkLittlesLaw(1.06, 1_000, 1e6).holds, false);
    const short = checkLittlesLaw(0.5, 1_000, 1e6);
    assert.deepEqual(short, { inFlight: 0.5, expected: 1, deviation: -0.5, holds: false });
  });
});
