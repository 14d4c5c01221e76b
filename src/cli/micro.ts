/** `toolrig micro [bench…]`: what the hot paths cost, in ns, with ratios paired by round. */

import type { CommandModule } from 'yargs';
import { runMicroBench } from '../harness/load/micro.ts';
import { loadMicroBenches } from '../harness/load/micro-catalog.ts';
import { renderMicroBench } from '../harness/report/micro-text.ts';
import { readEnvironment, systemSources } from '../harness/results/environment.ts';
import { type MicroRecord, summariseMicroBench } from '../harness/results/micro-record.ts';
import { seededRandom } from '../harness/stats/random.ts';
import { wholeNumber } from './coerce.ts';
import { EXIT, EXIT_CODES_HELP } from './exit-codes.ts';
import { listenForInterrupt } from './interrupt.ts';
import { createProgress } from './progress.ts';
import { stdout } from './streams.ts';

interface MicroFlags {
  readonly bench: string[];
  readonly rounds: number;
  readonly seed: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const MAX_ROUNDS = 10_000;

const EXAMPLES = `Examples:
  toolrig micro dispatch
    what a native call costs
  toolrig micro --json > micro.json
    all of them, as JSON`;

export const microCommand: CommandModule<object, MicroFlags> = {
  command: 'micro [bench..]',
  describe: 'measure the hot paths by themselves',
  builder: (args) =>
    args
      .usage('$0 micro [bench..]\n\nMeasures the hot paths by themselves, in ns a call.')
      .positional('bench', {
        type: 'string',
        array: true,
        default: [] as string[],
        describe: 'names (see toolrig list); default: all',
      })
      .option('rounds', {
        string: true,
        default: '24',
        coerce: wholeNumber('rounds', 2, MAX_ROUNDS),
        describe: 'blocks of each task, in alternating order; default: 24',
      })
      .option('seed', {
        string: true,
        default: '1',
        coerce: wholeNumber('seed', 0),
        describe: 'same seed, same resampling for the intervals; default: 1',
      })
      .option('json', { boolean: true, describe: 'print one JSON document, and it alone' })
      .option('quiet', { alias: 'q', boolean: true, describe: 'no progress on stderr' })
      .epilogue(`${EXAMPLES}\n\n${EXIT_CODES_HELP}`) as never,
  async handler({ bench: wanted, rounds, seed, json = false, quiet = false }) {
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
                (index + (step.phase === 'measure' ? step.round / step.rounds : 0)) /
                benches.length,
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
  },
};
