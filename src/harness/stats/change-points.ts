/**
 * When the level of a series changed, in the way of Hunter (M. Fleming, P. Kołaczkowski et al., "Hunter:
 * Using Change Point Detection to Hunt for Performance Regressions", ICPE 2023), which is now Apache Otava:
 *
 *   1. divide: windows that overlap by half; in each, E-divisive's best division again and again, for as long
 *      as a lenient t-test finds the two parts different
 *   2. merge: the weakest of what was found goes, until all that is left passes the strict test between its
 *      neighbours
 *
 * Windows keep large old changes from hiding small new ones. The lenient test lets divisions through that make
 * sense only once others have been made. Nothing is drawn at random: the same series, the same answer.
 *
 * Two things are stricter here. Hunter holds the p-value of the *best* of many divisions against its
 * threshold as though there had been one; here it is corrected for the divisions there were to choose from
 * (Bonferroni), and the threshold is the share of series without a change in which one is found. And a single
 * wild value is enough to move a mean, so a rank test has to agree. Still, both take values for
 * independent.
 */

import { mean, tTestTwoSample } from 'simple-statistics';
import { requireAtLeast, requireInteger } from '../../core/options.ts';
import { requireFiniteValues } from './check-values.ts';
import { bestDivision } from './e-divisive.ts';
import { mannWhitney } from './mann-whitney.ts';
import { studentTwoSided } from './student-t.ts';

/** From one level to another. */
export interface ChangePoint {
  /** Of the first value on the new level. */
  readonly index: number;
  /** Mean from the change point before, or the start, up to this one. */
  readonly before: number;
  /** Mean from this one up to the next, or the end. */
  readonly after: number;
  /** How likely noise alone has such a change somewhere in the series. */
  readonly pValue: number;
}

export interface ChangePointOptions {
  /** Share of series without a change in which one may be found, up to 0.5. Default: 0.01. */
  readonly maxFalseShare?: number;
  /** Changes smaller than this are no change points: 0.05 for 5 % up, or as much down. Default: 0. */
  readonly minChangeRatio?: number;
  /** Values looked at together, at least 10. Default: 50. */
  readonly window?: number;
}

/** Values of a level: fewer are taken for outliers. */
export const FEWEST_OF_LEVEL = 3;
/** Values of a level that is left again: outliers come in clusters, some of three. */
const FEWEST_OF_PASSING_LEVEL = 5;
/** Values of a series: with fewer, no rank test reaches 1 %. */
export const FEWEST_OF_SERIES = 10;
/** How much more lenient the first test is. */
const LENIENCE = 10;
/** How far, relative to them, two means of equal values may lie from each other. */
const ROUNDING = 1e-12;

/**
 * The change points of a series, the earliest first; none for fewer than {@link FEWEST_OF_SERIES}
 * values.
 *
 * @param values - the oldest first
 * @throws ToolrigError `ERR_INVALID_MEASUREMENT` for a value that is not finite; `ERR_INVALID_OPTION`
 */
export function findChangePoints(
  values: readonly number[],
  options: ChangePointOptions = {},
): ChangePoint[] {
  const { maxFalseShare = 0.01, minChangeRatio = 0, window = 50 } = options;
  requireAtLeast('maxFalseShare', maxFalseShare, 0, 0.5);
  requireAtLeast('minChangeRatio', minChangeRatio, 0);
  requireInteger('window', window, 10);
  requireFiniteValues('values', values, 0);
  if (values.length < FEWEST_OF_SERIES) return [];
  const candidates = divideWindows(values, window, maxFalseShare * LENIENCE);
  return merge(values, candidates, ({ pValue, before, after }) => {
    const isSmall = sizeOf(before, after) < Math.log1p(minChangeRatio);
    return pValue <= maxFalseShare && !isSmall;
  });
}

/** Indices of what may be change points, in order. */
function divideWindows(values: readonly number[], window: number, maxPValue: number): number[] {
  const found: number[] = [];
  const divide = (start: number, end: number): void => {
    const division = bestDivision(values, start, end, FEWEST_OF_LEVEL);
    if (division === undefined) return;
    const { index, stop } = division;
    const isChange = (last: number) => changeAt(values, start, index, last).pValue <= maxPValue;
    // Beyond the right part may be the old level again, which hides the one between.
    const isPassing = stop - index >= FEWEST_OF_PASSING_LEVEL;
    if (!isChange(end) && !(isPassing && isChange(stop))) return;
    divide(start, index);
    found.push(index);
    divide(index, end);
  };
  let start = 0;
  while (start < values.length) {
    divide(start, Math.min(start + window, values.length));
    // From the latest change on, or else by half a window: no change is ever found twice.
    start = Math.max(found.at(-1) ?? 0, start + Math.floor(window / 2));
  }
  return found;
}

/** Takes away the weakest, which makes its neighbours' levels longer, until `isReal` holds for all. */
function merge(
  values: readonly number[],
  candidates: readonly number[],
  isReal: (change: ChangePoint) => boolean,
): ChangePoint[] {
  const changes = candidates.map((index, position) =>
    changeAt(
      values,
      candidates[position - 1] ?? 0,
      index,
      candidates[position + 1] ?? values.length,
    ),
  );
  const doubtful = changes.filter((change) => !isReal(change));
  if (doubtful.length === 0) return changes;
  const weakest = doubtful.reduce((a, b) => (isWeaker(b, a) ? b : a));
  return merge(
    values,
    candidates.filter((index) => index !== weakest.index),
    isReal,
  );
}

function isWeaker(a: ChangePoint, b: ChangePoint): boolean {
  if (a.pValue !== b.pValue) return a.pValue > b.pValue;
  return sizeOf(a.before, a.after) < sizeOf(b.before, b.after);
}

/** How large a change is, up or down alike; infinite where it has no ratio. */
function sizeOf(before: number, after: number): number {
  if (before === after) return 0;
  return before * after > 0 ? Math.abs(Math.log(after / before)) : Number.POSITIVE_INFINITY;
}

/** The change from `start`…`index` to `index`…`end`. */
function changeAt(
  values: readonly number[],
  start: number,
  index: number,
  end: number,
): ChangePoint {
  const [left, right] = [values.slice(start, index), values.slice(index, end)];
  const change = { index, before: mean(left), after: mean(right) };
  const byMeans = Math.min(1, meansPValue(left, right) * countTests(values.length));
  // The rank test is the dearer one, and has nothing to say where the other found nothing.
  if (byMeans > 0.5) return { ...change, pValue: byMeans };
  return { ...change, pValue: Math.max(byMeans, mannWhitney(left, right).pValue.twoSided) };
}

/** How many divisions there were to choose from, each looked at twice, as windows overlap by half. */
function countTests(length: number): number {
  return 2 * (length - 2 * FEWEST_OF_LEVEL + 1);
}

/** Two-sided, of Student's t-test. */
function meansPValue(left: number[], right: number[]): number {
  const [before, after] = [mean(left), mean(right)];
  const rounding = ROUNDING * Math.max(Math.abs(before), Math.abs(after));
  if (Math.abs(after - before) <= rounding) return 1;
  return studentTwoSided(tTestTwoSample(left, right) ?? 0, left.length + right.length - 2);
}
