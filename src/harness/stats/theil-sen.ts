/**
 * The slope of Theil (1950) and Sen (1968): the median of the slopes of all pairs of points. Up to
 * 29 % of the points may be wild without moving it far, which a least-squares line cannot say.
 *
 * Its interval is Sen's ("Estimates of the Regression Coefficient Based on Kendall's Tau", JASA 63,
 * 1968, eq. 2.6): the pairs whose slopes are that far from the middle that Kendall's tau would still
 * be taken for chance. It takes points for independent; those that swing slowly make it too narrow.
 */

import { median } from 'simple-statistics';
import { ToolrigError } from '../../core/errors.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A slope with its 95 % interval. */
export interface Slope {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Points from which a slope has an interval that means something. */
export const FEWEST_SAMPLES = 6;

/** Two-sided 5 % point of the standard normal distribution. */
const Z_95 = 1.959963984540054;

/**
 * How much `y` rises for each 1 that `x` does.
 *
 * @param points - at least {@link FEWEST_SAMPLES}, no two at one `x`; their number is squared
 * @throws ToolrigError `ERR_INVALID_MEASUREMENT` for fewer
 */
export function theilSenSlope(points: readonly Point[]): Slope {
  const { length } = points;
  if (length < FEWEST_SAMPLES) {
    throw new ToolrigError(
      'ERR_INVALID_MEASUREMENT',
      `a slope needs at least ${FEWEST_SAMPLES} samples, got ${length}`,
    );
  }
  const slopes = points
    .flatMap((a, index) => points.slice(index + 1).map((b) => (b.y - a.y) / (b.x - a.x)))
    .toSorted((a, b) => a - b);
  const { length: pairs } = slopes;
  // Half the width of the band of pairs around the middle one.
  const spread = Z_95 * Math.sqrt((length * (length - 1) * (2 * length + 5)) / 18);
  const lowest = Math.max(0, Math.round((pairs - spread) / 2) - 1);
  const highest = Math.min(pairs - 1, Math.round((pairs + spread) / 2));
  return {
    median: median(slopes),
    low: slopes[lowest] as number,
    high: slopes[highest] as number,
  };
}

/** `y` where `x` is 0, on the line of that slope: the median of what each point says. */
export function theilSenIntercept(points: readonly Point[], slope: number): number {
  return median(points.map(({ x, y }) => y - slope * x));
}
