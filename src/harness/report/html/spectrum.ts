/**
 * Percentile spectra: latency over 1 / (1 − p) on a logarithmic axis, so that p99 has as much room
 * as p50 and the tail can be read. From the histograms of the record; around each line a band from
 * the lowest to the highest round, at the percentiles that rounds keep.
 */

import type { LatencySummary, RoundRecord, ScenarioRecord } from '../../results/run-record.ts';
import { LatencyHistogram } from '../../stats/latency-histogram.ts';
import type { Chart, Series } from './figure.ts';
import { colourOfVariant } from './variant-colour.ts';

/** What one line is made of. */
export interface SpectrumSource {
  readonly group: string;
  readonly figure?: string;
  readonly colour: number;
  readonly style?: Series['style'];
  /** Base64 as in the record. */
  readonly histogram: string;
  /** In the place of a histogram without values. Default: no line. */
  readonly summary?: LatencySummary;
  /** For the band. Default: none. */
  readonly rounds?: readonly RoundRecord[];
}

type Point = readonly [tail: number, ns: number];

const POINTS_PER_DECADE = 10;
/** The percentiles that tables show, as 1 / (1 − p). */
const TABLE_TAILS = [1, 2, 4, 10, 20, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];

/** How long calls took on each variant; `undefined` where none was timed. */
export function latencySpectrum(record: ScenarioRecord): Chart | undefined {
  const isOpen = record.executor === 'open';
  const sources = record.variants.flatMap((variant, index): SpectrumSource[] => {
    const colour = colourOfVariant(variant.variant, index);
    const group = variant.variant;
    const { histogram, latencyNs: summary, rounds, openLoop } = variant;
    if (openLoop === undefined) return [{ group, colour, histogram, summary, rounds }];
    return [
      { group, colour, figure: 'response', histogram, summary, rounds },
      { group, colour, figure: 'service', style: 'dashed', histogram: openLoop.serviceHistogram },
      { group, colour, figure: 'lag', style: 'dots', histogram: openLoop.lagHistogram },
    ];
  });
  return spectrum(sources, {
    title: 'Latency by percentile',
    about: isOpen
      ? 'Response counts from the moment that a call was to start, service from the moment that it was sent, lag is between the two. The band spans the rounds.'
      : 'Each call as its caller waits for it: at p99 one call in a hundred takes longer. The band spans the rounds.',
    label: 'latency',
  });
}

/** How long it took until services were back; `undefined` where nothing befell them. */
export function recoverySpectrum(record: ScenarioRecord): Chart | undefined {
  return spectrum(
    record.variants.flatMap(({ variant, recoveryHistogram, recoveryNs }, index) => {
      if (recoveryHistogram === undefined || (recoveryNs ?? null) === null) return [];
      return {
        group: variant,
        colour: colourOfVariant(variant, index),
        histogram: recoveryHistogram,
      };
    }),
    {
      title: 'Recovery by percentile',
      about: 'From a fault to the first right reply to a call that was offered after it.',
      label: 'time until back',
    },
  );
}

function spectrum(
  sources: readonly SpectrumSource[],
  { title, about, label }: { title: string; about: string; label: string },
): Chart | undefined {
  const lines = sources
    .map((source) => ({ source, points: pointsOf(source) }))
    .filter(({ points }) => points.length > 0);
  if (lines.length === 0) return undefined;
  const x = [...new Set(lines.flatMap(({ points }) => points.map(([tail]) => tail)))].toSorted(
    (a, b) => a - b,
  );
  return {
    title,
    about,
    xAxis: { label: 'percentile', scale: 'tail', unit: 'tail' },
    yAxis: { label, scale: 'log', unit: 'ns' },
    x,
    series: lines.map(({ source, points }) => {
      const { group, figure, colour, style, rounds = [] } = source;
      const at = new Map(points);
      const band = bandOf(rounds, x);
      return {
        group,
        colour,
        values: x.map((tail) => at.get(tail) ?? null),
        ...(figure === undefined ? {} : { figure }),
        ...(style === undefined ? {} : { style }),
        ...(band === undefined ? {} : { band }),
      };
    }),
    tableRows: x.flatMap((tail, i) => (TABLE_TAILS.includes(tail) || i === x.length - 1 ? i : [])),
  };
}

/** Only what can be drawn on a logarithmic axis: a latency of 0 ns cannot. */
function pointsOf({ histogram, summary }: SpectrumSource): Point[] {
  const decoded = LatencyHistogram.decode(histogram);
  try {
    const { count } = decoded;
    const points: Point[] =
      count > 0
        ? tailsUpTo(count).map((tail) => [
            tail,
            // The line ends at the slowest call, which no percentile below 100 is.
            decoded.valueAtPercentile(tail === count ? 100 : 100 * (1 - 1 / tail)),
          ])
        : summaryPoints(summary);
    return points.filter(([, ns]) => ns > 0);
  } finally {
    decoded.destroy();
  }
}

/** The same for all, so that lines share their points: even steps, the percentiles of tables, the last call. */
function tailsUpTo(count: number): number[] {
  const steps = Math.floor(Math.log10(count) * POINTS_PER_DECADE);
  const even = Array.from({ length: steps + 1 }, (_, i) =>
    Number((10 ** (i / POINTS_PER_DECADE)).toPrecision(4)),
  );
  const named = TABLE_TAILS.filter((tail) => tail <= count);
  return [...new Set([...even, ...named, count])].toSorted((a, b) => a - b);
}

function summaryPoints(summary: LatencySummary | undefined): Point[] {
  if (summary === undefined) return [];
  const { min, p50, p75, p90, p95, p99, p999, p9999 } = summary;
  return [min, p50, p75, p90, p95, p99, p999, p9999].map((ns, i) => [TABLE_TAILS[i] as number, ns]);
}

/** From the lowest round to the highest, in straight lines between the percentiles that rounds keep. */
function bandOf(rounds: readonly RoundRecord[], x: readonly number[]): Series['band'] {
  if (rounds.length < 2) return undefined;
  const fewest = Math.min(...rounds.map(({ calls }) => calls));
  const kept = roundPercentiles().filter(
    ({ tail, of }) => tail <= fewest && rounds.every((round) => of(round) > 0),
  );
  const edge = (pick: (...values: number[]) => number) => {
    const known = kept.map(({ tail, of }): Point => [tail, pick(...rounds.map(of))]);
    return x.map((tail) => between(known, tail));
  };
  return kept.length < 2 ? undefined : { low: edge(Math.min), high: edge(Math.max) };
}

/** The percentiles of a round, as 1 / (1 − p). */
export function roundPercentiles(): readonly {
  readonly tail: number;
  readonly of: (round: RoundRecord) => number;
}[] {
  return [
    { tail: 2, of: ({ p50 }) => p50 },
    { tail: 4, of: ({ p75 }) => p75 },
    { tail: 10, of: ({ p90 }) => p90 },
    { tail: 20, of: ({ p95 }) => p95 },
    { tail: 100, of: ({ p99 }) => p99 },
    { tail: 1_000, of: ({ p999 }) => p999 },
  ];
}

/** On the straight line between two points of a plot with logarithmic axes; `null` beyond its ends. */
function between(points: readonly Point[], tail: number): number | null {
  const after = points.findIndex(([at]) => at >= tail);
  const right = points[after];
  if (right === undefined) return null;
  const left = points[after - 1];
  if (right[0] === tail) return right[1];
  if (left === undefined) return null;
  const share = Math.log(tail / left[0]) / Math.log(right[0] / left[0]);
  return left[1] * (right[1] / left[1]) ** share;
}
