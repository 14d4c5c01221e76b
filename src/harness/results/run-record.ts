/**
 * The run record: one value that holds everything a run found out. Every table, page and verdict
 * is derived from it, so it names its units and keeps the rounds. What only some runs add to it – the
 * open loop, chaos, a search for the highest rate, capacity – is each in a file of its own.
 *
 * `run.schema.json` beside this file says the same for other people's programs; a test keeps the
 * two together.
 */

import type { Interval } from '../stats/bootstrap.ts';
import type { LatencySummary } from '../stats/latency-histogram.ts';
import type { Slope } from '../stats/theil-sen.ts';
import type { CapacityRecord } from './capacity-record.ts';
import type { ChaosFigures, ChaosRecord } from './chaos-record.ts';
import type { Environment } from './environment.ts';
import type { MaxRateRecord } from './max-rate-record.ts';
import type { ArrivalsRecord, OpenLoopFigures } from './open-loop-record.ts';

export type { Interval, LatencySummary, Slope };

/** Version of the record's shape. It grows when a field changes its meaning or goes. */
export const SCHEMA_VERSION = 1;

export interface RunRecord {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly tool: { readonly name: string; readonly version: string };
  readonly runId: string;
  /** ISO 8601, as `finishedAt`. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** The command line that repeats this run. */
  readonly command: string;
  readonly environment: Environment;
  readonly validity: Validity;
  readonly scenarios: readonly ScenarioRecord[];
  /** Of `toolrig capacity` only. */
  readonly capacity?: CapacityRecord;
}

/** `suspect`: usable with care; `invalid`: the numbers must not be used. */
export interface Validity {
  readonly verdict: 'valid' | 'suspect' | 'invalid';
  readonly reasons: readonly string[];
}

export interface ScenarioRecord {
  readonly name: string;
  /** `closed`: each caller waits for its reply before it calls again; `open`: calls start on a schedule. */
  readonly executor: 'closed' | 'open';
  /** Callers; in the open loop, the most calls that are out at once. */
  readonly concurrency: number;
  /** Calls sent together; 1 when each is sent alone. */
  readonly batch: number;
  /** Nominal size of one call's payload; `null` where the scenario has no such thing. */
  readonly payloadBytes: number | null;
  /** Mean pause of a caller between a reply and its next call, in ms; missing where there is none. */
  readonly thinkMs?: number;
  /** How that pause is drawn: always the same, or exponential with that mean. Missing without one, and in old records. */
  readonly thinkTime?: 'fixed' | 'exponential';
  /** When calls were to start; in the open loop only. */
  readonly arrivals?: ArrivalsRecord;
  /** What befell the services; missing where nothing was to. */
  readonly chaos?: ChaosRecord;
  readonly variants: readonly VariantRecord[];
  /** The variant that was measured twice in every round; missing where none was. */
  readonly twin?: TwinRecord;
  readonly comparisons: readonly Comparison[];
  readonly thresholds: readonly ThresholdOutcome[];
}

export interface VariantRecord extends Partial<ChaosFigures>, Partial<OpenLoopFigures> {
  readonly variant: string;
  readonly calls: number;
  readonly succeeded: number;
  /** Calls that rejected, and those whose reply was wrong. */
  readonly failed: number;
  /** Rejected calls by symbolic code. */
  readonly errors: Readonly<Record<string, number>>;
  /** Calls that were answered with a wrong reply. */
  readonly checksFailed: number;
  /** What the first failure said, to start looking; `null` when there was none. */
  readonly firstFailure: string | null;
  /** Calls that succeeded, over the wall time of a block. */
  readonly throughputPerSecond: Interval;
  /** Wall time of a block divided by its calls that succeeded: what ratios between variants rest on. */
  readonly nsPerCall: Interval;
  /** Time of each call as its caller sees it: of those that succeeded, and of those that ran into their deadline. */
  readonly latencyNs: LatencySummary;
  /** Time of each batch whose calls all have a latency, that of the slowest; `null` when calls are sent alone. */
  readonly batchNs: LatencySummary | null;
  /** `timer-limited`: the median is below twenty clock reads, so only `nsPerCall` is exact. */
  readonly latencyVerdict: 'ok' | 'timer-limited';
  /** User and system time of every process that took part, per call that succeeded. */
  readonly cpuNsPerCall: number;
  /** Bytes allocated on V8's heap of the calling side, per call that succeeded: no buffers, no child processes. */
  readonly allocatedBytesPerCall: number;
  /** Share of the wall time in which the measuring event loop was busy, 0 to 1. */
  readonly eventLoopUtilization: number;
  readonly gcPauseNs: { readonly count: number; readonly total: number; readonly max: number };
  /** Resident size of every process that took part, at the end. */
  readonly rssBytes: number;
  /**
   * `caller`: `cpuNsPerCall` and `rssBytes` are of the calling process alone, since the server is none that could be asked.
   * Missing: of every process that took part.
   */
  readonly usageOf?: 'caller';
  /** What one read of the clock takes: `latencyVerdict` rests on it. */
  readonly clockReadNs: number;
  /**
   * What the harness itself adds to each call: clock, check, recording. `null` for a variant that
   * drives the load itself.
   */
  readonly harnessNsPerCall: number | null;
  /** Time from the first call to steady. */
  readonly warmupMs: number;
  /** `false`: the cap was reached before the variant was steady. */
  readonly isSteady: boolean;
  /** Latencies: base64 of HdrHistogram's V2 compressed encoding, in ns. */
  readonly histogram: string;
  readonly rounds: readonly RoundRecord[];
  /** Where the highest rate was looked for; the variant's other figures are those of the last try. */
  readonly maxRate?: MaxRateRecord;
}

/** A variant's second blocks: what sets them apart from its own is noise. */
export interface TwinRecord {
  readonly variant: string;
  readonly rounds: readonly RoundRecord[];
}

/** One block of one variant. */
export interface RoundRecord {
  /** From 1. */
  readonly round: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly calls: number;
  readonly failed: number;
  /** Latencies, in ns. */
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly cpuNsPerCall: number;
  readonly allocatedBytesPerCall: number;
  /** Longest pause of the collector, in ns. */
  readonly gcPauseMaxNs: number;
}

/** `candidate` against `baseline`, paired by round. */
export interface Comparison {
  readonly baseline: string;
  readonly candidate: string;
  readonly metric: 'nsPerCall';
  /** Time per call of the baseline over the candidate's: above 1, the candidate is faster. */
  readonly ratio: number;
  /** Ends of the 95 % bootstrap interval of the ratio; see `Interval` for a single round. */
  readonly low: number;
  readonly high: number;
  /**
   * How far from 1 the ratio of a variant with itself came out in this run (0.03 = 3 %): nothing
   * finer can be told. `null` when it was not measured.
   */
  readonly noiseFloor: number | null;
  readonly verdict: Verdict;
}

export type Verdict = 'improved' | 'regressed' | 'unchanged' | 'inconclusive';

export interface ThresholdOutcome {
  readonly expression: string;
  /** Times in ns, sizes in bytes, `throughput` per second, `errors` and other ratios from 0 to 1. */
  readonly metric: string;
  /** The variant it was applied to. */
  readonly variant: string;
  /** `null` when there was nothing to observe, such as the recovery of what never recovered. */
  readonly observed: number | null;
  readonly passed: boolean;
}
