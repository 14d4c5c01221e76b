/** Which latencies are too short to be told from the clock that timed them. */

/** Below this many clock reads, a single call's latency is mostly the clock's. */
const TIMER_LIMIT_READS = 20;

/** @param clockReadNs - what one read of the clock takes, in ns */
export function isTimerLimited(latencyNs: number, clockReadNs: number): boolean {
  return latencyNs < TIMER_LIMIT_READS * clockReadNs;
}
