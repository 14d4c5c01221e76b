/**
 * The standard normal distribution: 14 digits up to 7 deviations from its middle, 7 beyond.
 * simple-statistics has it as a table of four digits that ends at 0.999, which no small p-value
 * survives.
 *
 * Source of the rational approximation: J. F. Hart et al., "Computer Approximations" (1968), no.
 * 5666, in the form of G. West, "Better approximations to cumulative normal functions", Wilmott
 * Magazine (2005).
 */

import { requireAtLeast } from '../../core/options.ts';

const NUMERATOR = [
  3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871,
  221.213596169931, 220.206867912376,
];
const DENOMINATOR = [
  8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674,
  637.333633378831, 793.826512519948, 440.413735824752,
];
const SQRT_2_PI = Math.sqrt(2 * Math.PI);
/** From here on a continued fraction serves. */
const TAIL_FROM = 7.07106781186547;
const MAX_STEPS = 50;

/** Probability of a value up to `z`. */
export function normalCdf(z: number): number {
  const distance = Math.abs(z);
  const tail = Math.exp((-distance * distance) / 2) * millsRatio(distance);
  return z > 0 ? 1 - tail : tail;
}

/**
 * The value that a standard normal one stays below with `probability`: Newton's method on the
 * logarithm, which is concave, so that from the left it comes ever nearer and never overshoots.
 *
 * @param probability - from 0 to 1; at the ends it is infinite
 * @throws ToolrigError `ERR_INVALID_OPTION`
 */
export function normalQuantile(probability: number): number {
  requireAtLeast('probability', probability, 0, 1);
  if (probability > 0.5) return -normalQuantile(1 - probability);
  if (probability === 0) return Number.NEGATIVE_INFINITY;
  let z = 0;
  for (let step = 0; step < MAX_STEPS; step++) {
    const mills = millsRatio(-z);
    // In logarithms, for the first step of a small probability goes far beyond what has one.
    const excess = Math.log(mills) - (z * z) / 2 - Math.log(probability);
    const change = excess * mills * SQRT_2_PI;
    z -= change;
    if (Math.abs(change) < 1e-15 * (1 + Math.abs(z))) break;
  }
  return z;
}

/** What lies beyond `z`, over `exp(-z²/2)`. */
function millsRatio(z: number): number {
  if (z < TAIL_FROM) return polynomial(NUMERATOR, z) / polynomial(DENOMINATOR, z);
  return 1 / (z + 1 / (z + 2 / (z + 3 / (z + 4 / (z + 0.65))))) / SQRT_2_PI;
}

/** Horner's scheme, the highest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
