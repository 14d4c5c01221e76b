/**
 * What the open loop adds to a run record: the schedule that a scenario's calls were to keep to, and what
 * became of it on each variant.
 */

import type { LatencySummary } from '../stats/latency-histogram.ts';

/** The schedule of an open loop, the same for every variant. */
export interface ArrivalsRecord {
  /** `constant`: evenly spaced; `poisson`: exponential gaps, seeded. */
  readonly process: 'constant' | 'poisson';
  /**
   * Calls per second that were asked for, the mean over the stages. Where the highest rate was
   * looked for, the highest that any variant kept: each has its own in `maxRate`.
   */
  readonly ratePerSecond: number;
  /** One after the other, in calls per second, from the first to the second rate in a straight line. */
  readonly stages: readonly ArrivalStage[];
  /** Calls sent or waiting beyond which an arrival is dropped. */
  readonly maxInFlight: number;
  /** Threads that made the load. */
  readonly workers: number;
}

export interface ArrivalStage {
  readonly durationMs: number;
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
}

/**
 * What the open loop adds to a variant: all of it, or none. There, `latencyNs` is the response
 * time, from the moment a call was to start, and `calls` counts those that were sent.
 */
export interface OpenLoopFigures {
  /** Arrivals for which there was no place any more: in no other count, and in no latency. */
  readonly dropped: number;
  /** From the moment a call was sent. */
  readonly serviceNs: LatencySummary;
  /** How long after the moment it was to start a call was sent: `latencyNs` is this plus `serviceNs`, call by call. */
  readonly lagNs: LatencySummary;
  /**
   * How long the service says that it had a call, of those that succeeded: what `serviceNs` has more is the way's.
   * Missing where replies do not tell.
   */
  readonly heldNs?: LatencySummary;
  readonly openLoop: OpenLoopRecord;
}

export interface OpenLoopRecord {
  /** Arrivals of the schedule: `calls + dropped`. */
  readonly scheduled: number;
  /** Calls sent while the schedule lasted, per second of it; not those that waited in line until it was over. */
  readonly sentPerSecond: number;
  /** How late the generator came to an arrival, before that waited for a free caller. */
  readonly pacingNs: LatencySummary;
  /** `generator-limited`: the generator's own lateness is too large a part of the result. */
  readonly generatorVerdict: 'ok' | 'generator-limited';
  /** As `histogram`, of `serviceNs` and `lagNs`. */
  readonly serviceHistogram: string;
  readonly lagHistogram: string;
  /** Slices of the measured time in order, of a second each; of a long run, neighbours are merged. */
  readonly intervals: readonly IntervalRecord[];
}

/** Calls by the moment they were to start. */
export interface IntervalRecord {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly calls: number;
  readonly failed: number;
  readonly dropped: number;
  /** Response times, in ns, as `p99` and `max`. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Longest pause of the collector, in ns. */
  readonly gcPauseMaxNs: number;
  /** Longest delay of the calling event loop, in ns. */
  readonly eventLoopDelayMaxNs: number;
}
