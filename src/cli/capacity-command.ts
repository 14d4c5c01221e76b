/**
 * The command `toolrig capacity [scenario]`: its arguments, flags and help. What it does is in `capacity.ts`,
 * loaded when it is run.
 */

import type { Argv, CommandModule } from 'yargs';
import type { CapacityFlags } from './capacity.ts';
import { duration, names, percentage, text, texts, wholeNumber } from './coerce.ts';
import { EXIT_CODES_HELP } from './exit-codes.ts';
import { MAX_WORKERS } from './load-flags.ts';
import { outputFlags, seedFlag } from './run-flags.ts';

const ASKED = 'What is asked for:';
const SIZING = 'What is rented, and what must survive:';
const MEASURING = 'Measuring:';
const OUTPUT = 'Output:';

const MAX_HORIZON = 120;
const MAX_ZONES = 100;

const EXAMPLES = `Examples:
  toolrig capacity mixed --target-rate 10000 --slo 'p99<5ms, errors<0.1%'
    instances for 10,000 calls/s, on every way of hosting
  toolrig capacity mixed --growth 10%/month --zones 3 \\
      --workload '400 agents, 6 calls a turn, 2 turns a minute, burst 3x' \\
      --instance 'c7g.large=2c,4GiB,$52'
    a year of growth, with its cost
  toolrig capacity --from k6.json --target-rate 2000 --slo 'p99<200ms'
    what others measured: k6, autocannon, wrk or CSV`;

export const capacityCommand: CommandModule<object, CapacityFlags> = {
  command: 'capacity [scenario]',
  describe: 'plan the instances that a load needs',
  builder: (args) => declare(args) as unknown as Argv<CapacityFlags>,
  async handler(flags) {
    const { capacity } = await import('./capacity.ts');
    await capacity(flags);
  },
};

function declare(args: Argv): Argv {
  return args
    .usage(
      '$0 capacity [scenario]\n\nHow many instances a load needs, now and in the months to come.',
    )
    .positional('scenario', {
      type: 'string',
      describe:
        'name (see toolrig list; with a case: payload-sweep/json-1KiB), or path of your own',
    })
    .options({
      'target-rate': {
        group: ASKED,
        string: true,
        coerce: wholeNumber('target-rate', 1),
        describe: 'calls/s at peak',
      },
      workload: {
        group: ASKED,
        string: true,
        coerce: text('workload', "such as '400 agents, 6 calls a turn, 2 turns a minute'"),
        describe: "in words, as '400 agents, 6 calls a turn, 2 turns a minute'",
      },
      slo: {
        group: ASKED,
        string: true,
        default: 'p99<5ms, errors<0.1%',
        coerce: text('slo', "such as 'p99<5ms, errors<0.1%'"),
        describe: "what each rate keeps to; default: 'p99<5ms, errors<0.1%'",
      },
      growth: {
        group: ASKED,
        string: true,
        default: '0%/month',
        coerce: percentage('growth', '10%/month', 10),
        describe: 'as 10%/month; default: none',
      },
      horizon: {
        group: ASKED,
        string: true,
        default: '12',
        coerce: wholeNumber('horizon', 0, MAX_HORIZON),
        describe: 'months to plan for; default: 12',
      },
      instance: {
        group: SIZING,
        string: true,
        coerce: text('instance', "such as 'c7g.large=2c,4GiB,$52'"),
        describe: "as 'c7g.large=2c,4GiB,$52'; default: this machine",
      },
      headroom: {
        group: SIZING,
        string: true,
        default: '30%',
        coerce: percentage('headroom', '30%', 0.95),
        describe: 'share of an instance that stays free; default: 30%',
      },
      redundancy: {
        group: SIZING,
        string: true,
        default: 'n+1',
        coerce: text('redundancy', 'such as n+1'),
        describe: 'instances that may be lost, as none or n+2; default: n+1',
      },
      zones: {
        group: SIZING,
        string: true,
        default: '1',
        coerce: wholeNumber('zones', 1, MAX_ZONES),
        describe: 'zones of which one may be lost; default: 1, none',
      },
      budget: {
        group: SIZING,
        string: true,
        coerce: text('budget', 'a price a month such as $500'),
        describe: 'what may be spent a month, as $500',
      },
      from: {
        group: MEASURING,
        string: true,
        coerce: texts('from', 'a file such as k6.json'),
        describe: "others' results instead of measuring; repeatable, all of one target",
      },
      variants: {
        group: MEASURING,
        string: true,
        coerce: names('variants'),
        describe: 'ways to host, as native,worker,stdio,http',
      },
      duration: {
        alias: 'd',
        group: MEASURING,
        string: true,
        default: '1s',
        coerce: duration('duration'),
        describe: 'time of each rate; default: 1s',
      },
      workers: {
        group: MEASURING,
        string: true,
        coerce: wholeNumber('workers', 1, MAX_WORKERS),
        describe:
          'threads that share the calls of each rate, each with its own connection; http alone; default: 1',
      },
      seed: seedFlag(MEASURING),
      ...outputFlags(OUTPUT),
    })
    .epilogue(`${EXAMPLES}\n\n${EXIT_CODES_HELP}`);
}
