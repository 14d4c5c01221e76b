/**
 * What the plan depends on: the same sizing with one assumption changed. The what-if table changes one to
 * a round figure that a meeting asks about; the tornado moves each as far as it is uncertain and puts
 * the widest first (R. Howard, "Decision Analysis: Practice and Promise", Management Science 34, 1988).
 */

import type { CapacitySensitivity, CapacityWhatIf } from '../results/capacity-record.ts';
import type { InstanceType } from './instance-type.ts';
import {
  type Demand,
  instanceCapacity,
  instancesFor,
  type Replica,
  type SizingPolicy,
} from './sizing.ts';

export interface SizingCase {
  readonly replica: Replica;
  readonly instance: InstanceType;
  readonly demand: Demand;
  readonly policy: SizingPolicy;
}

/** The plan as it is, and with one thing changed at a time. */
export function whatIfTable(plan: SizingCase): readonly CapacityWhatIf[] {
  const { demand, policy, replica } = plan;
  const rated = (factor: number): SizingCase => ({
    ...plan,
    demand: {
      ...demand,
      meanRatePerSecond: demand.meanRatePerSecond * factor,
      peakRatePerSecond: demand.peakRatePerSecond * factor,
    },
  });
  const changes: readonly (readonly [string, SizingCase])[] = [
    ['as planned', plan],
    ['half the load', rated(0.5)],
    ['twice the load', rated(2)],
    ['ten times the load', rated(10)],
    ['no growth', { ...plan, demand: { ...demand, growthPerMonth: 0 } }],
    [
      'growth twice as fast',
      { ...plan, demand: { ...demand, growthPerMonth: demand.growthPerMonth * 2 } },
    ],
    ['no headroom', { ...plan, policy: { ...policy, headroom: 0 } }],
    ['half of it free', { ...plan, policy: { ...policy, headroom: 0.5 } }],
    ['nothing to spare', { ...plan, policy: { ...policy, redundancy: { spare: 0, zones: 1 } } }],
    ['calls twice as heavy', { ...plan, replica: heavier(replica, 2) }],
    [
      'twice the memory',
      { ...plan, replica: { ...replica, rssBytes: (replica.rssBytes ?? 0) * 2 || null } },
    ],
  ];
  return changes.map(([change, changed]) => {
    const now = instancesAt(changed, 0);
    const then = instancesAt(changed, changed.demand.horizonMonths);
    const price = changed.instance.price?.amount;
    return {
      change,
      instancesNow: now,
      instancesAtHorizon: then,
      costPerMonth: then === null || price === undefined ? null : then * price,
    };
  });
}

/** Assumptions by how much the number of instances at the horizon depends on them. */
export function tornado(plan: SizingCase): readonly CapacitySensitivity[] {
  const { demand, policy, replica } = plan;
  const { median, low, high } = replica.maxRatePerSecond;
  const rated = (ratePerSecond: number): SizingCase => ({
    ...plan,
    replica: {
      ...replica,
      maxRatePerSecond: { median: ratePerSecond, low: ratePerSecond, high: ratePerSecond },
    },
  });
  const loaded = (factor: number): SizingCase => ({
    ...plan,
    demand: { ...demand, peakRatePerSecond: demand.peakRatePerSecond * factor },
  });
  const grown = (growthPerMonth: number): SizingCase => ({
    ...plan,
    demand: { ...demand, growthPerMonth },
  });
  const free = (headroom: number): SizingCase => ({ ...plan, policy: { ...policy, headroom } });
  const lessGrowth = Math.max(0, demand.growthPerMonth - 0.05);
  const [lessRoom, moreRoom] = [
    Math.max(0, policy.headroom - 0.1),
    Math.min(0.9, policy.headroom + 0.1),
  ];
  const rows: readonly (readonly [string, string, string, SizingCase, SizingCase])[] = [
    [
      'calls/s of one replica, its interval',
      Math.round(high).toLocaleString('en-US'),
      Math.round(low).toLocaleString('en-US'),
      rated(high),
      rated(low),
    ],
    ['load, a fifth less or more', '−20 %', '+20 %', loaded(0.8), loaded(1.2)],
    [
      'growth a month, 5 points',
      percent(lessGrowth),
      percent(demand.growthPerMonth + 0.05),
      grown(lessGrowth),
      grown(demand.growthPerMonth + 0.05),
    ],
    ['headroom, 10 points', percent(lessRoom), percent(moreRoom), free(lessRoom), free(moreRoom)],
    [
      'cores there against cores here, a quarter',
      '+25 %',
      '−25 %',
      rated(median * 1.25),
      rated(median * 0.75),
    ],
  ];
  return rows
    .flatMap(([assumption, lowText, highText, lowCase, highCase]) => {
      const instancesAtLow = instancesAt(lowCase, demand.horizonMonths);
      const instancesAtHigh = instancesAt(highCase, demand.horizonMonths);
      if (instancesAtLow === null || instancesAtHigh === null) return [];
      return [{ assumption, low: lowText, high: highText, instancesAtLow, instancesAtHigh }];
    })
    .toSorted((a, b) => spreadOf(b) - spreadOf(a));
}

function instancesAt(
  { replica, instance, demand, policy }: SizingCase,
  month: number,
): number | null {
  const capacity = instanceCapacity(replica, instance);
  if (capacity === undefined) return null;
  const rate = demand.peakRatePerSecond * (1 + demand.growthPerMonth) ** month;
  return instancesFor(rate, capacity.ratePerSecond.median, policy);
}

function heavier(replica: Replica, factor: number): Replica {
  const { median, low, high } = replica.maxRatePerSecond;
  return {
    ...replica,
    cpuNsPerCall: replica.cpuNsPerCall === null ? null : replica.cpuNsPerCall * factor,
    maxRatePerSecond: { median: median / factor, low: low / factor, high: high / factor },
  };
}

function spreadOf({ instancesAtLow, instancesAtHigh }: CapacitySensitivity): number {
  return Math.abs(instancesAtHigh - instancesAtLow);
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 1_000) / 10} %`;
}
