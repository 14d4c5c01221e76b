/** A load as it is asked for, by a scenario or by flags: how hard, how long, and which parts go together. */

import { ToolrigError } from '../../core/errors.ts';
import {
  requireAtLeast,
  requireInteger,
  requireKnownKeys,
  requireName,
  requireOneOf,
  requirePositive,
} from '../../core/options.ts';
import { ARRIVAL_KINDS, type ArrivalKind, type RateStage } from './arrival-schedule.ts';

export interface Load {
  /** Callers that each wait for their reply before they call again. Default: available parallelism. */
  readonly concurrency?: number;
  /** Calls that a caller sends together. Default: 1. */
  readonly batch?: number;
  /** Measured time of each variant, over all rounds, in ms. Default: 1,500. */
  readonly durationMs?: number;
  /** Calls of each variant over all rounds, in place of a time. */
  readonly calls?: number;
  /** Default: 10. */
  readonly rounds?: number;
  /** Longest warm-up of a variant, in ms; it ends earlier when steady. Default: 1,000. */
  readonly warmupMs?: number;
  /**
   * Calls that are to start in a second, whatever becomes of those before: the open loop. It then
   * lasts 10 s in one round unless told otherwise, and `concurrency` limits how many are out at once;
   * without it that is unlimited. `max` looks for the highest rate that keeps to `slo`. Default: the
   * closed loop.
   */
  readonly ratePerSecond?: number | 'max';
  /** With the rate `max`, what the rate looked for must keep to: `p99<5ms, errors<0.1%`. */
  readonly slo?: string;
  /** In place of a rate and a time: rates that change, one stage after the other, in every round. */
  readonly stages?: readonly RateStage[];
  /** Whether starts are evenly spaced or a Poisson process. Default: `constant`. */
  readonly arrivals?: ArrivalKind;
  /** Calls of the open loop that can be sent or waiting; beyond, arrivals are dropped. Default: 10,000. */
  readonly maxInFlight?: number;
  /** Threads that share the calls of the open loop, each on connections of its own. Default: 1. */
  readonly workers?: number;
  /** Pause of a caller of the closed loop between a reply and its next call, in ms. Default: none. */
  readonly thinkMs?: number;
  /** Whether that pause is always as long, or exponentially distributed about it. Default: `fixed`. */
  readonly thinkTime?: 'fixed' | 'exponential';
}

const LOAD_KEYS = [
  'concurrency',
  'batch',
  'durationMs',
  'calls',
  'rounds',
  'warmupMs',
  'ratePerSecond',
  'slo',
  'stages',
  'arrivals',
  'maxInFlight',
  'workers',
  'thinkMs',
  'thinkTime',
] as const satisfies (keyof Load)[];
const WHOLE_NUMBERS = [
  'concurrency',
  'batch',
  'calls',
  'rounds',
  'maxInFlight',
  'workers',
] as const satisfies (keyof Load)[];
const STAGE_KEYS = ['durationMs', 'fromPerSecond', 'toPerSecond'];

type Key = keyof Load;

const EXCLUSIVE: readonly (readonly [Key, Key])[] = [
  ['calls', 'durationMs'],
  ['ratePerSecond', 'stages'],
  ['stages', 'durationMs'],
  ['stages', 'calls'],
  ['thinkMs', 'ratePerSecond'],
  ['thinkMs', 'stages'],
  ['slo', 'stages'],
  ['slo', 'calls'],
  ['slo', 'rounds'],
];
/** What only the open loop has. */
const OPEN_ONLY: readonly Key[] = ['arrivals', 'maxInFlight', 'workers'];

/** Whether the load is an open loop's: calls start on a schedule. */
export function isOpen({ ratePerSecond, stages }: Load): boolean {
  return ratePerSecond !== undefined || stages !== undefined;
}

/**
 * The first two parts that exclude each other, in words, or `undefined`.
 *
 * @param nameOf - what the reader calls a part, such as its flag
 */
