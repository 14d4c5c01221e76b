/** Times per call of rounds that a swing of the machine passes through, each a few percent off. */

import { normalNoise } from './normal-noise.ts';

/**
 * A row around 200 ns, lognormal and autoregressive of order 1.
 *
 * @param kept - correlation of neighbours, above −1 and below 1; 0: independent
 */
export function swingingTimes(rounds: number, kept: number, random: () => number): number[] {
  const noise = normalNoise(random);
  let level = noise();
  return Array.from({ length: rounds }, () => {
    level = kept * level + Math.sqrt(1 - kept ** 2) * noise();
    return 200 * Math.exp(0.03 * level);
  });
}
