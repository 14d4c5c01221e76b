/**
 * The highest rate that keeps to the objectives, by all windows at all rates together.
 *
 *   budget used   │              ╭─      Of each window: the calls that missed, over those that may (1 % of them for p99).
 *                 │         ●   ╱        More load never makes it less: the curve is the best one that does not fall
 *            1 ───┼────────────●─────    (isotonic regression), so that a single bad window bends it a little and
 *                 │   ●  ──●──╱          decides nothing. Where it crosses 1 is the answer.
 *                 └─────────────────── rate
 *
 * No window counts for more than ten times its budget, some 55 ms of standing still in half a second: what is worse than that
 * must come back to decide. Everything else is a mean: a pause that the service makes every few windows is in it.
 *
 * The interval is that of a bootstrap over windows: calls in a window share its luck, and windows are what would come
 * out otherwise another time. Isotonic regression: R. E. Barlow et al., "Statistical Inference under Order
 * Restrictions", 1972, ch. 1 (pool adjacent violators).
 */

import type { Interval } from '../stats/bootstrap.ts';

/** Calls of a window against one objective. */
export interface WindowMisses {
  readonly missed: number;
  readonly calls: number;
}

/** One window at a rate. */
export interface WindowSample {
  readonly ratePerSecond: number;
  /** For each objective, in their order. */
  readonly misses: readonly WindowMisses[];
}

/** Windows without interference that a limit can rest on by themselves. */
const FEWEST_QUIET = 16;

/** Whether windows that others held up can be set aside; `false`: hardly any would remain, and all count. */
export function canSetAside(windows: number, heldUp: number): boolean {
  return windows - heldUp >= Math.min(FEWEST_QUIET, windows);
}

export interface LimitFit {
  /** Calls per second: where the curve crosses, and 95 % of what a bootstrap makes of it. */
  readonly ratePerSecond: Interval;
  /** `at-least`: no rate was too much; the truth may lie far above. */
  readonly bound: 'enclosed' | 'at-least';
}

/** Windows at one rate. */
interface RateWindows {
  readonly ratePerSecond: number;
  readonly windows: readonly WindowSample[];
}

const RESAMPLES = 400;
const [LOW_SHARE, HIGH_SHARE] = [0.025, 0.975];
/** The most that a window counts for, in budgets. */
export const MOST_USED = 10;

/**
 * Fits the limit.
 *
 * @param allowed - for each objective the share of calls that may miss it, 0 to 1
 * @returns `undefined` when not even the lowest rate keeps to all of them
 */
export function fitLimit(
  samples: readonly WindowSample[],
  allowed: readonly number[],
  random: () => number,
): LimitFit | undefined {
  const rates = byRate(samples);
  const estimate = crossing(rates, allowed);
  if (estimate === undefined) return undefined;
  const lowest = rates[0]?.ratePerSecond ?? 0;
  const resampled = Array.from({ length: RESAMPLES }, () => {
    const drawn = rates.map(({ ratePerSecond, windows }) => ({
      ratePerSecond,
      windows: windows.map(() => windows[Math.floor(random() * windows.length)] as WindowSample),
    }));
    return crossing(drawn, allowed) ?? lowest;
  }).toSorted((a, b) => a - b);
  return {
    ratePerSecond: {
      median: estimate,
      low: Math.min(estimate, atShare(resampled, LOW_SHARE)),
      high: Math.max(estimate, atShare(resampled, HIGH_SHARE)),
    },
    bound: estimate >= (rates.at(-1)?.ratePerSecond ?? 0) ? 'at-least' : 'enclosed',
  };
}

/** Rates that are looked at in turn, in shares of the limit as far as it is known. */
const AROUND = [1, 1.1, 0.93, 1.05];
const MOST_ROUNDS = 12;
const FEWEST_ROUNDS = 6;
/** Low rates that are looked at in turn while none is kept, in shares of the lowest, which may have had a bad moment. */
const LOW_RATES = [3, 8, 1.5, 5, 11, 2];
/** High over low end that needs no further rounds. */
const CLOSE_ENOUGH = 1.06;

