/**
 * Whether a figure drifts over a run, and how fast: the slope of Theil (1950) and Sen (1968), the
 * median of the slopes of all pairs of samples. Up to 29 % of the samples may be wild without
 * moving it far, which a least-squares line cannot say.
 *
 * Its interval is Sen's ("Estimates of the Regression Coefficient Based on Kendall's Tau", JASA 63,
 * 1968, eq. 2.6): the pairs whose slopes are that far from the middle that Kendall's tau would still
 * be taken for chance. It takes samples for independent; those that swing slowly make it too narrow.
 */

import { median } from 'simple-statistics';
import { ToolrigError } from '../../core/errors.ts';

/** A figure at one time. */
export interface DriftSample {
  readonly atMs: number;
  readonly value: number;
}

/** A slope with its 95 % interval. */
export interface Slope {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Samples from which a slope has an interval that means something. */
export const FEWEST_SAMPLES = 6;

const MS_PER_HOUR = 3_600_000;
/** Two-sided 5 % point of the standard normal distribution. */
const Z_95 = 1.959963984540054;

/**
 * How fast the samples rise, per hour.
 *
 * @param samples - at least {@link FEWEST_SAMPLES}, no two at one time; their number is squared
 * @throws ToolrigError `ERR_INVALID_MEASUREMENT` for fewer
 */
export function slopePerHour(samples: readonly DriftSample[]): Slope {
  const { length } = samples;
  if (length < FEWEST_SAMPLES) {
    throw new ToolrigError(
      'ERR_INVALID_MEASUREMENT',
      `a slope needs at least ${FEWEST_SAMPLES} samples, got ${length}`,
    );
  }
  const slopes = samples
    .flatMap((a, index) =>
      samples.slice(index + 1).map((b) => ((b.value - a.value) / (b.atMs - a.atMs)) * MS_PER_HOUR),
    )
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
