/**
 * Which rates to measure: ten from idle past the knee, and then closer around the place where the objectives
 * stop being kept. What measures one is passed in, so that a simulated server can be swept like a real one.
 */

import { inOrder, type SweepPoint } from './measured-sweep.ts';
import { keepsUp, type Objective, outcomeOf, sustainableRate } from './objective.ts';

/** Measures one rate for that long. */
export type MeasureRate = (ratePerSecond: number, durationMs: number) => Promise<SweepPoint>;

export interface RateSweepOptions {
  /** Throughput of the target when it is asked for all it has: a guess, such as a closed loop's. */
  readonly saturationPerSecond: number;
  readonly objectives: readonly Objective[];
  /** Time of one rate, in ms. */
  readonly pointMs: number;
  /** Whether to look for the limit itself. Default: true; false where a search has found it. */
  readonly closesIn?: boolean;
  readonly signal?: AbortSignal;
}

/** Shares of the guessed saturation, from idle to beyond it. */
const STEPS = [0.05, 0.2, 0.35, 0.5, 0.65, 0.75, 0.85, 0.95, 1.1, 1.3];
/** While every rate is answered the guess was too low, and the knee is further out. */
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
  const { saturationPerSecond, objectives, pointMs, closesIn = true, signal } = options;
  const points: SweepPoint[] = [];
  const take = async (ratePerSecond: number): Promise<void> => {
    if (signal?.aborted === true) return;
    const atMost = Math.max(LOWEST_RATE, ratePerSecond);
    const tries = [await measure(atMost, pointMs)];
    // One slow moment of the machine must not pass for the limit of the target: two of three decide.
    while (isDoubtful(tries, objectives)) {
      // oxlint-disable-next-line no-await-in-loop
      tries.push(await measure(atMost, pointMs));
    }
    points.push(middleOf(tries));
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
  for (let halving = closesIn ? 0 : MOST_HALVINGS; halving < MOST_HALVINGS; halving++) {
    const found = sustainableRate({ points }, objectives);
    const { low, high } = found?.ratePerSecond ?? { low: 0, high: lowestRate(points) };
    if (found?.bound === 'at-least' || high <= low * CLOSE_ENOUGH || high <= LOWEST_RATE) break;
    // oxlint-disable-next-line no-await-in-loop
    await take(low === 0 ? high / 4 : Math.sqrt(low * high));
  }
  return inOrder(points);
}

/** Whether a rate that is answered misses an objective, and two of three tries do not agree yet. */
function isDoubtful(tries: readonly SweepPoint[], objectives: readonly Objective[]): boolean {
  const outcomes = tries.map((point) =>
    objectives.every((each) => outcomeOf(point, each) !== 'missed'),
  );
  const isAnswered = tries.every(keepsUp);
  const kept = outcomes.filter(Boolean).length;
  return isAnswered && kept !== tries.length && kept < 2 && tries.length - kept < 2;
}

/** The try whose p99 is in the middle. */
function middleOf(tries: readonly SweepPoint[]): SweepPoint {
  const rising = tries.toSorted((a, b) => (a.latencyNs.p99 ?? 0) - (b.latencyNs.p99 ?? 0));
  return rising[Math.floor((rising.length - 1) / 2)] as SweepPoint;
}

function lowestRate(points: readonly SweepPoint[]): number {
  return Math.min(...points.map((point) => point.offeredPerSecond ?? point.throughputPerSecond));
}
