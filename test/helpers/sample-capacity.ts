/** A capacity record with everything in it that a report has to cope with; the same at every call. */

import { sweepPoint } from '../../src/harness/capacity/measured-sweep.ts';
import type { Objective } from '../../src/harness/capacity/objective.ts';
import type { VariantEvidence } from '../../src/harness/capacity/variant-evidence.ts';
import { type PlanRequest, planCapacity } from '../../src/harness/plan-capacity.ts';
import type { CapacityRate, CapacityRecord } from '../../src/harness/results/capacity-record.ts';
import { seededRandom } from '../../src/harness/stats/random.ts';

export const P99: Objective = {
  expression: 'p99 < 5ms',
  metric: 'p99',
  limit: 5e6,
  isInclusive: false,
};

/** A server of one worker and exponential service times, as theory has it: no noise. */
export function sampleEvidence(
  variant: string,
  serviceNs: number,
  overrides: Partial<VariantEvidence> = {},
): VariantEvidence {
  const saturation = 1e9 / serviceNs;
  const points = [0.05, 0.2, 0.35, 0.5, 0.65, 0.75, 0.85, 0.9, 0.95, 1.1, 1.3].map((busy) => {
    const isOver = busy >= 1;
    const meanNs = isOver ? 1e9 : serviceNs / (1 - busy);
    const throughputPerSecond = Math.min(busy, 1) * saturation;
    return sweepPoint({
      offeredPerSecond: busy * saturation,
      throughputPerSecond,
      latencyNs: { p50: meanNs * Math.log(2), p99: meanNs * Math.log(100) },
      meanNs,
      errorRatio: isOver ? 0.2 : 0,
      busyCores: 0.05 + 1.1 * Math.min(busy, 1),
      eventLoopUtilization: Math.min(busy, 1),
      inFlight: isOver || busy === 0.5 ? null : (throughputPerSecond * meanNs) / 1e9,
    });
  });
  return {
    variant,
    sweep: { source: 'toolrig', name: variant, points, warnings: [] },
    idleQuantileNs: (share) => -Math.log(1 - share) * serviceNs,
    scaling: [],
    operations: [
      {
        operation: 'add',
        service: 'calculator',
        cpuNsPerCall: serviceNs / 2,
        callsPerSecond: 2e9 / serviceNs,
      },
    ],
    rssBytes: 200 * 1_024 ** 2,
    bytesPerService: 3 * 1_024 ** 2,
    bytesPerSession: variant.startsWith('http') ? 96 * 1_024 : null,
    coldStartMs: 41.5,
    generatorLimitedPoints: 0,
    sharesCores: true,
    ...overrides,
  };
}

/** Windows around a limit, some of them held up; the objective is missed from 95 % of saturation on. */
function sampleLimit(saturation: number): Pick<VariantEvidence, 'rates' | 'limit'> {
  const at = (share: number, windows: number, heldUp: number, p99: number, used: number) => ({
    ratePerSecond: share * saturation,
    windows,
    heldUp,
    p99,
    max: p99 * 3,
    p99WithAll: heldUp === 0 ? p99 : p99 * 4,
    budgetUsed: used,
  });
  return {
    rates: [
      at(0.05, 24, 6, 0.3e6, 0),
      at(0.9, 6, 2, 2.1e6, 0.31),
      at(0.95, 4, 0, 4.2e6, 0.86),
      at(1.1, 2, 0, 4.6e9, 10),
    ],
    limit: {
      ratePerSecond: {
        median: 0.96 * saturation,
        low: 0.93 * saturation,
        high: 0.98 * saturation,
      },
      bound: 'enclosed',
    },
  };
}

/** Ten thousand calls a second that grow, on an instance with a price. */
export function sampleRequest(overrides: Partial<PlanRequest> = {}): PlanRequest {
  return {
    scenario: 'mixed',
    objectives: [
      P99,
      { expression: 'errors < 0.1%', metric: 'errors', limit: 1e-3, isInclusive: false },
    ],
    demand: {
      text: '10,000 calls a second, burst 2x',
      meanRatePerSecond: 10_000,
      peakRatePerSecond: 20_000,
      growthPerMonth: 0.1,
      horizonMonths: 3,
    },
    policy: { headroom: 0.3, redundancy: { spare: 1, zones: 3 } },
    budgetPerMonth: 400,
    instance: {
      name: 'c7g.large',
      cores: 2,
      memoryBytes: 4 * 1_024 ** 3,
      price: { amount: 52, currency: '$' },
    },
    isThisMachine: false,
    validity: 'valid',
    random: seededRandom(1),
    ...overrides,
  };
}

/** Windows of which no rate keeps to the objectives, and what others held up of them. */
export function missedRates(): readonly CapacityRate[] {
  const at = (ratePerSecond: number, heldUp: number, p99: number, budgetUsed: number) => ({
    ratePerSecond,
    windows: 10,
    heldUp,
    p99,
    max: p99 * 2,
    p99WithAll: heldUp === 0 ? p99 : p99 * 3,
    budgetUsed,
  });
  return [at(1, 1, 110e6, 1.3), at(3, 0, 130e6, 4), at(8, 0, 190e6, 10)];
}

let sample: CapacityRecord | undefined;

/** Three options, one of them scaled over schedulers, and one that is refused. Planned once for all who want it plain. */
export function sampleCapacity(overrides?: Partial<PlanRequest>, mark = ''): CapacityRecord {
  if (overrides !== undefined || mark !== '') return planSample(overrides ?? {}, mark);
  sample ??= planSample({}, '');
  return sample;
}

function planSample(overrides: Partial<PlanRequest>, mark: string): CapacityRecord {
  const scaling = [1, 2, 4, 8, 16, 32].map((n) => ({
    n,
    throughputPerSecond: (20_000 * n) / (1 + 0.04 * (n - 1) + 2e-3 * n * (n - 1)) + (n % 3) * 150,
  }));
  // It was found for the objectives of the sample.
  const limit = overrides.objectives === undefined ? sampleLimit(25_000) : {};
  const evidence = [
    sampleEvidence(`native${mark}`, 50_000),
    sampleEvidence(`worker${mark}`, 40_000, { scaling, ...limit }),
    sampleEvidence(`http${mark}`, 700_000, { generatorLimitedPoints: 2 }),
    sampleEvidence(`slow${mark}`, 80e6, { rates: missedRates() }),
  ];
  return planCapacity(evidence, sampleRequest(overrides));
}
