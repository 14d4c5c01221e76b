/** How metrics and their changes are written wherever a comparison is shown. */

import type { ComparisonReport } from '../compare/comparison-report.ts';
import { type Metric, PERCENTILES } from '../compare/metric.ts';
import type { MetricComparison } from '../compare/suite.ts';
import type { Verdict } from '../results/run-record.ts';
import { isBounded } from '../stats/bootstrap.ts';
import { formatBytes, formatNs, formatShort } from './units.ts';

/** Said of a scenario and variant of which there is no metric. */
export const NOTHING_TO_COMPARE =
  'nothing to compare: one side has no round in which a call succeeded';

/** A metric's comparison, and the largest change that was said not to matter. */
export type ToldMetric = MetricComparison & Pick<ComparisonReport, 'tolerance'>;

const TITLES: Readonly<Record<Metric, string>> = {
  p50: 'p50',
  p75: 'p75',
  p90: 'p90',
  p95: 'p95',
  p99: 'p99',
  p999: 'p99.9',
  throughput: 'calls/s',
  nsPerCall: 'time per call',
  cpuNsPerCall: 'CPU per call',
  allocatedBytesPerCall: 'allocated per call',
};

export function metricTitle(metric: Metric): string {
  return TITLES[metric];
}

/** A value of a metric with its unit: `154 ns`, `51 B`, `6.49M`. */
export function formatMetric(metric: Metric, value: number): string {
  if (metric === 'allocatedBytesPerCall') return formatBytes(value);
  return metric === 'throughput' ? formatShort(value) : formatNs(value);
}

/** Whether a metric is a point of the latency spectrum. */
export function isPercentile(metric: Metric): boolean {
  return PERCENTILES.some((name) => name === metric);
}

/** A ratio as a change: `+5.2 %`, `−0.3 %`, and from twice or half on `×33.8`, `÷4.10`. */
export function formatChange(ratio: number): string {
  if (ratio >= 2) return `×${formatShort(ratio)}`;
  if (ratio <= 0.5) return `÷${formatShort(1 / ratio)}`;
  const percent = ((ratio - 1) * 100).toFixed(1);
  if (Number(percent) === 0) return '0.0 %';
  return percent.startsWith('-') ? `−${percent.slice(1)} %` : `+${percent} %`;
}

/** A change with its interval: `+5.2 % [+4.8 % – +5.6 %]`; without one, the change alone. */
export function formatChangeInterval(change: Pick<MetricComparison, 'ratio' | 'low' | 'high'>) {
  const { ratio, low, high } = change;
  if (!isBounded(change)) return formatChange(ratio);
  return `${formatChange(ratio)} [${formatChange(low)} – ${formatChange(high)}]`;
}

/** Heads the column of {@link formatChangeInterval}: `change [95 %]`. */
export function changeTitle({ confidence = 0.95 }: Pick<ComparisonReport, 'confidence'>): string {
  return `change [${Math.round(confidence * 100)} %]`;
}

/** A share as a percentage: `3.0 %`; of nothing, `–`. */
export function formatShare(share: number | null): string {
  if (share === null) return '–';
  return `${(share * 100).toFixed(share < 10 ? 1 : 0)} %`;
}

/** A p-value: `0.012`, or `<0.001`. */
export function formatPValue(pValue: number): string {
  return pValue < 0.001 ? '<0.001' : pValue.toFixed(3);
}

/**
 * A verdict in words. No difference is ever shown to be none: `unchanged` says how large it may still
 * be, `unchanged within 3.0 %`.
 */
export function formatVerdict(verdict: Verdict, tolerance: number): string {
  return verdict === 'unchanged' ? `${verdict} within ${formatShare(tolerance)}` : verdict;
}

/** What a comparison found of one metric, in one line without the metric's name. */
export function describeMetric(comparison: ToldMetric): string {
  const { metric, baseline, candidate, noiseFloor, verdict, reason, tolerance } = comparison;
  const values = `${formatMetric(metric, baseline)} → ${formatMetric(metric, candidate)}`;
  const floor = noiseFloor === null ? '' : `, noise floor ${formatShare(noiseFloor)}`;
  const why = reason === null ? '' : `: ${reason}`;
  return `${values}, ${formatChangeInterval(comparison)}${floor}, ${formatVerdict(verdict, tolerance)}${why}`;
}
