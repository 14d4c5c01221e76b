/**
 * How large a change must be to be found: beyond what does not matter or cannot be told from
 * noise, with its whole interval, four times of five.
 *
 * The usual sum for the power of a test (Cohen, "Statistical Power Analysis", 1988, ch. 2), on
 * logarithms: an interval of 95 % that is `h` wide to either side has a standard error of `h / z₉₅`, and a
 * change must lie `z₈₀` of those beyond the interval's reach.
 */

/** Standard errors from the middle of a 95 % interval to its end, and those for four times of five. */
const Z_95 = 1.959963984540054;
const Z_80 = 0.8416212335729143;

/**
 * @param halfWidth - half the width of the 95 % interval of the ratio's logarithm
 * @param limit - the larger of tolerance and noise floor: 0.03 is 3 %
 * @returns the change for the worse, 0.05 is 5 %
 */
export function detectableChange(halfWidth: number, limit: number): number {
  return (1 + limit) * Math.exp(halfWidth * (1 + Z_80 / Z_95)) - 1;
}
