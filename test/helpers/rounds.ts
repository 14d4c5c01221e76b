/** Rounds as a run record has them, for tests of what is made from them. */

import type { RoundRecord } from '../../src/harness/results/run-record.ts';

/** A round of a thousand calls, in which everything else goes by its time per call. */
export function roundOf(round: number, nsPerCall: number): RoundRecord {
  return {
    round,
    startedAt: new Date(Date.UTC(2026, 10, 22, 15, 30) + round * 1_000).toISOString(),
    durationMs: nsPerCall / 1e3,
    calls: 1_000,
    failed: 0,
    p50: nsPerCall,
    p75: nsPerCall * 1.1,
    p90: nsPerCall * 1.3,
    p95: nsPerCall * 2,
    p99: nsPerCall * 4,
    p999: nsPerCall * 20,
    max: nsPerCall * 800,
    cpuNsPerCall: nsPerCall * 1.05,
    allocatedBytesPerCall: nsPerCall / 3,
    gcPauseMaxNs: 0,
  };
}

/** Rounds in order from 1, one for each time per call. */
export function roundsOf(nsPerCall: readonly number[]): RoundRecord[] {
  return nsPerCall.map((ns, index) => roundOf(index + 1, ns));
}
