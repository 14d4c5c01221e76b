/** Measurement → record, for what only the open loop has. */

import { callsIn, scheduleLengthMs } from './load/arrival-schedule.ts';
import { generatorVerdict } from './load/generator-verdict.ts';
import type { BlockMeasurement, VariantMeasurement } from './load/measurement.ts';
import type { OpenBlockFigures, OpenBlockSlice } from './load/open-figures.ts';
import type { OpenLoad, ResolvedLoad } from './load/resolve-load.ts';
import type {
  ArrivalsRecord,
  IntervalRecord,
  OpenLoopFigures,
} from './results/open-loop-record.ts';
import type { LatencySummary } from './results/run-record.ts';
import type { LoggedInterval } from './stats/interval-log.ts';
import { LatencyCounts } from './stats/latency-counts.ts';
import { type LatencyHistogram, mergedHistogram } from './stats/latency-histogram.ts';

const SECOND_MS = 1_000;
/** Calls that can be out at once. */
export function mostOut({ concurrency, batch, open }: ResolvedLoad): number {
  return open === undefined ? concurrency : Math.min(open.callers * batch, open.maxInFlight);
}

/** What the record says of the schedule; of a search, that of the highest rate any variant kept. */
export function arrivalsOf(
  { process, stages: given, maxInFlight, workers, slo }: OpenLoad,
  { calls, rounds, durationMs, batch }: ResolvedLoad,
  variants: readonly VariantMeasurement[],
): ArrivalsRecord {
  const most = Math.max(0, ...variants.map(({ maxRate }) => maxRate?.ratePerSecond ?? 0));
  const stages =
    slo === undefined ? given : [{ durationMs, fromPerSecond: most, toPerSecond: most }];
  const lengthMs = scheduleLengthMs(stages, calls / rounds, batch);
  const finite = stages.map((stage) => ({
    ...stage,
    durationMs: Math.min(stage.durationMs, lengthMs),
  }));
  return {
    process,
    ratePerSecond: (callsIn(finite) * SECOND_MS) / lengthMs,
    stages: finite,
    maxInFlight,
    workers,
  };
}

/** A variant's figures of the open loop; `responseNs` is what its latencies came to. */
export function openFiguresOf(
  blocks: readonly BlockMeasurement[],
  responseNs: LatencySummary,
): OpenLoopFigures {
  const open = blocks.flatMap((block) => block.open ?? []);
  const merged = {
    service: mergedHistogram(open.map(({ service }) => service)),
    lag: mergedHistogram(open.map(({ lag }) => lag)),
    held: mergedHistogram(open.map(({ held }) => held)),
    pacing: mergedHistogram(open.map(({ pacing }) => pacing)),
  };
  try {
    const total = (of: (figures: OpenBlockFigures) => number) =>
      open.reduce((sum, each) => sum + of(each), 0);
    const calls = blocks.reduce((sum, block) => sum + block.calls, 0);
    const pacedMs = total((each) => each.pacedMs);
    const pacingNs = merged.pacing.summary();
    const scheduleMs = total((each) => each.scheduleMs);
    return {
      dropped: total(({ dropped }) => dropped),
      serviceNs: merged.service.summary(),
      lagNs: merged.lag.summary(),
      ...(merged.held.count === 0 ? {} : { heldNs: merged.held.summary() }),
      openLoop: {
        scheduled: total(({ scheduled }) => scheduled),
        sentPerSecond: ((calls - total(({ sentLate }) => sentLate)) * SECOND_MS) / pacedMs,
        pacingNs,
        generatorVerdict: generatorVerdict({ pacingNs, responseNs, scheduleMs, pacedMs }),
        serviceHistogram: merged.service.encode(),
        lagHistogram: merged.lag.encode(),
        intervals: blocks.flatMap((block) =>
          (block.open?.slices ?? []).map((slice) => intervalOf(block, slice)),
        ),
      },
    };
  } finally {
    for (const histogram of Object.values(merged)) histogram.destroy();
  }
}

/** What an interval log has of a block: each slice three times, under the names of the times. */
export function openIntervalsOf(
  { startedAtMs }: BlockMeasurement,
  { slices }: OpenBlockFigures,
): LoggedInterval[] {
  return slices.flatMap(({ second, seconds, response, service, lag }) => {
    const startMs = startedAtMs + second * SECOND_MS;
    const endMs = startMs + seconds * SECOND_MS;
    return [
      { startMs, endMs, tag: 'response', histogram: response },
      { startMs, endMs, tag: 'service', histogram: service },
      { startMs, endMs, tag: 'lag', histogram: lag },
    ];
  });
}

function intervalOf(block: BlockMeasurement, slice: OpenBlockSlice): IntervalRecord {
  const { second, seconds, calls, failed, dropped, gcPauseMaxNs, eventLoopDelayMaxNs } = slice;
  const startMs = second * SECOND_MS;
  const lengthMs = block.open?.scheduleMs ?? startMs;
  const { p50, p99, max } = summaryOf(slice.response);
  return {
    startedAt: new Date(block.startedAtMs + startMs).toISOString(),
    // The last one ends with the schedule.
    durationMs: Math.min(seconds * SECOND_MS, Math.max(0, lengthMs - startMs)),
    calls,
    failed,
    dropped,
    p50,
    p99,
    max,
    gcPauseMaxNs,
    eventLoopDelayMaxNs,
  };
}

function summaryOf(counts: LatencyCounts): LatencySummary {
  const histogram: LatencyHistogram = counts.toHistogram();
  try {
    return histogram.summary();
  } finally {
    histogram.destroy();
  }
}
