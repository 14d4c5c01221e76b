/**
 * The distribution of a service time, as points of equal probability: what a queue is convolved
 * with. Points can be those of a measured histogram, so no shape has to be assumed.
 */

import { requireAtLeast, requirePositive } from '../../core/options.ts';
import { gammaQuantile } from '../stats/gamma-distribution.ts';

export interface ServiceTime {
  readonly meanNs: number;
  /** Squared coefficient of variation: 0 of a constant, 1 of the exponential distribution. */
  readonly scv: number;
  /** Rising, each as probable as the others. */
  readonly pointsNs: readonly number[];
}

/** A thousandth is what p99 needs: ten points lie above it. */
const POINTS = 1_000;

/**
 * A service time by its quantiles, such as those of a histogram.
 *
 * @param quantileNs - the time that a share (0 to 1) of the calls does not exceed
 */
export function serviceTimeOf(quantileNs: (share: number) => number): ServiceTime {
  const pointsNs = Array.from({ length: POINTS }, (_, index) => quantileNs((index + 0.5) / POINTS));
  const meanNs = pointsNs.reduce((sum, each) => sum + each, 0) / POINTS;
  const variance = pointsNs.reduce((sum, each) => sum + (each - meanNs) ** 2, 0) / POINTS;
  return { meanNs, scv: meanNs === 0 ? 0 : variance / meanNs ** 2, pointsNs };
}

/**
 * A service time of which two moments are known, taken for gamma distributed.
 *
 * @throws ToolrigError `ERR_INVALID_OPTION`
 */
export function serviceTimeByMoments(meanNs: number, scv: number): ServiceTime {
  requirePositive('meanNs', meanNs);
  requireAtLeast('scv', scv, 0);
  const { pointsNs } = serviceTimeOf((share) => gammaQuantile(share, meanNs, scv));
  return { meanNs, scv, pointsNs };
}
