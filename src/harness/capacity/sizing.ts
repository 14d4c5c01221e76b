/**
 * From what one replica carries to how many instances a load needs. A *replica* is what was measured:
 * one process that serves, with all its threads. An *instance* is what is rented, and runs as many
 * replicas as its cores and its memory allow.
 *
 * Everything scales by the ratio of the measured to the rented cores, and by nothing cleverer: a
 * core there is taken for a core here. The report says so.
 */

import type { BindingConstraint } from '../results/capacity-record.ts';
import type { Interval } from '../stats/bootstrap.ts';
import type { InstanceType } from './instance-type.ts';
import { type Redundancy, withRedundancy } from './redundancy.ts';

export interface Replica {
  /** The most calls/s that keep to the objectives. */
  readonly maxRatePerSecond: Interval;
  /** CPU time that one call takes; `null` where it was not measured. */
  readonly cpuNsPerCall: number | null;
  /** Resident memory under load; `null` where it was not measured. */
  readonly rssBytes: number | null;
}

export interface Demand {
  readonly meanRatePerSecond: number;
  readonly peakRatePerSecond: number;
  /** 0.1: ten per cent more each month than in the one before. */
  readonly growthPerMonth: number;
  readonly horizonMonths: number;
}

export interface SizingPolicy {
  /** Share of an instance's capacity that stays free, 0 to below 1. */
  readonly headroom: number;
  readonly redundancy: Redundancy;
}

export interface InstanceCapacity {
  readonly replicas: number;
  /** Calls/s of the whole instance, all headroom used. */
  readonly ratePerSecond: Interval;
  /** What would have to grow for the instance to carry more. */
  readonly bindingConstraint: BindingConstraint;
}

export interface MonthPlan {
  /** 0 is now. */
  readonly month: number;
  readonly meanRatePerSecond: number;
  readonly peakRatePerSecond: number;
  /** Instances for the peak: expected, and for the ends of the interval of the rate. */
  readonly instances: Interval;
  readonly costPerMonth: number | null;
  readonly costPerMillionCalls: number | null;
}

/** Left to the operating system and to what else runs there. */
const USABLE_MEMORY = 0.85;
/** Of 730 hours, as clouds bill. */
const SECONDS_PER_MONTH = 730 * 3_600;
const NS_PER_SECOND = 1e9;

/** How much an instance carries; `undefined` when not even one replica fits into its memory. */
export function instanceCapacity(
  replica: Replica,
  instance: InstanceType,
): InstanceCapacity | undefined {
  const { maxRatePerSecond: rate, cpuNsPerCall, rssBytes } = replica;
  const byMemory =
    rssBytes === null
      ? Number.POSITIVE_INFINITY
      : Math.floor((instance.memoryBytes * USABLE_MEMORY) / rssBytes);
  if (byMemory < 1) return undefined;
  const cpuRate =
    cpuNsPerCall === null || cpuNsPerCall === 0
      ? Number.POSITIVE_INFINITY
      : (instance.cores / cpuNsPerCall) * NS_PER_SECOND;
  // A replica that never keeps a core busy still wants one: its event loop is one thread. One that keeps
  // several busy leaves none for more replicas than the CPU time of its calls allows.
  const byCores = Math.max(
    1,
    Math.min(Math.floor(instance.cores), Math.ceil(cpuRate / rate.median - 1e-9)),
  );
  const replicas = Math.min(byMemory, byCores);
  const capped = (each: number): number => Math.min(each * replicas, cpuRate);
  const isMemory = byMemory < byCores;
  const isCpu = cpuRate < rate.median * replicas;
  return {
    replicas,
    ratePerSecond: {
      median: capped(rate.median),
      low: capped(rate.low),
      high: capped(rate.high),
    },
    bindingConstraint: isMemory ? 'memory' : isCpu ? 'cpu' : 'event-loop',
  };
}

/**
 * Instances that a rate needs.
 *
 * @param ratePerSecond - >= 0
 * @param carriedPerSecond - by one instance, > 0
 */
export function instancesFor(
  ratePerSecond: number,
  carriedPerSecond: number,
  { headroom, redundancy }: SizingPolicy,
): number {
  const planned = carriedPerSecond * (1 - headroom);
  // Rounding of the division must not cost an instance.
  const needed = Math.max(1, Math.ceil(ratePerSecond / planned - 1e-9));
  return withRedundancy(needed, redundancy);
}

/** Instances and cost now and in each month of the horizon. */
export function planMonths(
  capacity: InstanceCapacity,
  demand: Demand,
  policy: SizingPolicy,
  instance: InstanceType,
): readonly MonthPlan[] {
  return Array.from({ length: demand.horizonMonths + 1 }, (_, month) => {
    const growth = (1 + demand.growthPerMonth) ** month;
    const meanRatePerSecond = demand.meanRatePerSecond * growth;
    const peakRatePerSecond = demand.peakRatePerSecond * growth;
    const instances = instanceInterval(peakRatePerSecond, capacity, policy);
    const costPerMonth = instance.price === null ? null : instance.price.amount * instances.median;
    return {
      month,
      meanRatePerSecond,
      peakRatePerSecond,
      instances,
      costPerMonth,
      costPerMillionCalls:
        costPerMonth === null
          ? null
          : (costPerMonth / (meanRatePerSecond * SECONDS_PER_MONTH)) * 1e6,
    };
  });
}

/** Instances for a rate; the low end is that of the high end of what one carries. */
export function instanceInterval(
  ratePerSecond: number,
  { ratePerSecond: carried }: InstanceCapacity,
  policy: SizingPolicy,
): Interval {
  const at = (each: number): number => instancesFor(ratePerSecond, each, policy);
  return { median: at(carried.median), low: at(carried.high), high: at(carried.low) };
}
