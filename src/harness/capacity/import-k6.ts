/**
 * Results of k6: its summary (`--summary-export`, or the data that `handleSummary` writes), and its samples
 * (`--out json`, `--out csv`). A summary is one point; samples of a ramp are cut into windows, and each window
 * is a point of its own.
 *
 * The summary has p(99) only when asked for: `--summary-trend-stats "avg,med,p(90),p(95),p(99),max"`.
 */

import {
  inOrder,
  type MeasuredSweep,
  type SweepPoint,
  type SweepQuantile,
  sweepPoint,
} from './measured-sweep.ts';
import { figureAt, lookUp, parseJson, unusable } from './read-figure.ts';

const NS_PER_MS = 1e6;
const QUANTILES: Readonly<Record<SweepQuantile, string>> = {
  p50: 'med',
  p75: 'p(75)',
  p90: 'p(90)',
  p95: 'p(95)',
  p99: 'p(99)',
  p999: 'p(99.9)',
  max: 'max',
};
/** Windows that samples are cut into: as many as a sweep of our own has rates. */
const WINDOWS = 10;

/** One request of k6. */
interface K6Sample {
  readonly atSeconds: number;
  readonly durationMs: number;
  readonly isFailed: boolean;
}

/** @throws ToolrigError `ERR_USAGE` naming the metric that cannot be used */
export function sweepOfK6Summary(value: unknown, file: string): MeasuredSweep {
  const figure = (metric: string, ...keys: readonly string[]): number | undefined => {
    for (const key of keys) {
      const at = ['metrics', metric, key];
      const found =
        figureAt(value, at, file) ?? figureAt(value, ['metrics', metric, 'values', key], file);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const rate = figure('http_reqs', 'rate') ?? figure('iterations', 'rate');
  if (rate === undefined) throw unusable(file, 'metrics.http_reqs.rate', 'is missing');
  const trend =
    lookUp(value, ['metrics', 'http_req_duration']) === undefined
      ? 'iteration_duration'
      : 'http_req_duration';
  const latencyNs = Object.fromEntries(
    Object.entries(QUANTILES).flatMap(([quantile, key]) => {
      const ms = figure(trend, key);
      return ms === undefined ? [] : [[quantile, ms * NS_PER_MS]];
    }),
  );
  const meanMs = figure(trend, 'avg');
  const dropped = figure('dropped_iterations', 'rate') ?? 0;
  const errorRatio = figure('http_req_failed', 'rate', 'value') ?? 0;
  return {
    source: 'k6',
    name: file,
    points: [
      sweepPoint({
        // Iterations that k6 had no virtual user for were to start all the same.
        offeredPerSecond: dropped > 0 ? rate + dropped : null,
        throughputPerSecond: rate * (1 - errorRatio),
        concurrency: figure('vus_max', 'max', 'value') ?? figure('vus', 'max', 'value') ?? null,
        latencyNs,
        meanNs: meanMs === undefined ? null : meanMs * NS_PER_MS,
        errorRatio,
      }),
    ],
    warnings: warningsOf(file),
  };
}

/** Samples of `--out json`: a JSON object a line. */
export function sweepOfK6Json(text: string, file: string): MeasuredSweep {
  const samples: K6Sample[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const place = `line ${index + 1}`;
    let value: unknown;
    try {
      value = parseJson(line, file);
    } catch {
      throw unusable(file, place, 'it is not JSON');
    }
    if (lookUp(value, ['metric']) !== 'http_req_duration') continue;
    if (lookUp(value, ['type']) !== 'Point') continue;
    const durationMs = figureAt(value, ['data', 'value'], file);
    const atSeconds = Date.parse(String(lookUp(value, ['data', 'time']))) / 1_000;
    if (durationMs === undefined || Number.isNaN(atSeconds)) {
      throw unusable(file, place, 'a point needs data.time and data.value');
    }
    const isFailed = lookUp(value, ['data', 'tags', 'expected_response']) === 'false';
    samples.push({ atSeconds, durationMs, isFailed });
  }
  return sweepOfSamples(samples, file);
}

/** Samples of `--out csv`, already cut into cells. */
export function sweepOfK6Csv(rows: readonly (readonly string[])[], file: string): MeasuredSweep {
  const [header = [], ...body] = rows;
  const [metric, time, value, expected] = [
    'metric_name',
    'timestamp',
    'metric_value',
    'expected_response',
  ].map((name) => header.indexOf(name)) as [number, number, number, number];
  const samples = body.flatMap((cells, index) => {
    if (cells[metric] !== 'http_req_duration') return [];
    const [atSeconds, durationMs] = [Number(cells[time]), Number(cells[value])];
    if (!(atSeconds > 0 && durationMs >= 0)) {
      throw unusable(file, `line ${index + 2}`, 'timestamp and metric_value must be numbers');
    }
    return [{ atSeconds, durationMs, isFailed: cells[expected] === 'false' }];
  });
  return sweepOfSamples(samples, file);
}

function sweepOfSamples(samples: readonly K6Sample[], file: string): MeasuredSweep {
  if (samples.length === 0) throw unusable(file, 'metric http_req_duration', 'it has no samples');
  const times = samples.map(({ atSeconds }) => atSeconds);
  const from = times.reduce((a, b) => Math.min(a, b));
  // CSV has whole seconds, so the last one counts in full.
  const lengthSeconds = Math.max(1, times.reduce((a, b) => Math.max(a, b)) - from + 1);
  const windows = Math.max(1, Math.min(WINDOWS, Math.floor(lengthSeconds)));
  const groups = Array.from({ length: windows }, (): K6Sample[] => []);
  for (const sample of samples) {
    const window = Math.floor(((sample.atSeconds - from) / lengthSeconds) * windows);
    groups[Math.min(windows - 1, window)]?.push(sample);
  }
  const points = groups
    .filter((group) => group.length > 0)
    .map((group) => windowPoint(group, lengthSeconds / windows));
  return { source: 'k6', name: file, points: inOrder(points), warnings: warningsOf(file) };
}

function windowPoint(samples: readonly K6Sample[], seconds: number): SweepPoint {
  const rising = samples.map(({ durationMs }) => durationMs).toSorted((a, b) => a - b);
  const at = (share: number): number =>
    (rising[Math.max(0, Math.ceil(share * rising.length) - 1)] ?? 0) * NS_PER_MS;
  const failed = samples.filter(({ isFailed }) => isFailed).length;
  return sweepPoint({
    throughputPerSecond: (samples.length - failed) / seconds,
    latencyNs: {
      p50: at(0.5),
      p75: at(0.75),
      p90: at(0.9),
      p95: at(0.95),
      p99: at(0.99),
      p999: at(0.999),
      max: at(1),
    },
    meanNs: (rising.reduce((sum, each) => sum + each, 0) / rising.length) * NS_PER_MS,
    errorRatio: failed / samples.length,
  });
}

function warningsOf(file: string): readonly string[] {
  return [
    `${file}: k6 times a request from when it was sent, so what a late virtual user waited is not in it`,
  ];
}
