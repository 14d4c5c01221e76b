/**
 * Where a rising function of positive numbers crosses 0.
 *
 * Chandrupatla's method (T. R. Chandrupatla, "A new hybrid quadratic/bisection algorithm for finding the
 * zero of a nonlinear function", Advances in Engineering Software 28, 1997): inverse quadratic
 * interpolation where the last three points say that it converges, else bisection. On a smooth
 * distribution function that is a third of the evaluations of halving, on one with jumps as many.
 */

/** Relative to the root. */
const PRECISION = 1e-12;
const MOST_STEPS = 200;

/**
 * The crossing, bracketed by doubling first.
 *
 * @param scale - the order of size of the answer, > 0
 */
export function increasingRoot(rising: (value: number) => number, scale: number): number {
  let [low, high, atHigh] = [0, scale, rising(scale)];
  let atLow: number | undefined;
  while (atHigh < 0 && high < scale * 1e12) {
    [low, atLow] = [high, atHigh];
    high *= 2;
    atHigh = rising(high);
  }
  return atHigh < 0 ? high : between(rising, low, atLow ?? rising(0), high, atHigh);
}

/** `x` is the newest point, `far` the other end of the bracket, `old` the one that was left. */
function between(
  rising: (value: number) => number,
  low: number,
  atLow: number,
  high: number,
  atHigh: number,
): number {
  let [x, atX, far, atFar] = [high, atHigh, low, atLow];
  let step = 0.5;
  for (let i = 0; i < MOST_STEPS && atX !== 0; i++) {
    const next = x + step * (far - x);
    const atNext = rising(next);
    let [old, atOld] = [x, atX];
    if (atNext < 0 !== atX < 0) [old, atOld, far, atFar] = [far, atFar, x, atX];
    [x, atX] = [next, atNext];
    const least = (PRECISION * Math.max(x, far)) / (2 * Math.abs(far - x));
    if (least > 0.5) break;
    const place = (x - far) / (old - far);
    const height = (atX - atFar) / (atOld - atFar);
    const isSmooth = height ** 2 < place && (1 - height) ** 2 < 1 - place;
    const interpolated =
      (atX / (atFar - atX)) * (atOld / (atFar - atOld)) +
      ((old - x) / (far - x)) * (atX / (atOld - atX)) * (atFar / (atOld - atFar));
    step = Math.min(1 - least, Math.max(least, isSmooth ? interpolated : 0.5));
  }
  return atX === 0 ? x : (x + far) / 2;
}
