/**
 * Figures over time: of each block, or, in the open loop, of each second. Pauses of the collector
 * and delays of the event loop stand among the latencies, in the same unit, since a pause that is as
 * long as the p99 of its second usually is its reason.
 */

import type { ScenarioRecord, VariantRecord } from '../../results/run-record.ts';
import type { Chart, Series } from './figure.ts';
import { colourOfVariant } from './variant-colour.ts';

/** One block or second. */
interface Moment {
  /** Since the variant's first, in s. */
  readonly seconds: number;
  readonly callsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly gcPauseMaxNs: number;
  /** Missing where it was not kept. */
  readonly eventLoopDelayMaxNs?: number;
}

interface Line {
  readonly variant: string;
  readonly colour: number;
  readonly moments: readonly Moment[];
}

/** Latencies over time; `undefined` where there are not two moments. */
export function latencyTimeline(record: ScenarioRecord): Chart | undefined {
  const lines = linesOf(record);
  if (lines.length === 0) return undefined;
  const what = record.executor === 'open' ? 'second' : 'block';
  return timeline(lines, {
    title: 'Latency over time',
    about: `p50 and p99 of each ${what}, and the longest pause of the collector${
      record.executor === 'open' ? ' and delay of the event loop' : ''
    } in it. Time counts from the first ${what} of each variant.`,
    yAxis: { label: 'latency', scale: 'log', unit: 'ns' },
    figures: [
      { figure: 'p99', style: 'line', of: ({ p99 }) => p99 },
      { figure: 'p50', style: 'dashed', of: ({ p50 }) => p50 },
      { figure: 'longest GC pause', style: 'triangles', of: ({ gcPauseMaxNs }) => gcPauseMaxNs },
      {
        figure: 'longest event-loop delay',
        style: 'diamonds',
        of: ({ eventLoopDelayMaxNs }) => eventLoopDelayMaxNs ?? 0,
      },
    ],
  });
}

/** Calls per second over time; `undefined` where there are not two moments. */
export function throughputTimeline(record: ScenarioRecord): Chart | undefined {
  const lines = linesOf(record);
  if (lines.length === 0) return undefined;
  const { arrivals } = record;
  const chart = timeline(lines, {
    title: 'Throughput over time',
    about:
      arrivals === undefined
        ? 'Calls of each block that succeeded, over its time.'
        : 'Calls that were to start in each second and succeeded; the line across is the rate that was asked for.',
    yAxis: {
      label: 'calls per second',
      scale: spreads(lines) ? 'log' : 'linear',
      unit: 'per second',
    },
    figures: [{ style: 'line', of: ({ callsPerSecond }) => callsPerSecond }],
  });
  if (arrivals === undefined) return chart;
  return { ...chart, level: { y: arrivals.ratePerSecond, text: 'asked for, on average' } };
}

interface FigureOfMoment {
  readonly figure?: string;
  readonly style: NonNullable<Series['style']>;
  /** 0: nothing to be drawn. */
  readonly of: (moment: Moment) => number;
}

function timeline(
  lines: readonly Line[],
  {
    figures,
    ...texts
  }: Pick<Chart, 'title' | 'about' | 'yAxis'> & { readonly figures: readonly FigureOfMoment[] },
): Chart {
  const x = [
    ...new Set(lines.flatMap(({ moments }) => moments.map(({ seconds }) => seconds))),
  ].toSorted((a, b) => a - b);
  return {
    ...texts,
    xAxis: { label: 'time', scale: 'linear', unit: 'seconds' },
    x,
    series: figures.flatMap(({ figure, style, of }) =>
      lines.flatMap(({ variant, colour, moments }): Series[] => {
        const at = new Map(moments.map((moment) => [moment.seconds, of(moment)]));
        const values = x.map((seconds) => at.get(seconds) || null);
        if (values.every((value) => value === null)) return [];
        return [
          { group: variant, colour, style, values, ...(figure === undefined ? {} : { figure }) },
        ];
      }),
    ),
  };
}

function linesOf({ variants }: ScenarioRecord): Line[] {
  return variants.flatMap((variant, index) => {
    const moments = momentsOf(variant);
    if (moments.length < 2) return [];
    return { variant: variant.variant, colour: colourOfVariant(variant.variant, index), moments };
  });
}

function momentsOf({ openLoop, rounds }: VariantRecord): Moment[] {
  const slices = openLoop?.intervals ?? rounds;
  const startMs = Date.parse(slices[0]?.startedAt ?? '');
  return slices.map((slice) => ({
    ...slice,
    // Hundredths of a second: finer is not seen, and rounds of several variants share their points.
    seconds: Math.round((Date.parse(slice.startedAt) - startMs) / 10) / 100,
    callsPerSecond: slice.durationMs > 0 ? (succeededIn(slice) * 1e3) / slice.durationMs : 0,
  }));
}

function succeededIn({ calls, failed }: { readonly calls: number; readonly failed: number }) {
  return Math.max(0, calls - failed);
}

/** Whether some are so much faster than others that a linear axis would show the fastest alone. */
function spreads(lines: readonly Line[]): boolean {
  const rates = lines
    .flatMap(({ moments }) => moments.map(({ callsPerSecond }) => callsPerSecond))
    .filter((rate) => rate > 0);
  return Math.max(...rates) > 5 * Math.min(...rates);
}
