/**
 * Looks for the highest rate that a server keeps up with: which rate to try next, given how those
 * before went. It tries nothing itself, so that a test can play the server.
 *
 *   climb: × 2 until one fails ──▶ bisect: the geometric middle, to 2.5 % ──▶ confirm: a longer window
 *   (÷ 2 while the first fails)                                                ├ fails: a step down
 *                                                                              └ holds: the middle, to 5 %
 *
 * While climbing and bisecting, a rate has failed when it failed twice: a machine that was busy elsewhere for
 * a moment must not halve the answer. What that lets through, the confirmation finds out: in a short
 * window a backlog may grow without breaking the objective.
 */

export const RATE_PHASES = ['climb', 'bisect', 'confirm'] as const;
export type RatePhase = (typeof RATE_PHASES)[number];

/** A rate to try. */
export interface RateProbe {
  readonly phase: RatePhase;
  readonly ratePerSecond: number;
}

export interface RateBounds {
  /** Highest rate that held, confirmed; 0 when none did. */
  readonly low: number;
  /** Lowest rate that did not; `Infinity` when all held that were tried. */
  readonly high: number;
}

export interface MaxRateSearchOptions {
  /** Where the climb starts: a rate that will hold, but not far below the answer. */
  readonly startPerSecond: number;
  /** Default: 1. */
  readonly leastPerSecond?: number;
  /** Default: 1,000,000. */
  readonly mostPerSecond?: number;
  /** How far apart, relatively, the bounds may be in the end. Default: 0.025. */
  readonly tolerance?: number;
}

const CONFIRMATIONS = 5;
/** Of the first step down after a confirmation that failed; each next one is twice as far. */
const STEP_DOWN = 0.05;
/** How far apart, relatively, the bounds may be when steps down have been taken. */
const CONFIRMED_TOLERANCE = 0.05;

/** Yields a rate to try, is resumed with whether it held, and returns what that came to. */
export function* searchMaxRate({
  startPerSecond,
  leastPerSecond = 1,
  mostPerSecond = 1_000_000,
  tolerance = 0.025,
}: MaxRateSearchOptions): Generator<RateProbe, RateBounds, boolean> {
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let rate = Math.min(Math.max(startPerSecond, leastPerSecond), mostPerSecond);
  // The first that fails after one that held, or the first that holds after one that failed, ends it.
  while (low === 0 || high === Number.POSITIVE_INFINITY) {
    if (yield* holdsOnce('climb', rate)) {
      low = rate;
      if (rate >= mostPerSecond) break;
      rate = Math.min(rate * 2, mostPerSecond);
    } else {
      high = rate;
      if (rate <= leastPerSecond) return { low: 0, high };
      rate = Math.max(rate / 2, leastPerSecond);
    }
  }
  while (high < Number.POSITIVE_INFINITY && high / low > 1 + tolerance) {
    const middle = Math.sqrt(low * high);
    if (yield* holdsOnce('bisect', middle)) low = middle;
    else high = middle;
  }
  let step = STEP_DOWN;
  for (let attempt = 0; attempt < CONFIRMATIONS && low >= leastPerSecond; attempt++) {
    if (yield { phase: 'confirm', ratePerSecond: low }) return yield* narrowed({ low, high });
    high = low;
    low *= 1 - step;
    step *= 2;
  }
  return { low: 0, high };
}

/** Brings the bounds closer to each other in windows as long as the one in which the lower one held. */
function* narrowed({ low, high }: RateBounds): Generator<RateProbe, RateBounds, boolean> {
  let bounds = { low, high };
  while (
    bounds.high < Number.POSITIVE_INFINITY &&
    bounds.high / bounds.low > 1 + CONFIRMED_TOLERANCE
  ) {
    const middle = Math.sqrt(bounds.low * bounds.high);
    const holds = yield { phase: 'confirm', ratePerSecond: middle };
    bounds = holds ? { low: middle, high: bounds.high } : { low: bounds.low, high: middle };
  }
  return bounds;
}

/** Whether a rate held, at the second try if not at the first. */
function* holdsOnce(
  phase: RatePhase,
  ratePerSecond: number,
): Generator<RateProbe, boolean, boolean> {
  if (yield { phase, ratePerSecond }) return true;
  return yield { phase, ratePerSecond };
}