/**
 * The rate to have more windows of, to know the limit better; `undefined` when it is known well enough.
 *
 * @param round - how often this was asked before, from 0
 * @param lowestPerSecond - at which calls hardly wait for each other: nothing is sought below it
 */
export function nextRate(
  fit: LimitFit | undefined,
  round: number,
  lowestPerSecond: number,
): number | undefined {
  if (fit === undefined) {
    const share = LOW_RATES[round];
    return share === undefined ? undefined : lowestPerSecond * share;
  }
  const { median, low, high } = fit.ratePerSecond;
  const isClose = round >= FEWEST_ROUNDS && high <= low * CLOSE_ENOUGH;
  if (isClose || round >= MOST_ROUNDS) return undefined;
  return Math.max(lowestPerSecond, median * (AROUND[round % AROUND.length] as number));
}

/** How much of what is allowed the windows used in the mean, by the objective of which most was: 1 is the limit. */
export function budgetUsed(windows: readonly WindowSample[], allowed: readonly number[]): number {
  return Math.max(...allowed.map((share, index) => usedOf(windows, index, share)));
}

function usedOf(windows: readonly WindowSample[], index: number, allowed: number): number {
  const used = windows.map(({ misses }) => {
    const { missed, calls } = misses[index] as WindowMisses; // as many as there are objectives
    // Where nothing is allowed, a single call is twice too much.
    return missed === 0 ? 0 : Math.min(MOST_USED, missed / Math.max(allowed * calls, 0.5));
  });
  return used.reduce((total, each) => total + each, 0) / used.length;
}

/** Where the first of the objectives stops being kept; `undefined`: below the lowest rate. */
function crossing(rates: readonly RateWindows[], allowed: readonly number[]): number | undefined {
  const limits = allowed.map((share, index) => {
    const curve = rising(
      rates.map(({ windows }) => ({
        value: usedOf(windows, index, share),
        weight: windows.length,
      })),
    );
    const over = curve.findIndex((used) => used > 1);
    if (over === 0) return undefined;
    if (over === -1) return rates.at(-1)?.ratePerSecond;
    const [below, above] = [rates[over - 1], rates[over]].map((each) => each?.ratePerSecond ?? 0);
    const [from, to] = [curve[over - 1] as number, curve[over] as number];
    return (
      (below as number) * ((above as number) / (below as number)) ** ((1 - from) / (to - from))
    );
  });
  return limits.some((each) => each === undefined)
    ? undefined
    : Math.min(...(limits as readonly number[]));
}

/** The rising curve that is nearest, by least squares: neighbours that fall are pooled. */
function rising(points: readonly { readonly value: number; readonly weight: number }[]): number[] {
  const pools: { value: number; weight: number; count: number }[] = [];
  for (const { value, weight } of points) {
    let pool = { value, weight, count: 1 };
    for (
      let last = pools.at(-1);
      last !== undefined && last.value >= pool.value;
      last = pools.at(-1)
    ) {
      const total = last.weight + pool.weight;
      pool = {
        value: (last.value * last.weight + pool.value * pool.weight) / total,
        weight: total,
        count: last.count + pool.count,
      };
      pools.pop();
    }
    pools.push(pool);
  }
  return pools.flatMap(({ value, count }) => Array.from({ length: count }, () => value));
}

function byRate(samples: readonly WindowSample[]): readonly RateWindows[] {
  const windows = new Map<number, WindowSample[]>();
  for (const sample of samples) {
    const known = windows.get(sample.ratePerSecond);
    if (known === undefined) windows.set(sample.ratePerSecond, [sample]);
    else known.push(sample);
  }
  return [...windows]
    .map(([ratePerSecond, each]) => ({ ratePerSecond, windows: each }))
    .toSorted((a, b) => a.ratePerSecond - b.ratePerSecond);
}

function atShare(sorted: readonly number[], share: number): number {
  return sorted[Math.round(share * (sorted.length - 1))] as number; // there are as many as resamples
}
