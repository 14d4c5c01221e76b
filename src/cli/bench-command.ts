/**
 * The command `toolrig bench [scenario…]`: its arguments, flags and help. What it does is in
 * `bench.ts`, loaded when it is run, since the SDK and the harness take longer to load than a
 * mistyped flag should take to be told.
 */

import type { Argv, CommandModule } from 'yargs';
import type { BenchFlags } from './bench.ts';
import {
  duration,
  names,
  oneOf,
  rate,
  sizes,
  stages,
  text,
  texts,
  thinkTime,
  wholeNumber,
} from './coerce.ts';
import { EXIT_CODES_HELP } from './exit-codes.ts';
import { outputFlags, seedFlag } from './run-flags.ts';

const MAX_IN_FLIGHT = 100_000;
/** Of an open loop: its calls take memory only while they wait. */
const MOST_IN_FLIGHT = 1_000_000;
/** Each is a thread that may keep a core busy. */
export const MAX_WORKERS = 64;
const MAX_ROUNDS = 10_000;
/** As in `harness/load/scenario.ts`, which is not loaded for a mistyped flag. */
const SUITES = ['cost', 'chaos', 'truth'] as const;

/** As in `harness/load/arrival-schedule.ts`. */
const ARRIVALS = ['constant', 'poisson'] as const;

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
  describe: 'measure what each variant costs on each scenario',
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
      concurrency: {
        alias: 'c',
        group: LOAD,
        string: true,
        coerce: wholeNumber('concurrency', 1, MAX_IN_FLIGHT),
        describe: 'callers, each waiting for its reply; at a rate: default no limit',
      },
      batch: {
        alias: 'b',
        group: LOAD,
        string: true,
        coerce: wholeNumber('batch', 1, MAX_IN_FLIGHT),
        describe: 'calls that a caller sends together',
      },
      duration: {
        alias: 'd',
        group: LOAD,
        string: true,
        coerce: duration('duration'),
        describe: 'measured time of each variant, as 500ms or 10s',
      },
      calls: {
        alias: 'n',
        group: LOAD,
        string: true,
        coerce: wholeNumber('calls', 1),
        describe: 'calls of each variant, in place of a time',
      },
      rounds: {
        group: LOAD,
        string: true,
        coerce: wholeNumber('rounds', 1, MAX_ROUNDS),
        describe: 'blocks of each variant, interleaved',
      },
      warmup: {
        group: LOAD,
        string: true,
        coerce: duration('warmup'),
        describe: 'longest warm-up of each variant; ends when steady',
      },
      think: {
        group: LOAD,
        string: true,
        coerce: thinkTime('think'),
        describe: 'pause of a caller between calls: 5ms, or exponential:5ms',
      },
      rate: {
        alias: 'R',
        group: OPEN_LOOP,
        string: true,
        coerce: rate('rate'),
        describe:
          'calls that start in a second, for 10 s unless --duration; max looks for the highest',
      },
      slo: {
        group: OPEN_LOOP,
        string: true,
        coerce: text('slo', "such as 'p99<5ms, errors<0.1%'"),
        describe: "what --rate max must keep to, as 'p99<5ms, errors<0.1%'",
      },
      arrivals: {
        group: OPEN_LOOP,
        string: true,
        coerce: oneOf('arrivals', ARRIVALS),
        describe: 'how starts are spaced: constant (default) or poisson',
      },
      stages: {
        group: OPEN_LOOP,
        string: true,
        coerce: stages('stages'),
        describe: 'rates in turn, as 10s@0-1000,30s@1000,1s@5000',
      },
      'max-in-flight': {
        group: OPEN_LOOP,
        string: true,
        coerce: wholeNumber('max-in-flight', 1, MOST_IN_FLIGHT),
        describe: 'calls sent or waiting; further arrivals are dropped; default: 10,000',
      },
      workers: {
        group: OPEN_LOOP,
        string: true,
        coerce: wholeNumber('workers', 1, MAX_WORKERS),
        describe:
          'threads that share the calls, each with its own connection; http alone; default: 1',
      },
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
      threshold: {
        group: RUN,
        string: true,
        coerce: texts('threshold', "such as 'native.p99 < 50us'"),
        describe: "what must hold, as 'native.p99 < 50us'; repeatable",
      },
      seed: seedFlag(RUN),
      ...outputFlags(OUTPUT),
    })
    .epilogue(`${EXAMPLES}\n\n${EXIT_CODES_HELP}`);
}
