/**
 * The gamma distribution by its mean and its squared coefficient of variation: how queueing theory
 * describes a positive time of which two moments are known.
 *
 * Its distribution function is the regularised incomplete gamma function P(a, x), by the series
 * for x < a + 1 and the continued fraction beyond (Press et al., "Numerical Recipes", 3rd ed., 2007,
 * §6.2), good to about 1e-10.
 */

import { gammaln } from 'simple-statistics';
import { increasingRoot } from './increasing-root.ts';

const TINY = 1e-300;
const PRECISION = 1e-12;
const MOST_TERMS = 10_000;

/**
 * The share of a gamma distribution that is not above `value`.
 *
 * @param mean - > 0
 * @param scv - squared coefficient of variation, >= 0: 0 is a constant, 1 the exponential distribution
 */
export function gammaCdf(value: number, mean: number, scv: number): number {
  if (scv < 1e-9) return value >= mean ? 1 : 0;
  if (value <= 0) return 0;
  const shape = 1 / scv;
  return regularizedGamma(shape, (value * shape) / mean);
}

/** The value that `share` (0 to 1, both ends excluded) of a gamma distribution does not exceed. */
export function gammaQuantile(share: number, mean: number, scv: number): number {
  if (scv < 1e-9) return mean;
  return increasingRoot((value) => gammaCdf(value, mean, scv) - share, mean);
}

function regularizedGamma(a: number, x: number): number {
  const scale = Math.exp(a * Math.log(x) - x - gammaln(a));
  return x < a + 1 ? scale * seriesOf(a, x) : 1 - scale * fractionOf(a, x);
}

/** Σ xⁿ / (a (a+1) … (a+n)). */
function seriesOf(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < MOST_TERMS && term > sum * PRECISION; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** The continued fraction of Γ(a, x), by Lentz's method. */
function fractionOf(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < MOST_TERMS; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / nonZero(an * d + b);
    c = nonZero(b + an / c);
    const factor = d * c;
    fraction *= factor;
    if (Math.abs(factor - 1) < PRECISION) break;
  }
  return fraction;
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
