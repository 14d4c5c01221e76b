/**
 * The figures by which two sets of rounds are compared, and how each is read from a round.
 *
 * Most cost something, so that less is better; of throughput more is. A ratio needs numbers above 0,
 * and a block that allocated nothing has none: what is less than one of its unit counts as one, so that
 * a byte a call more than nothing is not infinitely more.
 */

import type { RoundRecord } from '../results/run-record.ts';
import { succeededIn } from '../results/succeeded-in.ts';
import { hasCallsAbove } from '../stats/calls-above.ts';

/** Percentiles, in the order in which they make a spectrum. */
export const PERCENTILES = ['p50', 'p75', 'p90', 'p95', 'p99', 'p999'] as const;

const PERCENT: Readonly<Partial<Record<string, number>>> = {
  p75: 75,
  p90: 90,
  p95: 95,
  p99: 99,
  p999: 99.9,
};

/** Everything that can be compared; throughput and `nsPerCall` are two views of one figure. */
export const METRICS = [
  ...PERCENTILES,
  'throughput',
  'nsPerCall',
  'cpuNsPerCall',
  'allocatedBytesPerCall',
] as const;
export type Metric = (typeof METRICS)[number];

/** `nsPerCall` is left out, being the reciprocal of throughput. */
export const DEFAULT_METRICS: readonly Metric[] = METRICS.filter((name) => name !== 'nsPerCall');

/** Whether more of a metric is better; of all others, less is. */
export function isMoreBetter(metric: Metric): boolean {
  return metric === 'throughput';
}

/**
 * Whether a round can tell it: a percentile takes calls that were timed, and so many that one is expected above it; the
 * median of a single call is that call. What a call takes of something takes one that succeeded.
 */
export function isToldBy(round: RoundRecord, metric: Metric): boolean {
  if (metric === 'throughput') return true;
  if (!PERCENTILES.some((name) => name === metric)) return hasSuccess(round);
  const percent = PERCENT[metric];
  return round.max > 0 && (percent === undefined || hasCallsAbove(percent, succeededIn(round)));
}

/** Whether a call of it succeeded; of others nothing is known but that they did not. */
export function hasSuccess({ calls, failed }: Pick<RoundRecord, 'calls' | 'failed'>): boolean {
  return calls > failed;
}

/** A metric of one round: ns, bytes, or calls per second; at least 1, or what one call is per second. */
export function metricOf(metric: Metric, round: RoundRecord): number {
  switch (metric) {
    case 'throughput':
      return (succeededIn(round) * 1e3) / round.durationMs;
    case 'nsPerCall':
      return (round.durationMs * 1e6) / succeededIn(round);
    default:
      return Math.max(1, round[metric]);
  }
}
