/** What `toolrig micro` does: times the hot paths, in ns, with ratios paired by round. */

import { runMicroBench } from '../harness/load/micro.ts';
import { loadMicroBenches } from '../harness/load/micro-catalog.ts';
import { renderMicroBench } from '../harness/report/micro-text.ts';
import { readEnvironment, systemSources } from '../harness/results/environment.ts';
import { type MicroRecord, summariseMicroBench } from '../harness/results/micro-record.ts';
import { seededRandom } from '../harness/stats/random.ts';
import { EXIT } from './exit-codes.ts';
import { listenForInterrupt } from './interrupt.ts';
import { createProgress } from './progress.ts';
import { stdout } from './streams.ts';

/** The arguments and flags, checked. */
export interface MicroFlags {
  readonly bench: string[];
  readonly rounds: number;
  readonly seed: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Runs the benches asked for, prints them, and sets the exit code when it was interrupted. */
export async function micro(flags: MicroFlags): Promise<void> {
  const { bench: wanted, rounds, seed, json = false, quiet = false } = flags;
  const benches = await loadMicroBenches(wanted);
  const interrupt = listenForInterrupt();
  const progress = createProgress(quiet);
  const environment = readEnvironment(systemSources(process.cwd()));
  const done: MicroRecord['benches'][number][] = [];
  try {
    for (const [index, bench] of benches.entries()) {
      const measured = await runMicroBench(bench, {
        rounds,
        signal: interrupt.signal,
        onProgress: (step) =>
          progress.update({
            subject: step.bench,
            detail: `${step.phase}, round ${step.round + 1}/${step.rounds}`,
            doneRatio:
              (index + (step.phase === 'measure' ? step.round / step.rounds : 0)) / benches.length,
          }),
      });
      const isComplete = measured.tasks.every(
        ({ nsPerCallByRound }) => nsPerCallByRound.length > 0,
      );
      if (isComplete) done.push(summariseMicroBench(measured, seededRandom(seed)));
      if (interrupt.signal.aborted) break;
    }
  } finally {
    progress.end();
    interrupt.release();
  }
  if (json) stdout(`${JSON.stringify({ environment, benches: done }, null, 2)}\n`);
  else stdout(done.map(renderMicroBench).join('\n'));
  if (interrupt.signal.aborted) process.exitCode = EXIT.interrupted;
}
