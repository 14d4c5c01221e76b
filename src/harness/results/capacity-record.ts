/**
 * What a capacity plan adds to a run record: what was asked, what each way of hosting needs for it, and
 * everything that the answer rests on. Rates are calls per second, times ns unless they say otherwise.
 */

import type { Interval } from '../stats/bootstrap.ts';

export interface CapacityRecord {
  readonly scenario: string;
  /** What a rate must keep to: `p99 < 5ms`. */
  readonly objectives: readonly string[];
  readonly demand: CapacityDemand;
  readonly policy: CapacityPolicy;
  readonly instance: CapacityInstance;
  /** Fewest instances first. */
  readonly options: readonly CapacityOption[];
  /** Ways of hosting that no plan can be made with, and why. */
  readonly refused: readonly CapacityRefusal[];
  readonly assumptions: readonly string[];
  readonly risks: readonly string[];
  readonly notMeasured: readonly string[];
}

export interface CapacityRefusal {
  readonly variant: string;
  readonly reason: string;
  /** What the reason rests on: windows by rate; missing where none was measured, and in old records. */
  readonly rates?: readonly CapacityRate[];
}

export interface CapacityDemand {
  /** As it was asked for. */
  readonly text: string;
  readonly meanRatePerSecond: number;
  readonly peakRatePerSecond: number;
  /** 0.1: ten per cent more each month than in the one before. */
  readonly growthPerMonth: number;
  readonly horizonMonths: number;
}

export interface CapacityPolicy {
  /** Share of an instance that stays free, 0 to 1. */
  readonly headroom: number;
  /** Instances whose loss must not be felt. */
  readonly spare: number;
  /** From 2 on, the loss of one must not be felt. */
  readonly zones: number;
  /** A month; `null`: none was given. */
  readonly budgetPerMonth: number | null;
}

export interface CapacityInstance {
  readonly name: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly pricePerMonth: number | null;
  /** As it was written; empty without a price. */
  readonly currency: string;
}

export type BindingConstraint = 'cpu' | 'event-loop' | 'memory';
export type ConfidenceGrade = 'high' | 'medium' | 'low';

/** One way of hosting, planned. */
export interface CapacityOption {
  readonly variant: string;
  /** Who measured it: `toolrig`, `k6`, `autocannon`, `wrk` or `csv`. */
  readonly source: string;
  /** Of one replica, keeping to the objectives. */
  readonly maxRatePerSecond: Interval;
  readonly replicasPerInstance: number;
  /** Of one instance, all its headroom used. */
  readonly instanceRatePerSecond: Interval;
  /** For the peak, now: expected, and for the ends of the interval. */
  readonly instances: { readonly low: number; readonly expected: number; readonly high: number };
  /** For the mean, now, spares included. */
  readonly instancesForMean: number;
  readonly bindingConstraint: BindingConstraint;
  /** For the peak, now; missing without a price. */
  readonly costPerMonth?: number;
  readonly costPerMillionCalls?: number;
  readonly confidence: ConfidenceGrade;
  readonly confidenceReasons: readonly string[];
  readonly months: readonly CapacityMonth[];
  readonly whatIf: readonly CapacityWhatIf[];
  readonly tornado: readonly CapacitySensitivity[];
  readonly measured: CapacityMeasurement;
}

export interface CapacityMonth {
  /** 0 is now. */
  readonly month: number;
  readonly peakRatePerSecond: number;
  readonly instances: { readonly low: number; readonly expected: number; readonly high: number };
  readonly costPerMonth: number | null;
  readonly costPerMillionCalls: number | null;
}

export interface CapacityWhatIf {
  readonly change: string;
  /** `null`: a replica does not fit into an instance any more. */
  readonly instancesNow: number | null;
  readonly instancesAtHorizon: number | null;
  readonly costPerMonth: number | null;
}

export interface CapacitySensitivity {
  readonly assumption: string;
  readonly low: string;
  readonly high: string;
  readonly instancesAtLow: number;
  readonly instancesAtHigh: number;
}

/** A model, or why the data cannot identify it. */
export type Fit<T> =
  | { readonly state: 'fitted'; readonly model: T }
  | { readonly state: 'not-identifiable'; readonly reason: string };

/** What an option rests on. */
export interface CapacityMeasurement {
  readonly sweep: readonly CapacitySweepPoint[];
  /** Windows by rate, of the sweep and around the limit; empty where others measured. */
  readonly rates: readonly CapacityRate[];
  /** Where the target stops answering what it is asked. */
  readonly knee: Fit<Interval>;
  /** Where the utilisation law sees the event loop saturate. */
  readonly predictedKnee: Fit<Interval>;
  /** CPU time that one call adds, by the utilisation law. */
  readonly cpuDemandNs: Fit<Interval>;
  readonly predictions: Fit<readonly CapacityPrediction[]>;
  /** Over schedulers, or over callers of a closed loop. */
  readonly scaling: Fit<CapacityScaling>;
  readonly littlesLaw: readonly CapacityLittle[];
  /** CPU time of a call of each operation; empty where it was not measured. */
  readonly operations: readonly CapacityOperation[];
  /** Resident memory of everything that took part, under load. */
  readonly rssBytes: number | null;
  /** Resident memory that opening took, for each service. */
  readonly bytesPerService: number | null;
  /** Resident memory that a further session takes; `null` where sessions are not kept, or nobody measured it. */
  readonly bytesPerSession: number | null;
  /** From opening to the first right reply. */
  readonly coldStartMs: number | null;
  readonly warnings: readonly string[];
}

export interface CapacitySweepPoint {
  readonly offeredPerSecond: number | null;
  readonly throughputPerSecond: number;
  readonly concurrency: number | null;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly meanNs: number | null;
  readonly errorRatio: number;
  readonly busyCores: number | null;
  readonly eventLoopUtilization: number | null;
  readonly inFlight: number | null;
}

/** Windows at one rate. */
export interface CapacityRate {
  readonly ratePerSecond: number;
  readonly windows: number;
  /** Windows in which others kept the replica or the generator from the CPUs. */
  readonly heldUp: number;
  /** Response time without those, in ns; with them where there are no others. */
  readonly p99: number;
  readonly max: number;
  /** p99 with every window. */
  readonly p99WithAll: number;
  /** Calls that missed an objective over those that may: 1 is the limit; `null`: no window of it counts. */
  readonly budgetUsed: number | null;
}

export interface CapacityPrediction {
  readonly ratePerSecond: number;
  /** Of the bottleneck, 0 to 1. */
  readonly utilisation: number;
  readonly measured: { readonly p50: number; readonly p99: number };
  /** M/M/c, exact. */
  readonly exponential: { readonly p50: number; readonly p99: number };
  /** GI/G/c by two moments. */
  readonly general: { readonly p50: number; readonly p99: number };
}

export interface CapacityScaling {
  readonly over: 'schedulers' | 'callers';
  readonly points: readonly { readonly n: number; readonly throughputPerSecond: number }[];
  readonly lambda: Interval;
  readonly sigma: Interval;
  readonly kappa: Interval;
  /** N*; `null`: no knee was observed. */
  readonly knee: Interval | null;
  readonly rSquared: number;
  readonly warnings: readonly string[];
}

export interface CapacityLittle {
  readonly ratePerSecond: number;
  readonly inFlight: number;
  readonly expected: number;
  readonly holds: boolean;
}

export interface CapacityOperation {
  readonly operation: string;
  readonly service: string;
  readonly cpuNsPerCall: number;
  readonly callsPerSecond: number;
}
