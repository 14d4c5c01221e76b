/**
 * What a search for the highest rate adds to a variant's record: the answer, and every rate that was tried for it.
 */

/** The highest rate at which a variant kept an objective, and what that rests on. */
export interface MaxRateRecord {
  /** The rate that was confirmed; 0 when none held. */
  readonly ratePerSecond: number;
  /** What it was to keep to, as it was written. */
  readonly slo: string;
  /** Highest rate that held. */
  readonly low: number;
  /** Lowest rate that did not; `null` when all held that were tried. */
  readonly high: number | null;
  /** Calls per second of a closed loop, from which the search started. */
  readonly saturationPerSecond: number;
  /** What kept it from a higher rate: the objective, or the generator of the load itself. */
  readonly limitedBy: 'slo' | 'generator' | 'nothing';
  readonly evidence: readonly RateTryRecord[];
}

/** One rate that was tried. */
export interface RateTryRecord {
  readonly phase: 'climb' | 'bisect' | 'confirm';
  readonly ratePerSecond: number;
  readonly durationMs: number;
  /** Calls that succeeded. */
  readonly donePerSecond: number;
  readonly dropped: number;
  readonly failed: number;
  /** Response times, in ns. */
  readonly p50: number;
  readonly p99: number;
  /** What kept it from holding, in words; `null` when it held. */
  readonly failure: string | null;
}
