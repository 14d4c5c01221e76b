/** The flags of every command that measures under a load of one's choice: how hard, how long, and what must hold. */

import { duration, oneOf, rate, stages, text, texts, thinkTime, wholeNumber } from './coerce.ts';

const MAX_IN_FLIGHT = 100_000;
/** Of an open loop: its calls take memory only while they wait. */
const MOST_IN_FLIGHT = 1_000_000;
/** Each is a thread that may keep a core busy. */
export const MAX_WORKERS = 64;
const MAX_ROUNDS = 10_000;

/** As in `harness/load/arrival-schedule.ts`, which is not loaded for a mistyped flag. */
const ARRIVALS = ['constant', 'poisson'] as const;

/**
 * How hard and how long; groups are where a command lists them.
 *
 * @param each - what the load is for: `each variant`
 */
export function loadFlags(loadGroup: string, openLoopGroup: string, each: string) {
  return {
    concurrency: {
      alias: 'c',
      group: loadGroup,
      string: true,
      coerce: wholeNumber('concurrency', 1, MAX_IN_FLIGHT),
      describe: 'callers, each waiting for its reply; at a rate: default no limit',
    },
    batch: {
      alias: 'b',
      group: loadGroup,
      string: true,
      coerce: wholeNumber('batch', 1, MAX_IN_FLIGHT),
      describe: 'calls that a caller sends together',
    },
    duration: {
      alias: 'd',
      group: loadGroup,
      string: true,
      coerce: duration('duration'),
      describe: `measured time of ${each}, as 500ms or 10s`,
    },
    calls: {
      alias: 'n',
      group: loadGroup,
      string: true,
      coerce: wholeNumber('calls', 1),
      describe: `calls of ${each}, in place of a time`,
    },
    rounds: {
      group: loadGroup,
      string: true,
      coerce: wholeNumber('rounds', 1, MAX_ROUNDS),
      describe: `blocks of ${each}, interleaved`,
    },
    warmup: {
      group: loadGroup,
      string: true,
      coerce: duration('warmup'),
      describe: `longest warm-up of ${each}; ends when steady`,
    },
    think: {
      group: loadGroup,
      string: true,
      coerce: thinkTime('think'),
      describe: 'pause of a caller between calls: 5ms, or exponential:5ms',
    },
    rate: {
      alias: 'R',
      group: openLoopGroup,
      string: true,
      coerce: rate('rate'),
      describe:
        'calls that start in a second, for 10 s unless --duration; max looks for the highest',
    },
    slo: {
      group: openLoopGroup,
      string: true,
      coerce: text('slo', "such as 'p99<5ms, errors<0.1%'"),
      describe: "what --rate max must keep to, as 'p99<5ms, errors<0.1%'",
    },
    arrivals: {
      group: openLoopGroup,
      string: true,
      coerce: oneOf('arrivals', ARRIVALS),
      describe: 'how starts are spaced: constant (default) or poisson',
    },
    stages: {
      group: openLoopGroup,
      string: true,
      coerce: stages('stages'),
      describe: 'rates in turn, as 10s@0-1000,30s@1000,1s@5000',
    },
    'max-in-flight': {
      group: openLoopGroup,
      string: true,
      coerce: wholeNumber('max-in-flight', 1, MOST_IN_FLIGHT),
      describe: 'calls sent or waiting; further arrivals are dropped; default: 10,000',
    },
    workers: {
      group: openLoopGroup,
      string: true,
      coerce: wholeNumber('workers', 1, MAX_WORKERS),
      describe:
        'threads that share the calls, each with its own connection; http alone; default: 1',
    },
  } as const;
}

/** What must hold, with an example. */
export function thresholdFlag(group: string, example: string) {
  return {
    group,
    string: true,
    coerce: texts('threshold', `such as '${example}'`),
    describe: `what must hold, as '${example}'; repeatable`,
  } as const;
}
