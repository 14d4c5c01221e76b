/**
 * How likely a t statistic is by chance alone. simple-statistics computes the statistic and leaves
 * its distribution to tables.
 */

import { gammaln } from 'simple-statistics';
import { requirePositive } from '../../core/options.ts';

const MAX_TERMS = 10_000;
/** Stands in for a zero that would be divided by. */
const TINY = 1e-300;

/**
 * Probability of a t statistic at least as far from 0, in both directions, by Student's distribution:
 * Abramowitz & Stegun 26.7.1 and 26.5.27.
 *
 * @param t - infinite where groups differ and none varies: 0
 * @param degrees - of freedom, > 0; need not be whole
 * @throws ToolrigError `ERR_INVALID_OPTION`
 */
export function studentTwoSided(t: number, degrees: number): number {
  requirePositive('degrees', degrees);
  return regularizedBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
}

/** The regularized incomplete beta function I_x(a, b), symmetric in the way of DLMF 8.17.4. */
function regularizedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The continued fraction is quick below the mean of the beta distribution.
  if (x > (a + 1) / (a + b + 2)) return 1 - regularizedBeta(1 - x, b, a);
  const logFront = a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b);
  return Math.exp(logFront) / a / betaFraction(x, a, b);
}

function logBeta(a: number, b: number): number {
  return gammaln(a) + gammaln(b) - gammaln(a + b);
}

/** The continued fraction of DLMF 8.17.22, by the modified method of Lentz. */
function betaFraction(x: number, a: number, b: number): number {
  let value = 1;
  let c = 1;
  let d = 0;
  for (let term = 1; term <= MAX_TERMS; term++) {
    const m = Math.floor(term / 2);
    const numerator =
      term % 2 === 0
        ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
        : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + numerator * d);
    c = nonZero(1 + numerator / c);
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return value;
}

function nonZero(value: number): number {
  return value === 0 ? TINY : value;
}
