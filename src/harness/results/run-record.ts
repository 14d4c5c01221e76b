/**
 * The run record: one value that holds everything a run found out. Every table, page and verdict
 * is derived from it, so it names its units and keeps the rounds.
 *
 * `run.schema.json` beside this file says the same for other people's programs; a test keeps the
 * two together.
 */

import type { Interval } from '../stats/bootstrap.ts';
import type { LatencySummary } from '../stats/latency-histogram.ts';
import type { Slope } from '../stats/theil-sen.ts';
import type { CapacityRecord } from './capacity-record.ts';

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

export interface Environment {
  readonly cpuModel: string;
  readonly logicalCpus: number;
  readonly availableParallelism: number;
  readonly memoryBytes: number;
  readonly os: string;
  readonly arch: string;
  readonly node: string;
  readonly v8: string;
  readonly gitCommit: string | null;
  readonly gitDirty: boolean | null;
  /** Limits of the control group, where there is one: `cpuMax` as the kernel writes it. */
  readonly cgroup: { readonly cpuMax: string | null; readonly memoryMax: string | null } | null;
  /** 1, 5 and 15 minutes, at the start. */
  readonly loadAverage: readonly [number, number, number];
  /** Hash of what makes two runs comparable: CPU, cores, memory, OS, arch, Node's and V8's version. */
  readonly fingerprint: string;
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
  /** p99 of the services that faults spare, without and with faults; `null` where all are struck. */
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

/** The highest rate at which a variant kept an objective, and what that rests on. */
export interface MaxRateRecord {
  /** The rate that was confirmed; 0 when none held. */
  readonly ratePerSecond: number;
  /** What it was to keep to, as it was written. */
  readonly slo: string;
  /** Highest rate that held. */
  readonly low: number;
  /** Lowest rate that did not; `null` when all held that were tried. */
  readonly high: number | null;
  /** Calls per second of a closed loop, from which the search started. */
  readonly saturationPerSecond: number;
  /** What kept it from a higher rate: the objective, or the generator of the load itself. */
  readonly limitedBy: 'slo' | 'generator' | 'nothing';
  readonly evidence: readonly RateTryRecord[];
}

/** One rate that was tried. */
export interface RateTryRecord {
  readonly phase: 'climb' | 'bisect' | 'confirm';
  readonly ratePerSecond: number;
  readonly durationMs: number;
  /** Calls that succeeded. */
  readonly donePerSecond: number;
  readonly dropped: number;
  readonly failed: number;
  /** Response times, in ns. */
  readonly p50: number;
  readonly p99: number;
  /** What kept it from holding, in words; `null` when it held. */
  readonly failure: string | null;
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
