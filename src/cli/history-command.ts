/** The command `toolrig history [run…]`: its arguments, flags and help. `history.ts` does the work. */

import type { CommandModule } from 'yargs';
import { oneOf, text, wholeNumber } from './coerce.ts';
import type { HistoryFlags } from './history.ts';

/** As in `harness/compare/history.ts`, which is not loaded for a mistyped flag. */
const METRICS = ['ns', 'p50', 'p99', 'cpu', 'alloc', 'throughput'] as const;

const HELP = `Examples:
  toolrig history
    when the time per call changed, over all stored runs and baselines
  toolrig history --metric p99 --scenario calculator-batch --variant native
    one metric of one scenario on one variant
  toolrig history --fail-on-regression --within 5 ci/runs
    for CI: over the runs in a folder; 1 when the last five brought a regression

A change point needs 10 runs or more of one environment and load, 3 of them
since.

Exit codes:
  0  pass
  1  with --fail-on-regression: a recent regression
  2  usage: a flag, a run that cannot be read, too few runs`;

export const historyCommand: CommandModule<object, HistoryFlags> = {
  command: 'history [run..]',
  describe: 'show when scenarios became slower',
  builder: (args) =>
    args
      .usage('$0 history [run..]\n\nShows when scenarios became slower or faster, over many runs.')
      .positional('run', {
        type: 'string',
        array: true,
        default: [] as string[],
        describe: 'ids, paths or folders of runs; default: all that are stored',
      })
      .option('metric', {
        string: true,
        default: 'ns',
        coerce: oneOf('metric', METRICS),
        describe: `${METRICS.join(', ')}; default: ns, a block's time per call`,
      })
      .option('scenario', {
        string: true,
        coerce: text('scenario', 'a scenario'),
        describe: 'one scenario, or one case as payload-sweep/text-64B',
      })
      .option('variant', {
        string: true,
        coerce: text('variant', 'a variant'),
        describe: 'one variant',
      })
      .option('min-change', {
        string: true,
        default: '0',
        coerce: wholeNumber('min-change', 0, 1_000),
        describe: 'percent; smaller changes are left out; default: 0',
      })
      .option('fail-on-regression', {
        boolean: true,
        describe: 'exit with 1 when the latest change point is a recent regression',
      })
      .option('within', {
        string: true,
        default: '10',
        coerce: wholeNumber('within', 1),
        describe: 'runs that count as recent; default: 10',
      })
      .option('json', { boolean: true, describe: 'print one JSON document, and it alone' })
      .epilogue(HELP) as never,
  async handler(flags) {
    const { history } = await import('./history.ts');
    await history(flags);
  },
};
