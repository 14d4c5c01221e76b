/** The command `toolrig micro [bench…]`: its arguments, flags and help. `micro.ts` does the work. */

import type { CommandModule } from 'yargs';
import { wholeNumber } from './coerce.ts';
import { EXIT_CODES_HELP } from './exit-codes.ts';
import type { MicroFlags } from './micro.ts';

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
  async handler(flags) {
    const { micro } = await import('./micro.ts');
    await micro(flags);
  },
};
