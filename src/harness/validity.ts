/** Whether a run's numbers can be trusted, and why not. */

import type { Environment, ScenarioRecord, Validity } from './results/run-record.ts';

/** With fewer rounds, an interval says almost nothing. */
const FEWEST_ROUNDS = 5;

/**
 * `invalid` when something was not measured at all; `suspect` when it was, under doubtful conditions.
 *
 * @param earlyEnd - what ended the run before its end, in words; `undefined` when nothing did
 */
export function validityOf(
  scenarios: readonly ScenarioRecord[],
  environment: Environment,
  earlyEnd: string | undefined,
): Validity {
  const fatal: string[] = [];
  const doubts: string[] = [];
  if (scenarios.length === 0) fatal.push('nothing was measured');
  for (const scenario of scenarios) {
    for (const record of scenario.variants) {
      const where = `${scenario.name} on ${record.variant}`;
      if (record.succeeded === 0) {
        fatal.push(`${where}: not one call succeeded (${record.firstFailure ?? 'none was made'})`);
      }
      if (!record.isSteady) {
        doubts.push(`${where}: not steady after ${Math.round(record.warmupMs)} ms of warm-up`);
      }
      if (record.rounds.length < FEWEST_ROUNDS) {
        doubts.push(`${where}: only ${record.rounds.length} rounds`);
      }
    }
  }
  const [load] = environment.loadAverage;
  if (load > environment.availableParallelism) {
    doubts.push(`the machine was busy at the start: load average ${load.toFixed(1)}`);
  }
  if (earlyEnd !== undefined) doubts.push(earlyEnd);
  if (fatal.length > 0) return { verdict: 'invalid', reasons: [...fatal, ...doubts] };
  return { verdict: doubts.length > 0 ? 'suspect' : 'valid', reasons: doubts };
}
