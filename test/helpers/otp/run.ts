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

/** Threads and processes are slow to act on a busy machine: their scenarios take their time. */
const STRETCH: Readonly<Record<ChildKind, number>> = { inline: 1, thread: 2, process: 2 };

const ACTORS: Readonly<Record<ChildKind, MakeActor>> = {
  inline: makeInlineActor,
  thread: makeThreadActor,
  process: makeProcessActor,
};

/** In the order of `scenarios`; empty when everything happened as recorded. */
export async function replayAll(
  scenarios: readonly Scenario[],
  kind: ChildKind,
): Promise<readonly Difference[]> {
  const makeActor = ACTORS[kind];
  const differences: (Difference | undefined)[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < scenarios.length; index = next++) {
      const scenario = scenarios[index];
      if (scenario !== undefined)
        differences[index] = await differenceOf(stretch(scenario, STRETCH[kind]), makeActor);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY[kind] }, work));
  return differences.filter((difference) => difference !== undefined);
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
