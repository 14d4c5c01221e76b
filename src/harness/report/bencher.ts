/**
 * Figures in the Bencher Metric Format, for its `json` adapter
 * (https://bencher.dev/docs/reference/bencher-metric-format): a benchmark for each variant of a
 * scenario, a measure for each metric. A comparison adds the ends of the interval.
 */

import type { Metric } from '../compare/metric.ts';
import { isBounded } from '../stats/bootstrap.ts';
import type { Measure } from './measures.ts';
import { inertText } from './plain-text.ts';

/** Bencher knows `latency` in ns and `throughput` in operations per second; the rest are our own names. */
const MEASURES: Readonly<Record<Metric, string>> = {
  p50: 'latency-p50',
  p75: 'latency-p75',
  p90: 'latency-p90',
  p95: 'latency-p95',
  p99: 'latency-p99',
  p999: 'latency-p999',
  throughput: 'throughput',
  nsPerCall: 'latency',
  cpuNsPerCall: 'cpu-per-call',
  allocatedBytesPerCall: 'allocated-per-call',
};

/** Of a benchmark, as Bencher allows. */
const MAX_NAME_LENGTH = 1_024;

interface BencherMetric {
  readonly value: number;
  readonly lower_value?: number;
  readonly upper_value?: number;
}

/** The JSON document. */
export function renderBencher(measures: readonly Measure[]): string {
  const benchmarks = new Map<string, Map<string, BencherMetric>>();
  for (const measure of measures) {
    const name = inertText(`${measure.scenario} on ${measure.variant}`, MAX_NAME_LENGTH);
    const benchmark = benchmarks.get(name) ?? new Map<string, BencherMetric>();
    benchmarks.set(name, benchmark.set(MEASURES[measure.metric], metricOf(measure)));
  }
  // fromEntries defines keys; assigning them would take one named __proto__ for something else.
  const document = Object.fromEntries(
    [...benchmarks].map(([name, metrics]) => [name, Object.fromEntries(metrics)]),
  );
  return `${JSON.stringify(document, null, 2)}\n`;
}

function metricOf({ value, comparison }: Measure): BencherMetric {
  if (comparison === undefined || !isBounded(comparison)) return { value };
  const { ratio, low, high } = comparison;
  // The interval of the change, around the value that was seen.
  return { value, lower_value: (value * low) / ratio, upper_value: (value * high) / ratio };
}
