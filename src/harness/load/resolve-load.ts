/** A scenario's load and what was asked for instead become one load, with every default filled in. */

import { availableParallelism } from 'node:os';
import { ToolrigError } from '../../core/errors.ts';
import { type ArrivalKind, callsIn, type RateStage } from './arrival-schedule.ts';
import type { Load } from './load.ts';
import { contradictionIn, isOpen, lackIn } from './load.ts';
import { parseSlo, type Slo } from './slo.ts';

const DEFAULT_DURATION_MS = 1_500;
/** Latency at a rate shows over contiguous time; a comparison of costs, over many short blocks. */
const DEFAULT_OPEN_DURATION_MS = 10_000;
const DEFAULT_ROUNDS = 10;
const DEFAULT_OPEN_ROUNDS = 1;
const DEFAULT_WARMUP_MS = 1_000;
const DEFAULT_MAX_IN_FLIGHT = 10_000;
/** More would take memory by the gigabyte, and measure that. */
const MAX_IN_FLIGHT = 1_000_000;

/** When the calls of each block start. */
export interface OpenLoad {
  readonly process: ArrivalKind;
  /** Of one block. */
  readonly stages: readonly RateStage[];
  /** Arrivals that can be out at once; `Infinity`: as many as there are. */
  readonly callers: number;
  /** Calls that can be sent or waiting at once. */
  readonly maxInFlight: number;
  /** Threads that share the calls. */
  readonly workers: number;
  /** What the highest rate must keep to that is looked for; then there are no stages. */
  readonly slo?: Slo;
}

/** How long a caller of the closed loop waits between a reply and its next call. */
export interface ThinkTime {
  readonly meanMs: number;
  readonly kind: 'fixed' | 'exponential';
}

/** How hard and how long, with every default filled in. */
export interface ResolvedLoad {
  /** Callers of the closed loop; before an open loop, of its warm-up. */
  readonly concurrency: number;
  readonly batch: number;
  /** Of each variant over all rounds; `Infinity` when `calls` decides. */
  readonly durationMs: number;
  /** Of each variant over all rounds; `Infinity` when `durationMs` decides. */
  readonly calls: number;
  readonly rounds: number;
  readonly warmupMs: number;
  readonly think?: ThinkTime;
  /** Missing in the closed loop. */
  readonly open?: OpenLoad;
}

/** What a flag is called, for messages about what was asked for. */
export const FLAG_NAMES: Readonly<Record<keyof Load, string>> = {
  concurrency: '--concurrency',
  batch: '--batch',
  durationMs: '--duration',
  calls: '--calls',
  rounds: '--rounds',
  warmupMs: '--warmup',
  ratePerSecond: '--rate',
  slo: '--slo',
  arrivals: '--arrivals',
  stages: '--stages',
  maxInFlight: '--max-in-flight',
  workers: '--workers',
  thinkMs: '--think',
  thinkTime: '--think',
};

/** Parts of the scenario's load whose place a given one takes. */
const REPLACED: Partial<Record<keyof Load, (keyof Load)[]>> = {
  calls: ['durationMs'],
  durationMs: ['calls'],
  ratePerSecond: ['stages', 'slo', 'thinkMs', 'thinkTime'],
  stages: ['ratePerSecond', 'slo', 'durationMs', 'calls', 'thinkMs', 'thinkTime'],
  thinkMs: ['thinkTime'],
};
/** Parts of a closed loop's load that mean the same in an open one. */
const KEPT_BY_OPEN: ReadonlySet<string> = new Set<keyof Load>(['batch', 'warmupMs']);

/**
 * Fills in defaults. A count given by hand takes the place of a scenario's time, and the reverse; a
 * rate that is given takes the place of a closed loop, of which only batch and warm-up are kept:
 * how many callers and how short a block suit that one says nothing about an open loop.
 *
 * @param own - the scenario's
 * @param given - wins over it
 * @throws `ERR_USAGE` when the two together make no sense
 */
export function resolveLoad(own: Load, given: Load): ResolvedLoad {
  const load = merged(own, given);
  const nameOf = (key: keyof Load) => FLAG_NAMES[key];
  const problem = contradictionIn(load, nameOf) ?? lackIn(load, nameOf);
  if (problem !== undefined) throw new ToolrigError('ERR_USAGE', problem);
  const open = isOpen(load);
  const {
    batch = 1,
    rounds = open ? DEFAULT_OPEN_ROUNDS : DEFAULT_ROUNDS,
    durationMs = open ? DEFAULT_OPEN_DURATION_MS : DEFAULT_DURATION_MS,
    calls = Number.POSITIVE_INFINITY,
    warmupMs = DEFAULT_WARMUP_MS,
    concurrency = availableParallelism(),
    thinkMs,
    thinkTime = 'fixed',
  } = load;
  requireBounded('concurrency × batch', concurrency, batch);
  const isCounted = load.calls !== undefined;
  const shape = { concurrency, batch, rounds };
  return {
    ...(isCounted ? countedShape(shape, calls, open, given.rounds !== undefined) : shape),
    durationMs: isCounted ? Number.POSITIVE_INFINITY : durationMs,
    calls,
    warmupMs,
    ...(thinkMs === undefined ? {} : { think: { meanMs: thinkMs, kind: thinkTime } }),
    ...(open ? { open: openLoadOf(load, batch, isCounted ? undefined : durationMs / rounds) } : {}),
  };
}

