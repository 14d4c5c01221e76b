/**
 * What a micro-benchmark is: a few tasks that do nearly the same thing, and the one among them
 * that the others are compared with.
 *
 * A task is a loop, not a call: reading the clock costs as much as a small call, so the runner
 * times groups of calls and chooses how many there are in a group. The loop counts the right
 * answers; that keeps its results in use, and a task that does nothing cannot look fast.
 */

import { ToolrigError } from '../../core/errors.ts';
import {
  requireFunction,
  requireKnownKeys,
  requireName,
  requireOneOf,
} from '../../core/options.ts';

/** Makes `calls` calls, one after another, and returns how many were answered right. */
export type GroupRun = (calls: number) => number | Promise<number>;

export interface MicroTask<TContext> {
  readonly name: string;
  /** `async` when the loop awaits its calls. It is said, not found out: that would take a call. */
  readonly mode: 'sync' | 'async';
  /** Makes the loop and what it needs, before any clock is read. */
  readonly prepare: (context: TContext) => GroupRun;
}

export interface MicroBenchSpec<TContext> {
  /** The subject, as in the file's name: `<name>.bench.ts`. */
  readonly name: string;
  /** What is compared with what, in one line. */
  readonly description: string;
  /** Name of the task that the ratios are to. */
  readonly baseline: string;
  readonly tasks: readonly MicroTask<TContext>[];
  /** Makes what the tasks share. Default: nothing. */
  readonly setup?: () => TContext | Promise<TContext>;
  /** Undoes `setup`, however the bench ended. */
  readonly teardown?: (context: TContext) => void | Promise<void>;
}

/** A checked micro-benchmark; made by {@link defineMicroBench}. */
export type MicroBench = MicroBenchSpec<unknown>;

const BENCH_KEYS = ['name', 'description', 'baseline', 'tasks', 'setup', 'teardown'];
const TASK_KEYS = ['name', 'mode', 'prepare'];

/**
 * Checks a micro-benchmark. A bench file exports the result as `bench`.
 *
 * @throws `ERR_INVALID_OPTION` for what is misspelled, missing or named twice, and for a baseline
 *   that is no task
 */
export function defineMicroBench<TContext = undefined>(spec: MicroBenchSpec<TContext>): MicroBench {
  requireKnownKeys('the bench', spec, BENCH_KEYS);
  const { name, description, tasks, baseline } = spec;
  requireName('name', name);
  requireName(`description of bench '${name}'`, description);
  const names = new Set<string>();
  for (const task of tasks) {
    requireKnownKeys(`a task of bench '${name}'`, task, TASK_KEYS);
    requireName(`name of a task of bench '${name}'`, task.name);
    const where = `task '${task.name}' of bench '${name}'`;
    requireOneOf(`mode of ${where}`, task.mode, ['sync', 'async']);
    requireFunction(`prepare of ${where}`, task.prepare);
    if (names.has(task.name)) {
      throw new ToolrigError('ERR_INVALID_OPTION', `there are two of ${where}: rename one`);
    }
    names.add(task.name);
  }
  requireOneOf(`baseline of bench '${name}'`, baseline, [...names]);
  return spec as MicroBench;
}
