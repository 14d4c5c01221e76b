/**
 * Runs a micro-benchmark: short blocks of every task, in rounds whose order alternates, so that
 * whatever the machine is doing falls on all tasks alike and ratios can be paired by round.
 *
 *   warm-up    a b c | c b a | a b c | …   until steady; finds each task's group size
 *   measure    a b c | c b a | a b c | …   one number a block: ns per call
 *
 * Tasks of a bench share one process on purpose: they meet the same compiled code of the runtime,
 * as callers of different services do.
 */

import { type Clock, SYSTEM_CLOCK } from '../../core/clock.ts';
import { ToolrigError } from '../../core/errors.ts';
import { requireInteger, requirePositive } from '../../core/options.ts';
import { isSteady } from '../stats/steady-state.ts';
import type { MicroBench } from './micro-bench.ts';
import { measureBlock, nextGroupSize, type PreparedTask } from './micro-block.ts';
import { roundOrder } from './round-order.ts';

export interface MicroOptions {
  /** Rounds that are measured. Default: 24. */
  readonly rounds?: number;
  /** Length of a block in ms, at most 250. Default: 20. */
  readonly blockMs?: number;
  /** Rounds of warming up after which it measures whether steady or not. Default: 20. */
  readonly maxWarmupRounds?: number;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Ends the run early; the rounds that are complete are returned. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: MicroProgress) => void;
}

/** Said before each round. */
export interface MicroProgress {
  readonly bench: string;
  readonly phase: 'warmup' | 'measure';
  /** From 0. */
  readonly round: number;
  /** Rounds of the phase; of a warm-up, at most. */
  readonly rounds: number;
}

/** What was measured, round by round. */
export interface MicroMeasurement {
  readonly bench: string;
  readonly baseline: string;
  readonly warmupRounds: number;
  /** Tasks whose blocks still differed when the warm-up reached its limit. */
  readonly unsteadyTasks: readonly string[];
  readonly tasks: readonly MicroTaskRounds[];
}

export interface MicroTaskRounds {
  readonly name: string;
  readonly callsPerGroup: number;
  /** One value for each complete round: that of the median group. */
  readonly nsPerCallByRound: readonly number[];
}

/**
 * Length that groups of calls are made to have. The asynchronous loop's own steps come to some
 * 200 ns a group, and should not show.
 */
const MIN_GROUP_NS = 50_000;
/** tinybench retains every sample; longer blocks cost memory and find out nothing more. */
const MAX_BLOCK_MS = 250;

interface RunningTask extends PreparedTask {
  callsPerGroup: number;
  readonly warmupNs: number[];
  readonly measuredNs: number[];
}

/**
 * Sets a bench up, warms it, measures it and takes it down.
 *
 * @throws `ERR_INVALID_MEASUREMENT` when a call fails or is answered wrong, `ERR_INVALID_OPTION`
 */
export async function runMicroBench(
  bench: MicroBench,
  options: MicroOptions = {},
): Promise<MicroMeasurement> {
  const { rounds = 24, blockMs = 20, maxWarmupRounds = 20, clock = SYSTEM_CLOCK } = options;
  requireInteger('rounds', rounds, 1);
  requireInteger('maxWarmupRounds', maxWarmupRounds, 1);
  if (requirePositive('blockMs', blockMs) > MAX_BLOCK_MS) {
    throw new ToolrigError(
      'ERR_INVALID_OPTION',
      `blockMs must be at most ${MAX_BLOCK_MS}, got ${blockMs}: for more, use more rounds`,
    );
  }
  const play = (tasks: readonly RunningTask[], phase: MicroProgress['phase'], count: number) =>
    playRounds(tasks, count, blockMs, clock, options.signal, (round) =>
      options.onProgress?.({ bench: bench.name, phase, round, rounds: count }),
    );

  const context = await bench.setup?.();
  try {
    const tasks: RunningTask[] = bench.tasks.map(({ name, mode, prepare }) => ({
      name,
      mode,
      run: prepare(context),
      callsPerGroup: 1,
      warmupNs: [],
      measuredNs: [],
    }));
    for await (const nsPerCall of play(tasks, 'warmup', maxWarmupRounds)) {
      for (const [index, task] of tasks.entries()) {
        const ns = nsPerCall[index] as number;
        task.warmupNs.push(ns);
        task.callsPerGroup = nextGroupSize(task.callsPerGroup, ns, MIN_GROUP_NS);
      }
      if (unsteady(tasks).length === 0) break;
    }
    for await (const nsPerCall of play(tasks, 'measure', rounds)) {
      for (const [index, task] of tasks.entries()) task.measuredNs.push(nsPerCall[index] as number);
    }
    return {
      bench: bench.name,
      baseline: bench.baseline,
      warmupRounds: tasks[0]?.warmupNs.length ?? 0,
      unsteadyTasks: unsteady(tasks).map((task) => task.name),
      tasks: tasks.map(({ name, callsPerGroup, measuredNs }) => ({
        name,
        callsPerGroup,
        nsPerCallByRound: measuredNs,
      })),
    };
  } finally {
    await bench.teardown?.(context);
  }
}

/** Plays rounds of one block a task; yields ns per call, in the order of `tasks`, of complete ones. */
async function* playRounds(
  tasks: readonly RunningTask[],
  count: number,
  blockMs: number,
  clock: Clock,
  signal: AbortSignal | undefined,
  onRound: (round: number) => void,
): AsyncGenerator<readonly number[]> {
  const nowMs = () => clock.nowMs();
  const isAborted = () => signal?.aborted === true;
  for (let round = 0; round < count; round++) {
    if (isAborted()) return;
    onRound(round);
    const nsPerCall: number[] = [];
    for (const index of roundOrder([...tasks.keys()], round)) {
      if (isAborted()) return;
      const task = tasks[index] as RunningTask;
      await clock.sleep(0); // timers of the runtime get their turn between blocks, not inside
      nsPerCall[index] = await measureBlock(task, task.callsPerGroup, blockMs, nowMs);
    }
    yield nsPerCall;
  }
}

function unsteady(tasks: readonly RunningTask[]): RunningTask[] {
  return tasks.filter((task) => !isSteady(task.warmupNs));
}
