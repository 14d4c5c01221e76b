/** Replays scenarios, several at a time, and says for each what was different. */

import type { ChildKind, MakeActor } from './actor.ts';
import { compareTraces, type DiffLine } from './compare.ts';
import { makeInlineActor } from './inline-actor.ts';
import { makeProcessActor } from './process-actor.ts';
import { replay } from './replay.ts';
import type { Scenario } from './scenario.ts';
import { stretch } from './stretch.ts';
import { makeThreadActor } from './thread-actor.ts';

export interface Difference {
  readonly name: string;
  readonly lines: readonly DiffLine[];
}

/** Scenarios at a time: enough to fill the sleeps of some with the work of others. */
const CONCURRENCY: Readonly<Record<ChildKind, number>> = { inline: 16, thread: 4, process: 4 };

/**
 * Threads and processes are slow to act on a busy machine: their scenarios take their time. One that stands still
 * for longer than a child has to stop gets it killed, whoever supervises: what differs is played again on a clock so slow
 * that this does not matter, and differs if it does so there.
 */
const STRETCHES: Readonly<Record<ChildKind, readonly number[]>> = {
  inline: [1],
  thread: [2, 12],
  process: [2, 12],
};

const ACTORS: Readonly<Record<ChildKind, MakeActor>> = {
  inline: makeInlineActor,
  thread: makeThreadActor,
  process: makeProcessActor,
};

/**
 * In the order of `scenarios`; empty when everything happened as recorded.
 *
 * @param onAgain - hears of what differed and is played again
 */
export async function replayAll(
  scenarios: readonly Scenario[],
  kind: ChildKind,
  onAgain: (difference: Difference) => void = () => {},
): Promise<readonly Difference[]> {
  const differences: (Difference | undefined)[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < scenarios.length; index = next++) {
      const scenario = scenarios[index];
      if (scenario !== undefined)
        differences[index] = await lastingDifference(scenario, kind, onAgain);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY[kind] }, work));
  return differences.filter((difference) => difference !== undefined);
}

/** The one on the last of the clocks; `undefined` when there is none on one of them. */
async function lastingDifference(
  scenario: Scenario,
  kind: ChildKind,
  onAgain: (difference: Difference) => void,
): Promise<Difference | undefined> {
  let difference: Difference | undefined;
  for (const factor of STRETCHES[kind]) {
    if (difference !== undefined) onAgain(difference);
    difference = await differenceOf(stretch(scenario, factor), ACTORS[kind]);
    if (difference === undefined) break;
  }
  return difference;
}

async function differenceOf(
  scenario: Scenario,
  makeActor: MakeActor,
): Promise<Difference | undefined> {
  const { name } = scenario;
  try {
    const { trace, isAlive } = await replay(scenario, makeActor);
    const lines = compareTraces(scenario, trace);
    if (lines !== undefined) return { name, lines };
    if (isAlive === scenario.sup_alive) return undefined;
    return {
      name,
      lines: [
        ['-', `the supervisor ${scenario.sup_alive ? 'lives' : 'has ended'}`],
        ['+', `the supervisor ${isAlive ? 'lives' : 'has ended'}`],
      ],
    };
  } catch (error) {
    return { name, lines: [['+', `the replay failed: ${String(error)}`]] };
  }
}
