/**
 * Which rates to measure: ten from idle past the knee, and then closer around the place where the objectives
 * stop being kept. What measures one is passed in, so that a simulated server can be swept like a real one.
 */

import { inOrder, type SweepPoint } from './measured-sweep.ts';
import { type Objective, sustainableRate } from './objective.ts';

/** Measures one rate for that long. */
export type MeasureRate = (ratePerSecond: number, durationMs: number) => Promise<SweepPoint>;

export interface RateSweepOptions {
  /** Throughput of the target when it is asked for all it has: a guess, such as a closed loop's. */
  readonly saturationPerSecond: number;
  readonly objectives: readonly Objective[];
  /** Time of one rate, in ms. */
  readonly pointMs: number;
  readonly signal?: AbortSignal;
}

/** Shares of the guessed saturation, from idle to beyond it. */
const STEPS = [0.05, 0.2, 0.35, 0.5, 0.65, 0.75, 0.85, 0.95, 1.1, 1.3];
/** The guess was too low while the last rate still keeps up: further out, so often. */
const MOST_STEPS_OUT = 6;
const STEP_OUT = 1.4;
/** First bad over last good rate at which the search ends. */
const CLOSE_ENOUGH = 1.05;
const MOST_HALVINGS = 6;
const LOWEST_RATE = 1;

/** Measures the rates one after the other; what an interrupt leaves out is missing. */
export async function sweepRates(
  measure: MeasureRate,
  options: RateSweepOptions,
): Promise<readonly SweepPoint[]> {
  const { saturationPerSecond, objectives, pointMs, signal } = options;
  const points: SweepPoint[] = [];
  const take = async (ratePerSecond: number): Promise<void> => {
    if (signal?.aborted !== true) {
      points.push(await measure(Math.max(LOWEST_RATE, ratePerSecond), pointMs));
    }
  };
  // One after the other: rates that ran together would measure each other.
  for (const step of STEPS) {
    // oxlint-disable-next-line no-await-in-loop
    await take(saturationPerSecond * step);
  }
  let furthest = saturationPerSecond * (STEPS.at(-1) as number);
  for (let step = 0; step < MOST_STEPS_OUT; step++) {
    if (sustainableRate({ points }, objectives)?.bound !== 'at-least') break;
    furthest *= STEP_OUT;
    // oxlint-disable-next-line no-await-in-loop
    await take(furthest);
  }
  for (let halving = 0; halving < MOST_HALVINGS; halving++) {
    const found = sustainableRate({ points }, objectives);
    const { low, high } = found?.ratePerSecond ?? { low: 0, high: lowestRate(points) };
    if (found?.bound === 'at-least' || high <= low * CLOSE_ENOUGH || high <= LOWEST_RATE) break;
    // oxlint-disable-next-line no-await-in-loop
    await take(low === 0 ? high / 4 : Math.sqrt(low * high));
  }
  return inOrder(points);
}

function lowestRate(points: readonly SweepPoint[]): number {
  return Math.min(...points.map((point) => point.offeredPerSecond ?? point.throughputPerSecond));
}
