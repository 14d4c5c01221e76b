/**
 * Figures in Prometheus's text format, as for a Pushgateway or the textfile collector
 * (https://prometheus.io/docs/instrumenting/exposition_formats). All are gauges, in base units.
 */

import type { Metric } from '../compare/metric.ts';
import type { Measure } from './measures.ts';
import { inertText } from './plain-text.ts';

interface Family {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly string[];
}

const LATENCY = 'toolrig_latency_seconds';
const FAMILIES: readonly { readonly name: string; readonly help: string }[] = [
  { name: LATENCY, help: 'Latency of a call, by quantile.' },
  { name: 'toolrig_call_seconds', help: 'Wall time over calls.' },
  { name: 'toolrig_throughput_calls_per_second', help: 'Calls over wall time.' },
  { name: 'toolrig_call_cpu_seconds', help: 'User and system time, per call.' },
  { name: 'toolrig_call_allocated_bytes', help: 'Bytes allocated on the heap of V8, per call.' },
];

/** Of each metric: its family, the quantile where it is one, and what one of ours is in base units. */
const SERIES: Readonly<Record<Metric, { name: string; quantile?: string; unit: number }>> = {
  p50: { name: LATENCY, quantile: '0.5', unit: 1e-9 },
  p75: { name: LATENCY, quantile: '0.75', unit: 1e-9 },
  p90: { name: LATENCY, quantile: '0.9', unit: 1e-9 },
  p95: { name: LATENCY, quantile: '0.95', unit: 1e-9 },
  p99: { name: LATENCY, quantile: '0.99', unit: 1e-9 },
  p999: { name: LATENCY, quantile: '0.999', unit: 1e-9 },
  nsPerCall: { name: 'toolrig_call_seconds', unit: 1e-9 },
  throughput: { name: 'toolrig_throughput_calls_per_second', unit: 1 },
  cpuNsPerCall: { name: 'toolrig_call_cpu_seconds', unit: 1e-9 },
  allocatedBytesPerCall: { name: 'toolrig_call_allocated_bytes', unit: 1 },
};

/** The exposition; a comparison adds the change, its interval and whether it is a regression. */
export function renderPrometheus(measures: readonly Measure[]): string {
  return [...FAMILIES.map((family) => figures(family, measures)), ...changes(measures)]
    .filter(({ samples }) => samples.length > 0)
    .map(
      ({ name, help, samples }) =>
        `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${samples.join('')}`,
    )
    .join('');
}

function figures(family: Omit<Family, 'samples'>, measures: readonly Measure[]): Family {
  const own = measures.filter(({ metric }) => SERIES[metric].name === family.name);
  const samples = own.map(({ scenario, variant, metric, value }) => {
    const { quantile, unit } = SERIES[metric];
    const labels = { scenario, variant, ...(quantile === undefined ? {} : { quantile }) };
    return sample(family.name, labels, value * unit);
  });
  return { ...family, samples };
}

function changes(measures: readonly Measure[]): Family[] {
  const family = (
    name: string,
    help: string,
    of: (each: NonNullable<Measure['comparison']>) => number,
  ): Family => ({
    name,
    help,
    samples: measures.flatMap(({ scenario, variant, metric, comparison }) =>
      comparison === undefined ? [] : [sample(name, { scenario, variant, metric }, of(comparison))],
    ),
  });
  return [
    family('toolrig_change_ratio', 'Candidate over baseline.', ({ ratio }) => ratio),
    family('toolrig_change_ratio_low', 'Lower end of its 95 % interval.', ({ low }) => low),
    family('toolrig_change_ratio_high', 'Upper end of its 95 % interval.', ({ high }) => high),
    family('toolrig_regressed', 'Whether it is a regression beyond doubt.', ({ verdict }) =>
      verdict === 'regressed' ? 1 : 0,
    ),
  ];
}

function sample(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}{${pairs.join(',')}} ${value}\n`;
}

function escaped(text: string): string {
  return inertText(text).replaceAll('\\', String.raw`\\`).replaceAll('"', String.raw`\"`);
}