export function contradictionIn(load: Load, nameOf: (key: Key) => string): string | undefined {
  const pair = EXCLUSIVE.find(([a, b]) => load[a] !== undefined && load[b] !== undefined);
  if (pair === undefined) return undefined;
  return `${nameOf(pair[0])} and ${nameOf(pair[1])} exclude each other: give one`;
}

/** The first part that lacks another, in words, or `undefined`. */
export function lackIn(load: Load, nameOf: (key: Key) => string): string | undefined {
  if (load.thinkTime !== undefined && load.thinkMs === undefined) {
    return `${nameOf('thinkTime')} needs ${nameOf('thinkMs')}`;
  }
  if ((load.ratePerSecond === 'max') !== (load.slo !== undefined)) {
    return load.slo === undefined
      ? `${nameOf('ratePerSecond')} max needs ${nameOf('slo')}, such as 'p99<5ms, errors<0.1%'`
      : `${nameOf('slo')} is what the rate max must keep to: give ${nameOf('ratePerSecond')} max`;
  }
  const stray = isOpen(load) ? undefined : OPEN_ONLY.find((key) => load[key] !== undefined);
  if (stray === undefined) return undefined;
  return `${nameOf(stray)} is for calls that start on a schedule: give ${nameOf('ratePerSecond')} or ${nameOf('stages')}`;
}

/**
 * Checks a load that stands in a scenario.
 *
 * @param where - the scenario, for messages
 * @throws `ERR_INVALID_OPTION` for anything misspelled, of the wrong type, or that excludes something else
 */
export function checkLoad(where: string, load: Load): void {
  requireKnownKeys(`load of ${where}`, load, LOAD_KEYS);
  for (const key of WHOLE_NUMBERS) {
    if (load[key] !== undefined) requireInteger(`load.${key} of ${where}`, load[key], 1);
  }
  for (const key of ['durationMs', 'warmupMs', 'ratePerSecond', 'thinkMs'] as const) {
    if (load[key] === undefined || (key === 'ratePerSecond' && load[key] === 'max')) continue;
    requirePositive(`load.${key} of ${where}`, load[key]);
  }
  if (load.slo !== undefined) requireName(`load.slo of ${where}`, load.slo);
  const { arrivals = 'constant', thinkTime = 'fixed', stages }: Load = load;
  requireOneOf(`load.arrivals of ${where}`, arrivals, ARRIVAL_KINDS);
  requireOneOf(`load.thinkTime of ${where}`, thinkTime, ['fixed', 'exponential']);
  if (stages !== undefined) checkStages(`load.stages of ${where}`, stages);
  const problem = contradictionIn(load, (key) => key) ?? lackIn(load, (key) => key);
  if (problem === undefined) return;
  throw new ToolrigError('ERR_INVALID_OPTION', `load of ${where}: ${problem}`);
}

function checkStages(where: string, stages: readonly RateStage[]): void {
  if (!Array.isArray(stages) || stages.length === 0) {
    throw new ToolrigError('ERR_INVALID_OPTION', `${where} must be an array of at least one`);
  }
  for (const stage of stages as readonly RateStage[]) {
    requireKnownKeys(`a stage of ${where}`, stage, STAGE_KEYS);
    const { durationMs, fromPerSecond, toPerSecond }: RateStage = stage;
    // Finite, all three: a ramp without an end has no slope.
    requirePositive(
      `durationMs of ${where}`,
      requireAtLeast(`durationMs of ${where}`, durationMs, 0),
    );
    requireAtLeast(`fromPerSecond of ${where}`, fromPerSecond, 0);
    requireAtLeast(`toPerSecond of ${where}`, toPerSecond, 0);
  }
  if (stages.some(({ fromPerSecond, toPerSecond }) => fromPerSecond + toPerSecond > 0)) return;
  throw new ToolrigError('ERR_INVALID_OPTION', `${where} has no stage with a rate above 0`);
}
