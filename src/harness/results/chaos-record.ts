/**
 * What chaos adds to a run record: how a scenario's services were troubled, and how its variants bore it.
 */

import type { Slope } from '../stats/theil-sen.ts';

/** How services were troubled, and which failures that excuses. */
export interface ChaosRecord {
  /** What was done to which services, how often on average; `null`: nothing but the load. */
  readonly fault: {
    readonly kind: string;
    readonly services: readonly string[];
    readonly everyMs: number;
  } | null;
  /** Codes that calls may fail with. */
  readonly expected: readonly string[];
  /** The same load without faults, before. */
  readonly quietMs: number;
  /** Next to no load, after. */
  readonly restMs: number;
}

/**
 * What a scenario with chaos adds to a variant: all of it, or none. There, `calls`, `succeeded`,
 * `failed` and `errors` count all calls, while rates, latencies and rounds are those of the calls
 * that were answered under load.
 */
export interface ChaosFigures {
  /** Calls that were offered, those of the warm-up and at rest included: `succeeded + failed + lost`. */
  readonly offered: number;
  /** Failures with a code that the scenario expects; they are among `failed`. */
  readonly failedAsExpected: number;
  /** Calls that never settled. */
  readonly lost: number;
  /** Calls that settled a second time, or whose reply reached another call. */
  readonly answeredTwice: number;
  /** Faults that struck. */
  readonly faults: number;
  /** Times that a service was seen to end. */
  readonly crashes: number;
  /** Services that were not back when the run was over. */
  readonly unrecovered: number;
  /**
   * From each fault – without faults, from the end of the load – to the first right reply to a
   * call that was offered after it; `null` when there was none.
   */
  readonly recoveryNs: RecoverySummary | null;
  /** As `histogram`, of recovery times. */
  readonly recoveryHistogram: string;
  /** p99 of the services that faults spare, before the faults and while a victim was down; `null` where all are struck. */
  readonly sparedP99Ns: { readonly quiet: number; readonly disturbed: number } | null;
  /** Resident size of the calling process: before the faults, at most, and at the end. */
  readonly hostRssBytes: { readonly before: number; readonly peak: number; readonly after: number };
  /** How figures rose over the load; `null` after fewer than 6 rounds. */
  readonly drift: DriftRecord | null;
}

export interface RecoverySummary {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Theil-Sen slopes over rounds with their 95 % intervals. A short run's are extrapolated to the hour. */
export interface DriftRecord {
  /** Of the calling process's heap, after full collections. */
  readonly heapBytesPerHour: Slope;
  /** Of every process that took part. */
  readonly rssBytesPerHour: Slope;
  /** Of sockets, timers and other resources of the calling process. */
  readonly handlesPerHour: Slope;
  readonly p99NsPerHour: Slope;
}
