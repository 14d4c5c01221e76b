import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  erlangC,
  mmcResponseQuantileNs,
  mmcWaitNs,
} from '../../../../src/harness/capacity/erlang.ts';
import {
  type GeneralQueue,
  generalResponseQuantileNs,
  generalWaitNs,
} from '../../../../src/harness/capacity/general-queue.ts';
import { checkPredictions } from '../../../../src/harness/capacity/queue-predictions.ts';
import {
  serviceTimeByMoments,
  serviceTimeOf,
} from '../../../../src/harness/capacity/service-time.ts';
import type { CapacityPrediction } from '../../../../src/harness/results/capacity-record.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';
import { quantileOf, SERVICE_TIMES, simulateQueue } from '../../../helpers/simulated-queue.ts';

function assertNear(actual: number, expected: number, relative: number, what = ''): void {
  const message = `${what} ${actual} is not within ${relative * 100} % of ${expected}`;
  assert.ok(Math.abs(actual - expected) <= relative * expected, message);
}

describe('M/M/c', () => {
  test("agrees with Hillier & Lieberman's County Hospital", () => {
    // "Introduction to Operations Research", §17.6: 2 patients an hour, 20 minutes each.
    const HOUR_NS = 3_600e9;
    const oneDoctor = { ratePerSecond: 2 / 3_600, serviceNs: HOUR_NS / 3, servers: 1 };
    const twoDoctors = { ...oneDoctor, servers: 2 };
    assertNear(erlangC(1, 2 / 3), 0.667, 1e-3);
    assertNear(erlangC(2, 2 / 3), 0.167, 3e-3);
    assertNear(mmcWaitNs(oneDoctor), (2 / 3) * HOUR_NS, 1e-9);
    assertNear(mmcWaitNs(twoDoctors), HOUR_NS / 24, 1e-9);
  });

  test('agrees with tables of Erlang C', () => {
    assertNear(erlangC(10, 8), 0.4092, 1e-4);
    assertNear(erlangC(5, 3), 0.2362, 3e-4);
  });

  test('agrees with the formula as it is written, by factorials', () => {
    const naive = (servers: number, erlangs: number): number => {
      const term = (n: number): number => (n === 0 ? 1 : (term(n - 1) * erlangs) / n);
      const last = (term(servers) * servers) / (servers - erlangs);
      let sum = last;
      for (let n = 0; n < servers; n++) sum += term(n);
      return last / sum;
    };
    for (const servers of [1, 2, 3, 7, 20]) {
      for (const busy of [0.1, 0.5, 0.99]) {
        assertNear(erlangC(servers, servers * busy), naive(servers, servers * busy), 1e-9);
      }
    }
  });

  test('has exponential response times with one server', () => {
    const load = { ratePerSecond: 800, serviceNs: 1e6, servers: 1 };
    for (const share of [0.5, 0.99]) {
      const meanNs = 1e6 / (1 - 0.8);
      assertNear(mmcResponseQuantileNs(load, share), -Math.log(1 - share) * meanNs, 1e-9);
    }
  });

  test('is finite where its two rates coincide', () => {
    const at = (ratePerSecond: number) =>
      mmcResponseQuantileNs({ ratePerSecond, serviceNs: 1e6, servers: 2 }, 0.99);
    assertNear(at(1_000), (at(999.9) + at(1_000.1)) / 2, 1e-5);
  });

  test('waits for ever in overload', () => {
    const load = { ratePerSecond: 1_000, serviceNs: 1e6, servers: 1 };
    assert.equal(mmcWaitNs(load), Number.POSITIVE_INFINITY);
    assert.equal(mmcResponseQuantileNs(load, 0.5), Number.POSITIVE_INFINITY);
    assert.equal(erlangC(1, 1), 1);
  });
});

describe('GI/G/c', () => {
  test('agrees with Pollaczek and Khinchine on one server', () => {
    // Wq = ρ(1 + cs²) / 2(1 − ρ) service times.
    for (const scv of [0, 0.5, 1, 3]) {
      const queue = { ratePerSecond: 600, servers: 1, service: serviceTimeByMoments(1e6, scv) };
      assertNear(generalWaitNs(queue), ((0.6 * (1 + scv)) / (2 * 0.4)) * 1e6, 1e-9);
    }
  });

  test('halves the wait when arrivals are regular too', () => {
    const service = serviceTimeByMoments(1e6, 1);
    const poisson: GeneralQueue = { ratePerSecond: 700, servers: 1, service };
    assertNear(generalWaitNs({ ...poisson, arrivalScv: 0 }), generalWaitNs(poisson) / 2, 1e-9);
  });

  test('is M/M/c when service times are exponential', () => {
    const service = serviceTimeByMoments(1e6, 1);
    for (const share of [0.5, 0.99]) {
      assertNear(
        generalResponseQuantileNs({ ratePerSecond: 3_200, servers: 4, service }, share),
        mmcResponseQuantileNs({ ratePerSecond: 3_200, serviceNs: 1e6, servers: 4 }, share),
        0.01,
      );
    }
  });

  test('is the service time alone when calls never meet', () => {
    const service = serviceTimeByMoments(1e6, 0);
    assertNear(
      generalResponseQuantileNs({ ratePerSecond: 1, servers: 8, service }, 0.99),
      1e6,
      1e-6,
    );
  });

  for (const [name, serviceNs] of Object.entries(SERVICE_TIMES)) {
    test(`predicts p99 of a server with ${name} service times within 10 %`, () => {
      // One or two servers and calls that are long or short: there two moments do not say enough.
      for (const workers of name === 'mixed' ? [4] : [1, 4]) {
        for (const busy of [0.5, 0.7, 0.85]) {
          const random = seededRandom(11);
          const ratePerSecond = busy * workers * 1_000;
          const measured = simulateQueue({
            ratePerSecond,
            workers,
            serviceNs,
            calls: 400_000,
            random,
          });
          const served = Float64Array.from({ length: 100_000 }, () => serviceNs(random)).toSorted();
          const service = serviceTimeOf((share) => quantileOf(served, share));
          assertNear(
            generalResponseQuantileNs({ ratePerSecond, servers: workers, service }, 0.99),
            quantileOf(measured.responseNs, 0.99),
            0.1,
            `${workers} workers, ${busy} busy:`,
          );
        }
      }
    });
  }
});

describe('checkPredictions', () => {
  const at = (measured: number, predicted: number): CapacityPrediction => ({
    ratePerSecond: 100,
    utilisation: 0.5,
    measured: { p50: 1e6, p99: measured },
    exponential: { p50: 1e6, p99: predicted },
    general: { p50: 1e6, p99: predicted },
  });

  test('lets a theory stand that is off by a quarter at most, at the rate in the middle', () => {
    assert.deepEqual(checkPredictions([at(4e6, 5e6), at(4e6, 1e6), at(4e6, 9e6)]), {
      ratio: 1.25,
      holds: true,
    });
  });

  test('refuses one that is further off, to either side', () => {
    assert.equal(checkPredictions([at(4e6, 3e6)]).holds, false);
    assert.equal(checkPredictions([at(4e6, 5.1e6)]).holds, false);
  });
});
