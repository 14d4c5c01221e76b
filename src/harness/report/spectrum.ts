/**
 * The spectrum of a comparison: the change of each percentile with its interval, drawn in text.
 *
 *          ÷1.11               0              +11 %
 *   p50      ·       ░░░░░░░░░░│░░░░░░░░░░├─●─┤
 *   p99.9                ├─────┼──────●────────────▶
 *
 * Left is less, right is more; the shaded part is what tolerance and noise floor leave undecided.
 * The scale is that of logarithms, so that twice and half are equally far out.
 */

import type { MetricComparison } from '../compare/suite.ts';
import { isBounded } from '../stats/bootstrap.ts';
import { formatChange, isPercentile, metricTitle } from './metric-text.ts';

/** Columns on either side of the middle. */
const HALF = 30;
/** The scale ends between these, whatever the intervals do. */
const LEAST_END = Math.log(1.02);
const MOST_END = Math.log(8);
const NAME_WIDTH = 6;

/** Lines of the spectrum; none for fewer than two percentiles with an interval. */
export function drawSpectrum(
  comparisons: readonly MetricComparison[],
  tolerance: number,
): readonly string[] {
  const drawn = comparisons.filter((each) => isPercentile(each.metric) && isBounded(each));
  if (drawn.length < 2) return [];
  const reaches = drawn.flatMap(({ low, high }) => [Math.abs(Math.log(low)), Math.log(high)]);
  const end = Math.min(MOST_END, Math.max(LEAST_END, ...reaches));
  const [left, right] = [formatChange(Math.exp(-end)), formatChange(Math.exp(end))];
  const axis = `${left.padEnd(HALF)}0${right.padStart(HALF)}`;
  return [
    `${''.padEnd(NAME_WIDTH)} ${axis}`,
    ...drawn.map(
      (each) => `${metricTitle(each.metric).padEnd(NAME_WIDTH)} ${drawBand(each, tolerance, end)}`,
    ),
  ];
}

function drawBand(comparison: MetricComparison, tolerance: number, end: number): string {
  const { ratio, low, high, noiseFloor } = comparison;
  const cells = Array.from({ length: 2 * HALF + 1 }, () => ' ');
  const columnOf = (value: number) => HALF + Math.round((Math.log(value) / end) * HALF);
  const put = (column: number, mark: string) => {
    if (column >= 0 && column < cells.length) cells[column] = mark;
  };
  const fill = (from: number, to: number, mark: string) => {
    for (let column = Math.max(0, from); column <= Math.min(to, 2 * HALF); column++) {
      cells[column] = mark;
    }
  };
  const limit = 1 + Math.max(tolerance, noiseFloor ?? 0);
  fill(columnOf(1 / limit), columnOf(limit), '░');
  put(HALF, '│');
  const [from, to] = [columnOf(low), columnOf(high)];
  fill(from, to, '─');
  put(from, '├');
  put(to, '┤');
  put(columnOf(ratio), '●');
  // What lies beyond the scale is said to, not drawn at its end.
  if (from < 0) put(0, '◀');
  if (to > 2 * HALF) put(2 * HALF, '▶');
  return cells.join('').trimEnd();
}
