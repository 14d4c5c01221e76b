/**
 * The command `toolrig bench [scenario…]`: its arguments, flags and help. What it does is in
 * `bench.ts`, loaded when it is run, since the SDK and the harness take longer to load than a
 * mistyped flag should take to be told.
 */

import type { Argv, CommandModule } from 'yargs';
import type { BenchFlags } from './bench.ts';
import { names, oneOf, sizes } from './coerce.ts';
import { EXIT_CODES_HELP } from './exit-codes.ts';
import { loadFlags, thresholdFlag } from './load-flags.ts';
import { outputFlags, seedFlag } from './run-flags.ts';

/** As in `harness/load/scenario.ts`, which is not loaded for a mistyped flag. */
const SUITES = ['cost', 'chaos', 'truth'] as const;

const LOAD = 'Load (default: what the scenario says):';
const OPEN_LOOP = 'Load at a rate, whatever becomes of the calls before (open loop):';
const RUN = 'Run:';
const OUTPUT = 'Output:';

const EXAMPLES = `Examples:
  toolrig bench
    what calls cost: the whole suite
  toolrig bench crash-recovery --duration 60s --variants native
    whether every call is answered once while services are killed
  toolrig bench calculator-batch --variants native,json -c 1 -b 1
    one call at a time, on two variants
  toolrig bench mixed --rate 500 --arrivals poisson --duration 30s
    what callers see at 500 calls a second, a slow moment included
  toolrig bench payload-sweep --payload 1MiB --json > run.json
    one size, as JSON
  toolrig bench ./my.scenario.mjs --threshold 'native.p99 < 5ms'
    a scenario of your own; exits with 1 when the threshold fails`;

export const benchCommand: CommandModule<object, BenchFlags> = {
  command: 'bench [scenario..]',
  describe: 'measure what each variant costs',
  builder: (args) => declare(args) as unknown as Argv<BenchFlags>,
  async handler(flags) {
    const { bench } = await import('./bench.ts');
    await bench(flags);
  },
};

function declare(args: Argv): Argv {
  return args
    .usage('$0 bench [scenario..]\n\nMeasures what each variant costs on each scenario.')
    .positional('scenario', {
      type: 'string',
      array: true,
      default: [],
      describe: 'names (see toolrig list; with a case: oom/map), or paths of your own',
    })
    .options({
      ...loadFlags(LOAD, OPEN_LOOP, 'each variant'),
      variants: {
        group: RUN,
        string: true,
        coerce: names('variants'),
        describe: 'ways to reach the services, as in native,json',
      },
      suite: {
        group: RUN,
        string: true,
        coerce: oneOf('suite', SUITES),
        describe: 'all scenarios of one suite: cost, chaos or truth; default: cost',
      },
      payload: {
        group: RUN,
        string: true,
        coerce: sizes('payload'),
        describe: 'only these payload sizes, as 64B,1MiB',
      },
      threshold: thresholdFlag(RUN, 'native.p99 < 50us'),
      seed: seedFlag(RUN),
      ...outputFlags(OUTPUT),
    })
    .epilogue(`${EXAMPLES}\n\n${EXIT_CODES_HELP}`);
}
