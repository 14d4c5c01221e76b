/** What a search for the highest rate came to, with its evidence. */

import type { RatePhase } from './max-rate-search.ts';

/** One try, as the record keeps it. */
export interface RateTry {
  readonly phase: RatePhase;
  readonly ratePerSecond: number;
  readonly durationMs: number;
  readonly donePerSecond: number;
  readonly dropped: number;
  readonly failed: number;
  /** Response times, in ns. */
  readonly p50: number;
  readonly p99: number;
  /** What kept the rate from holding; `null` when it held. */
  readonly failure: string | null;
}

export interface MaxRateOutcome {
  /** Highest rate that held in the longer window; 0 when none did. */
  readonly ratePerSecond: number;
  /** What it was to keep to. */
  readonly slo: string;
  /** The same, and the lowest rate that did not hold; `null` when all did that were tried. */
  readonly low: number;
  readonly high: number | null;
  /** Calls per second of the closed loop that the search started from. */
  readonly saturationPerSecond: number;
  /** What ended it: the objective, the generator, or neither within a million calls a second. */
  readonly limitedBy: 'slo' | 'generator' | 'nothing';
  readonly evidence: readonly RateTry[];
}
