/**
 * Little's law, L = λW (J. D. C. Little, "A Proof for the Queuing Formula L = λW", Operations Research 9,
 * 1961): the mean number in flight is the throughput times the mean response time, whatever the
 * distributions. So it can be held against the harness itself: three figures that it counts in three
 * ways and that do not agree mean that one of them is counted wrong.
 */

/** Difference from which a measurement is flagged: 0.05 is 5 %. */
export const LITTLE_TOLERANCE = 0.05;

export interface LittlesLaw {
  /** L, as it was counted. */
  readonly inFlight: number;
  /** λW. */
  readonly expected: number;
  /** (L − λW) / λW. */
  readonly deviation: number;
  readonly holds: boolean;
}

/**
 * Holds a measurement against Little's law.
 *
 * @param inFlight - mean number of calls between their start and their reply
 * @param throughputPerSecond - calls answered, > 0
 * @param meanResponseNs - from the same start, > 0
 */
export function checkLittlesLaw(
  inFlight: number,
  throughputPerSecond: number,
  meanResponseNs: number,
): LittlesLaw {
  const expected = (throughputPerSecond * meanResponseNs) / 1e9;
  const deviation = expected === 0 ? (inFlight === 0 ? 0 : 1) : (inFlight - expected) / expected;
  return { inFlight, expected, deviation, holds: Math.abs(deviation) <= LITTLE_TOLERANCE };
}