type Shape = Pick<ResolvedLoad, 'concurrency' | 'batch' | 'rounds'>;

/**
 * What of callers, batches and rounds so many calls are enough for. In a round of fewer calls than callers some would have
 * none: so there are fewer rounds or, where their number was asked for, fewer callers, and the record says how many.
 */
function countedShape(
  { concurrency, batch, rounds }: Shape,
  calls: number,
  isAtRate: boolean,
  areRoundsAsked: boolean,
): Shape {
  // At a rate it is the schedule that says how many are in flight. A round of no calls would measure nothing.
  if (isAtRate) return { concurrency, batch, rounds: Math.min(rounds, calls) };
  const fullRounds = Math.max(1, Math.floor(calls / (concurrency * batch)));
  const fitting = Math.min(rounds, areRoundsAsked ? calls : fullRounds);
  const callsOfRound = Math.floor(calls / fitting);
  const sentTogether = Math.min(batch, callsOfRound);
  return {
    concurrency: Math.min(concurrency, Math.floor(callsOfRound / sentTogether)),
    batch: sentTogether,
    rounds: fitting,
  };
}

/** @param blockMs - length of a block; `undefined` when a number of calls ends it */
function openLoadOf(load: Load, batch: number, blockMs = Number.POSITIVE_INFINITY): OpenLoad {
  const {
    arrivals = 'constant',
    ratePerSecond = 0,
    maxInFlight = DEFAULT_MAX_IN_FLIGHT,
    workers = 1,
  } = load;
  requireBounded('--max-in-flight', maxInFlight, 1);
  if (batch > maxInFlight) {
    throw new ToolrigError(
      'ERR_USAGE',
      `a batch of ${batch} calls needs as many in flight: raise --max-in-flight, which is ${maxInFlight}`,
    );
  }
  requireShared(workers, load.concurrency ?? Number.POSITIVE_INFINITY, 'a caller', '--concurrency');
  requireShared(
    workers,
    Math.floor(maxInFlight / batch),
    'an arrival in flight',
    '--max-in-flight',
  );
  const stagesOf = (rate: number | 'max'): RateStage[] =>
    rate === 'max' ? [] : [{ durationMs: blockMs, fromPerSecond: rate, toPerSecond: rate }];
  const stages = load.stages ?? stagesOf(ratePerSecond);
  if (load.slo === undefined) requireArrival(stages, batch);
  return {
    process: arrivals,
    stages,
    ...(load.slo === undefined ? {} : { slo: parseSlo(load.slo) }),
    callers: load.concurrency ?? Number.POSITIVE_INFINITY,
    maxInFlight,
    workers,
  };
}

function merged(own: Load, given: Load): Load {
  const isOpened = isOpen(given) && !isOpen(own);
  const replaced = new Set(keysOf(given).flatMap((key): string[] => REPLACED[key] ?? []));
  const kept = Object.entries(own).filter(
    ([key]) => !replaced.has(key) && (!isOpened || KEPT_BY_OPEN.has(key)),
  );
  return { ...Object.fromEntries(kept), ...given };
}

function keysOf(load: Load): (keyof Load)[] {
  return Object.keys(load) as (keyof Load)[];
}

/** The first is due in the middle of its share; of a Poisson process it is as unlikely where that is not reached. */
function requireArrival(stages: readonly RateStage[], batch: number): void {
  const calls = callsIn(stages);
  if (calls > batch / 2) return;
  const of = batch === 1 ? '' : ` of ${batch} calls`;
  throw new ToolrigError(
    'ERR_USAGE',
    `a block of this schedule has ${Number(calls.toPrecision(2))} calls, and so no arrival${of}: raise --rate or --duration`,
  );
}

/** Whether each worker gets one at least of `total`. */
function requireShared(workers: number, total: number, what: string, flag: string): void {
  if (total >= workers) return;
  throw new ToolrigError(
    'ERR_USAGE',
    `${workers} workers need ${what} each, and there is room for ${total}: raise ${flag}, or lower --workers`,
  );
}

function requireBounded(name: string, a: number, b: number): void {
  if (a * b <= MAX_IN_FLIGHT) return;
  const product = b === 1 ? `${a}` : `${a} × ${b}`;
  throw new ToolrigError(
    'ERR_USAGE',
    `${name} must be at most ${MAX_IN_FLIGHT} calls in flight, got ${product}`,
  );
}
