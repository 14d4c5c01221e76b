/**
 * Measurement → record: the blocks of a case become a scenario's entry in the run record, and the
 * text of one interval log a variant. The measurement's histograms are destroyed at the end.
 */

import { compareVariants } from './compare/comparison.ts';
import { noiseFloorsOf } from './compare/suite.ts';
import type { Chaos } from './load/chaos.ts';
import type { HarnessCost } from './load/harness-cost.ts';
import type { BlockMeasurement, CaseMeasurement, VariantMeasurement } from './load/measurement.ts';
import { destroyBlock } from './load/rate-prober.ts';
import type { ResolvedLoad } from './load/resolve-load.ts';
import { holds, isChaosMetric, type Threshold } from './load/threshold.ts';
import type {
  Comparison,
  ScenarioRecord,
  ThresholdOutcome,
  TwinRecord,
  VariantRecord,
} from './results/run-record.ts';
import { isTimerLimited } from './results/timer-limit.ts';
import { medianInterval } from './stats/bootstrap.ts';
import { type LoggedInterval, renderIntervalLog } from './stats/interval-log.ts';
import { type LatencyHistogram, mergedHistogram } from './stats/latency-histogram.ts';
import { chaosFiguresOf, chaosRecordOf, observeChaos } from './summarise-chaos.ts';
import { arrivalsOf, mostOut, openFiguresOf, openIntervalsOf } from './summarise-open.ts';

export interface CaseContext {
  /** Name of the scenario, with its case. */
  readonly name: string;
  readonly payloadBytes: number | null;
  readonly load: ResolvedLoad;
  /** What befell the services. Default: nothing was to. */
  readonly chaos?: Chaos | undefined;
  readonly cost: HarnessCost;
  readonly thresholds: readonly Threshold[];
  /** The variant whose twin was measured. */
  readonly reference: string;
  /** The variants that the others are compared with, where they run. */
  readonly baselines: readonly string[];
  /** Variants that drive the load themselves: the harness costs their calls nothing. Default: none. */
  readonly drivenVariants?: readonly string[];
  readonly random: () => number;
}

export interface CaseSummary {
  readonly record: ScenarioRecord;
  /** Text of an interval log by variant. */
  readonly intervalLogs: ReadonlyMap<string, string>;
}

/**
 * Turns a case's measurement into its record. Variants without a single block are left out. The
 * histograms of its blocks cannot be used afterwards, whether it returned or threw.
 */
export function summariseCase(measurement: CaseMeasurement, context: CaseContext): CaseSummary {
  try {
    return summarise(measurement, context);
  } finally {
    const blocks = [...measurement.variants.flatMap((each) => each.blocks), ...measurement.twin];
    for (const block of blocks) destroyBlock(block);
    for (const { chaos } of measurement.variants) chaos?.recovery.destroy();
  }
}

function summarise(measurement: CaseMeasurement, context: CaseContext): CaseSummary {
  const measured = measurement.variants.filter((variant) => variant.blocks.length > 0);
  const intervalLogs = new Map(
    measured.map((each) => [each.variant, renderIntervalLog(startOf(each), intervalsOf(each))]),
  );
  const variants = measured.map((variant) => summariseVariant(variant, context));
  const { load, chaos, reference } = context;
  const twin = { variant: reference, rounds: measurement.twin.map(roundOf) };
  return {
    intervalLogs,
    record: {
      name: context.name,
      executor: load.open === undefined ? 'closed' : 'open',
      concurrency: mostOut(load),
      batch: load.batch,
      payloadBytes: context.payloadBytes,
      ...(load.think === undefined
        ? {}
        : { thinkMs: load.think.meanMs, thinkTime: load.think.kind }),
      ...(load.open === undefined ? {} : { arrivals: arrivalsOf(load.open, load, measured) }),
      ...(chaos === undefined ? {} : { chaos: chaosRecordOf(chaos) }),
      variants,
      ...(twin.rounds.length === 0 ? {} : { twin }),
      // Its speed is given: an open loop's variants differ in how long calls take, not in how many.
      comparisons: load.open === undefined ? compareAll(variants, twin, context) : [],
      thresholds: evaluate(context.thresholds, variants),
    },
  };
}

function summariseVariant(measurement: VariantMeasurement, context: CaseContext): VariantRecord {
  const { blocks } = measurement;
  const latency = mergedHistogram(blocks.map((block) => block.latency));
  const batches = mergedHistogram(blocks.map((block) => block.batchLatency));
  try {
    return recordOf(measurement, latency, batches, context);
  } finally {
    latency.destroy();
    batches.destroy();
  }
}

