/** Measurement → record, for what only scenarios with chaos have. */

import type { Chaos } from './load/chaos.ts';
import type { ChaosOutcome } from './load/chaos-outcome.ts';
import type { BlockMeasurement } from './load/measurement.ts';
import type { ChaosMetric } from './load/threshold.ts';
import type {
  ChaosFigures,
  ChaosRecord,
  DriftRecord,
  RecoverySummary,
} from './results/chaos-record.ts';
import type { VariantRecord } from './results/run-record.ts';
import { slopePerHour } from './stats/drift.ts';
import type { LatencyHistogram } from './stats/latency-histogram.ts';
import { FEWEST_SAMPLES } from './stats/theil-sen.ts';

/** What the record says of how services were troubled. */
export function chaosRecordOf({
  fault,
  expected = [],
  quietMs = 0,
  restMs = 0,
}: Chaos): ChaosRecord {
  const { kind = '', services = [], everyMs = 0 } = fault ?? {};
  return {
    fault: fault === undefined ? null : { kind, services, everyMs },
    expected,
    quietMs,
    restMs,
  };
}

/** A variant's chaos figures, and its counts of calls in the place of those of its blocks. */
export function chaosFiguresOf(
  outcome: ChaosOutcome,
  blocks: readonly BlockMeasurement[],
): ChaosFigures & Partial<VariantRecord> {
  const { errors, checksFailed, recovery } = outcome;
  const rejected = [...errors.values()].reduce((total, count) => total + count, 0);
  return {
    calls: outcome.offered,
    succeeded: outcome.succeeded,
    failed: rejected + checksFailed,
    errors: Object.fromEntries(errors),
    checksFailed,
    firstFailure: outcome.firstFailure ?? null,
    offered: outcome.offered,
    failedAsExpected: outcome.failedAsExpected,
    lost: outcome.lost,
    answeredTwice: outcome.answeredTwice,
    faults: outcome.faults,
    crashes: outcome.crashes,
    unrecovered: outcome.unrecovered,
    recoveryNs: recovery.count === 0 ? null : recoveryOf(recovery),
    recoveryHistogram: recovery.encode(),
    sparedP99Ns: outcome.sparedP99Ns ?? null,
    hostRssBytes: outcome.hostRssBytes,
    drift: driftOf(outcome, blocks),
  };
}

/**
 * What a threshold sees; `null` when there is nothing to see. Of a drift it sees the lower end of
 * the interval: what the drift is beyond doubt.
 */
export function observeChaos(metric: ChaosMetric, record: VariantRecord): number | null {
  const { recoveryNs, sparedP99Ns, hostRssBytes, drift } = record;
  switch (metric) {
    case 'lost':
    case 'answeredTwice':
    case 'crashes':
    case 'unrecovered':
      return record[metric] ?? null;
    case 'recoveryP50':
      return recoveryNs?.p50 ?? null;
    case 'recoveryP99':
      return recoveryNs?.p99 ?? null;
    case 'recoveryMax':
      return recoveryNs?.max ?? null;
    case 'sparedP99Ratio':
      // Without a call of theirs there is no p99, and 0 would be a perfect one.
      if (!(sparedP99Ns && sparedP99Ns.quiet > 0 && sparedP99Ns.disturbed > 0)) return null;
      return sparedP99Ns.disturbed / sparedP99Ns.quiet;
    case 'memoryGrowth':
      return hostRssBytes === undefined ? null : hostRssBytes.after / hostRssBytes.before - 1;
    case 'memoryPeak':
      return hostRssBytes?.peak ?? null;
    case 'heapDrift':
      return drift?.heapBytesPerHour.low ?? null;
    case 'rssDrift':
      return drift?.rssBytesPerHour.low ?? null;
    case 'handlesDrift':
      return drift?.handlesPerHour.low ?? null;
    case 'p99Drift':
      return drift?.p99NsPerHour.low ?? null;
  }
}

function recoveryOf(recovery: LatencyHistogram): RecoverySummary {
  const { p50, p99, max } = recovery.summary();
  return { count: recovery.count, p50, p99, max };
}

function driftOf(
  { samples }: ChaosOutcome,
  blocks: readonly BlockMeasurement[],
): DriftRecord | null {
  if (samples.length < FEWEST_SAMPLES) return null;
  const slopeOf = (value: (index: number) => number) =>
    slopePerHour(samples.map(({ atMs }, index) => ({ atMs, value: value(index) })));
  const at = (index: number) => samples[index] as ChaosOutcome['samples'][number]; // one a block
  return {
    heapBytesPerHour: slopeOf((index) => at(index).heapBytes),
    rssBytesPerHour: slopeOf((index) => at(index).rssBytes),
    handlesPerHour: slopeOf((index) => at(index).handles),
    p99NsPerHour: slopeOf((index) => blocks[index]?.latency.valueAtPercentile(99) ?? 0),
  };
}
