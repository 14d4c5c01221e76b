/** Whether the generator kept to its schedule well enough for the result to be the target's and not its own. */

import type { LatencySummary } from '../stats/latency-histogram.ts';

/** What a machine at rest does not exceed, and what nobody would blame on the generator. */
const SMALL_PACING_NS = 1e6;
/** Above this share of the median response, the generator's lateness is a part of the result. */
const PACING_SHARE = 0.1;
/** So much more time than the schedule gave, and the rate was another one. */
const LATE_SHARE = 0.01;

export type GeneratorVerdict = 'ok' | 'generator-limited';

export interface GeneratorTimes {
  /** How late it came to its arrivals. */
  readonly pacingNs: LatencySummary;
  readonly responseNs: LatencySummary;
  readonly scheduleMs: number;
  /** Until it had come to the last arrival. */
  readonly pacedMs: number;
}

export function generatorVerdict(times: GeneratorTimes): GeneratorVerdict {
  const { pacingNs, responseNs, scheduleMs, pacedMs } = times;
  const isLarge = pacingNs.p99 > Math.max(SMALL_PACING_NS, PACING_SHARE * responseNs.p50);
  return isLarge || pacedMs > scheduleMs * (1 + LATE_SHARE) ? 'generator-limited' : 'ok';
}
