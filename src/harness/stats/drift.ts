/**
 * Whether a figure drifts over a run, and how fast: Theil and Sen's slope over time.
 */

import { type Slope, theilSenSlope } from './theil-sen.ts';

/** A figure at one time. */
export interface DriftSample {
  readonly atMs: number;
  readonly value: number;
}

const MS_PER_HOUR = 3_600_000;

/**
 * How fast the samples rise, per hour.
 *
 * @param samples - as many as a slope needs, no two at one time; their number is squared
 * @throws ToolrigError `ERR_INVALID_MEASUREMENT` for fewer
 */
export function slopePerHour(samples: readonly DriftSample[]): Slope {
  const perMs = theilSenSlope(samples.map(({ atMs, value }) => ({ x: atMs, y: value })));
  return {
    median: perMs.median * MS_PER_HOUR,
    low: perMs.low * MS_PER_HOUR,
    high: perMs.high * MS_PER_HOUR,
  };
}
