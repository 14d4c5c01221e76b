/**
 * Makes the start the unit of a comparison.
 *
 * What a process makes of its code – where things lie in memory, what the compiler did – is the same
 * in all of its rounds, and another in the next process. So when both sides are started anew many
 * times in turn, each start counts once: by the medians of its rounds.
 */

import { median } from 'simple-statistics';
import type { RoundRecord } from '../results/run-record.ts';
import { succeededIn } from '../results/succeeded-in.ts';

/** Which figures of a round are its own; the others add up. */
const MEDIANS = [
  'p50',
  'p75',
  'p90',
  'p95',
  'p99',
  'p999',
  'cpuNsPerCall',
  'allocatedBytesPerCall',
] as const;

/**
 * The rounds of one start as a single round: medians of its figures, also of its time per call.
 *
 * @param start - its number, by which it is paired with the other side's
 * @param rounds - at least one
 */
export function startAsRound(start: number, rounds: readonly RoundRecord[]): RoundRecord {
  const first = rounds[0] as RoundRecord;
  const figures = MEDIANS.map((name) => [name, median(rounds.map((round) => round[name]))]);
  const calls = rounds.reduce((sum, round) => sum + round.calls, 0);
  const failed = rounds.reduce((sum, round) => sum + round.failed, 0);
  const msPerCall = median(rounds.map((round) => round.durationMs / succeededIn(round)));
  return {
    ...first,
    ...(Object.fromEntries(figures) as Pick<RoundRecord, (typeof MEDIANS)[number]>),
    round: start,
    calls,
    durationMs: msPerCall * succeededIn({ calls, failed }),
    failed,
    max: Math.max(...rounds.map(({ max }) => max)),
    gcPauseMaxNs: Math.max(...rounds.map(({ gcPauseMaxNs }) => gcPauseMaxNs)),
  };
}