/** @param latency - of all blocks, as `batches` */
function recordOf(
  { variant, blocks, warmupMs, isSteady, usageOf, chaos, maxRate }: VariantMeasurement,
  latency: LatencyHistogram,
  batches: LatencyHistogram,
  { cost, load, random, drivenVariants = [] }: CaseContext,
): VariantRecord {
  const calls = sum(blocks, (block) => block.calls);
  const succeeded = sum(blocks, (block) => block.succeeded);
  const latencyNs = latency.summary();
  return {
    variant,
    calls,
    succeeded,
    failed: sum(blocks, (block) => block.failed),
    errors: mergeCounts(blocks),
    checksFailed: sum(blocks, (block) => block.checksFailed),
    firstFailure: blocks.find((block) => block.firstFailure !== undefined)?.firstFailure ?? null,
    throughputPerSecond: medianInterval(
      blocks.map((block) => (block.succeeded * 1e3) / block.durationMs),
      random,
    ),
    nsPerCall: medianInterval(blocks.map(nsPerCallOf), random),
    latencyNs,
    batchNs: load.batch > 1 && batches.count > 0 ? batches.summary() : null,
    // Where no call was timed there is nothing that the clock could have limited.
    latencyVerdict:
      latencyNs.max > 0 && isTimerLimited(latencyNs.p50, cost.clockReadNs) ? 'timer-limited' : 'ok',
    cpuNsPerCall: perSuccess(
      sum(blocks, (block) => block.cpuNs),
      succeeded,
    ),
    allocatedBytesPerCall: perSuccess(
      sum(blocks, (block) => block.allocatedBytes),
      succeeded,
    ),
    eventLoopUtilization:
      sum(blocks, (block) => block.eventLoopUtilization * block.durationMs) /
      sum(blocks, (block) => block.durationMs),
    gcPauseNs: {
      count: sum(blocks, (block) => block.gcPauseNs.count),
      total: sum(blocks, (block) => block.gcPauseNs.total),
      max: Math.max(...blocks.map((block) => block.gcPauseNs.max)),
    },
    rssBytes: blocks.at(-1)?.rssBytes ?? 0,
    ...(usageOf === undefined ? {} : { usageOf }),
    clockReadNs: cost.clockReadNs,
    harnessNsPerCall: drivenVariants.includes(variant) ? null : cost.harnessNsPerCall,
    warmupMs,
    isSteady,
    histogram: latency.encode(),
    rounds: blocks.map(roundOf),
    ...(chaos === undefined ? {} : chaosFiguresOf(chaos, blocks)),
    ...(load.open === undefined ? {} : openFiguresOf(blocks, latencyNs)),
    ...(maxRate === undefined ? {} : { maxRate }),
  };
}

function roundOf(block: BlockMeasurement): VariantRecord['rounds'][number] {
  const { p50, p75, p90, p95, p99, p999, max } = block.latency.summary();
  return {
    round: block.round + 1,
    startedAt: new Date(block.startedAtMs).toISOString(),
    durationMs: block.durationMs,
    calls: block.calls,
    failed: block.failed,
    p50,
    p75,
    p90,
    p95,
    p99,
    p999,
    max,
    cpuNsPerCall: perSuccess(block.cpuNs, block.succeeded),
    allocatedBytesPerCall: perSuccess(block.allocatedBytes, block.succeeded),
    gcPauseMaxNs: block.gcPauseNs.max,
  };
}

function startOf({ blocks }: VariantMeasurement): number {
  return blocks[0]?.startedAtMs ?? 0;
}

function intervalsOf({ variant, blocks }: VariantMeasurement): LoggedInterval[] {
  return blocks.flatMap((block) => {
    const { startedAtMs, durationMs, open, latency } = block;
    if (open !== undefined) return openIntervalsOf(block, open);
    const endMs = startedAtMs + durationMs;
    return [{ startMs: startedAtMs, endMs, tag: variant, histogram: latency }];
  });
}

function nsPerCallOf({ durationMs, succeeded }: BlockMeasurement): number {
  return perSuccess(durationMs * 1e6, succeeded);
}

/** What a call that succeeded cost, those that failed included. Of none it is as much at least as of one. */
function perSuccess(total: number, succeeded: number): number {
  return total / Math.max(1, succeeded);
}

function compareAll(
  variants: readonly VariantRecord[],
  twin: TwinRecord,
  { baselines }: CaseContext,
): Comparison[] {
  const own = variants.find(({ variant }) => variant === twin.variant)?.rounds ?? [];
  const noiseFloor = noiseFloorsOf(own, twin.rounds, ['nsPerCall']).nsPerCall ?? null;
  return variants
    .filter(({ variant }) => baselines.includes(variant))
    .flatMap((baseline) =>
      variants
        .filter((candidate) => candidate !== baseline)
        .flatMap((candidate) => compareVariants(baseline, candidate, noiseFloor) ?? []),
    );
}

/**
 * The thresholds of the variants that were measured. That each names a variant of the run is
 * checked before it starts; after an interruption, one may be without a single block.
 */
function evaluate(
  thresholds: readonly Threshold[],
  variants: readonly VariantRecord[],
): ThresholdOutcome[] {
  return thresholds.flatMap((threshold) =>
    variants
      .filter(({ variant }) => threshold.variant === undefined || threshold.variant === variant)
      .map((record) => {
        const observed = observe(threshold, record);
        return {
          expression: threshold.expression,
          metric: threshold.metric,
          variant: record.variant,
          observed,
          passed: observed !== null && holds(threshold, observed),
        };
      }),
  );
}

function observe(threshold: Threshold, record: VariantRecord): number | null {
  const { metric } = threshold;
  if (isChaosMetric(metric)) return observeChaos(metric, record);
  if (metric === 'throughput') return record.throughputPerSecond.median;
  if (metric === 'errors') return errorRatioOf(record);
  // Without a call that was timed, all are 0, which would keep any limit.
  return record.latencyNs.max === 0 ? null : record.latencyNs[metric];
}

/** Share of the calls that were to be made which nobody got a right answer to: a dropped one is in no latency. */
function errorRatioOf({ calls, failed, failedAsExpected = 0, dropped = 0 }: VariantRecord): number {
  return (failed - failedAsExpected + dropped) / (calls + dropped);
}

function mergeCounts(blocks: readonly BlockMeasurement[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { errors } of blocks) {
    for (const [code, count] of errors) counts[code] = (counts[code] ?? 0) + count;
  }
  return counts;
}

function sum(blocks: readonly BlockMeasurement[], of: (block: BlockMeasurement) => number): number {
  return blocks.reduce((total, block) => total + of(block), 0);
}
