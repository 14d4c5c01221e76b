/** How a baseline was measured, as each start of the candidate is to be. */

import { ToolrigError } from '../../core/errors.ts';
import type { ArrivalsRecord } from '../../harness/results/open-loop-record.ts';
import type { ScenarioRecord } from '../../harness/results/run-record.ts';
import type { GateFlags } from './gate-flags.ts';
import type { ChildLoad } from './side.ts';

const DEFAULT_WARMUP_MS = 1_000;

/**
 * The load of a scenario, where the flags do not say otherwise.
 *
 * @throws ToolrigError `ERR_USAGE` when no start can repeat it, or nothing could be told from it
 */
export function baselineLoad(
  record: ScenarioRecord,
  flags: Pick<GateFlags, 'duration' | 'rounds' | 'warmup' | 'seed'>,
): ChildLoad {
  const { name, variants, batch, thinkMs, thinkTime, arrivals } = record;
  const searched = variants.find(({ maxRate }) => maxRate !== undefined);
  if (searched !== undefined) {
    throw unusable(
      `the highest rate of ${name}, which every start would find anew`,
      'one rate: --rate 500 --rounds 10',
    );
  }
  const rounds = variants[0]?.rounds ?? [];
  // From one value of the baseline no starts can be told, however many: p is 1 / (starts + 1) at least.
  if (rounds.length === 1) {
    throw unusable(`one round of ${name}, from which no difference can be told`, '--rounds 10');
  }
  const common = {
    rounds: flags.rounds ?? Math.max(1, rounds.length),
    warmupMs: flags.warmup ?? DEFAULT_WARMUP_MS,
    seed: flags.seed,
    batch,
  };
  if (arrivals !== undefined) {
    return { ...common, ...openLoad(record, arrivals, flags.duration, common.rounds) };
  }
  const totalMs = rounds.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return {
    ...common,
    durationMs: flags.duration ?? Math.max(1, Math.round(totalMs)),
    concurrency: record.concurrency,
    ...(thinkMs === undefined
      ? {}
      : { think: `${thinkTime === 'exponential' ? 'exponential:' : ''}${thinkMs}ms` }),
  };
}

function openLoad(
  { name, concurrency, batch }: ScenarioRecord,
  { process, stages, maxInFlight, workers }: ArrivalsRecord,
  durationMs: number | undefined,
  rounds: number,
): Partial<ChildLoad> {
  if (durationMs !== undefined && stages.length > 1) {
    throw new ToolrigError(
      'ERR_USAGE',
      `--duration does not fit the stages of ${name} in the baseline: leave it out`,
    );
  }
  const written = stages.map(({ durationMs: ownMs, fromPerSecond, toPerSecond }) => {
    const stageMs = durationMs === undefined ? ownMs : durationMs / rounds;
    return `${stageMs}ms@${fromPerSecond}-${toPerSecond}`;
  });
  return {
    stages: written.join(','),
    arrivals: process,
    maxInFlight,
    workers,
    // As many as there is room for: then nothing else limits how many are out.
    ...(concurrency === maxInFlight ? {} : { concurrency: concurrency / batch }),
  };
}

function unusable(what: string, instead: string): ToolrigError {
  return new ToolrigError(
    'ERR_USAGE',
    `the baseline has ${what}: save a run of bench with ${instead}`,
  );
}
