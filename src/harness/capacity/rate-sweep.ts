/**
 * Which rates to measure for a curve: ten from idle past the knee. What measures one is passed in, so that a simulated
 * server can be swept like a real one. Where the objectives stop being kept is `limit-search.ts`'s to find.
 */

import { inOrder, type SweepPoint } from './measured-sweep.ts';
import { keepsUp } from './objective.ts';

/** Measures one rate. */
export type MeasureRate = (ratePerSecond: number) => Promise<SweepPoint>;

export interface RateSweepOptions {
  /** Throughput of the target when it is asked for all it has: a guess, such as a closed loop's. */
  readonly saturationPerSecond: number;
  readonly signal?: AbortSignal;
}

/** Shares of the guessed saturation, from idle to beyond it. */
const STEPS = [0.05, 0.2, 0.35, 0.5, 0.65, 0.75, 0.85, 0.95, 1.1, 1.3];
/** While every rate is answered the guess was too low, and the knee is further out. */
const MOST_STEPS_OUT = 6;
const STEP_OUT = 1.4;
const LOWEST_RATE = 1;

/** Measures the rates one after the other; what an interrupt leaves out is missing. */
export async function sweepRates(
  measure: MeasureRate,
  options: RateSweepOptions,
): Promise<readonly SweepPoint[]> {
  const { saturationPerSecond, signal } = options;
  const points: SweepPoint[] = [];
  const take = async (ratePerSecond: number): Promise<void> => {
    if (signal?.aborted === true) return;
    const atMost = Math.max(LOWEST_RATE, ratePerSecond);
    points.push(await measure(atMost));
  };
  // One after the other: rates that ran together would measure each other.
  for (const step of STEPS) {
    // oxlint-disable-next-line no-await-in-loop
    await take(saturationPerSecond * step);
  }
  let furthest = saturationPerSecond * (STEPS.at(-1) as number);
  for (let step = 0; step < MOST_STEPS_OUT; step++) {
    if (!points.every(keepsUp)) break;
    furthest *= STEP_OUT;
    // oxlint-disable-next-line no-await-in-loop
    await take(furthest);
  }
  return inOrder(points);
}
