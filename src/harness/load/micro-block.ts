/**
 * One block: one task, timed for some milliseconds by tinybench.
 *
 * tinybench keeps and sorts every sample of a block, and a sample costs it a clock read or two, so
 * blocks are short and a sample is a group of calls. What a block yields is the median group: on a
 * shared machine it repeats five times better than the mean, because it leaves out the groups that
 * another process, or a collection, fell into. What it says is therefore the cost of running;
 * collecting what a call allocates comes on top, 2 to 15 % in the bench `dispatch`.
 */

import { Bench } from 'tinybench';
import { ToolrigError } from '../../core/errors.ts';
import type { GroupRun } from './micro-bench.ts';

/** A task that is ready to run. */
export interface PreparedTask {
  readonly name: string;
  readonly mode: 'sync' | 'async';
  readonly run: GroupRun;
}

/** Groups that a block has at least, however long they take. */
const MIN_GROUPS = 5;
/** A group grows at most so much from one block to the next: the first one runs cold code. */
const MAX_GROWTH = 100;
const NS_PER_MS = 1e6;

/**
 * Runs groups of `callsPerGroup` calls for about `timeMs` and returns the ns per call of the median
 * group.
 *
 * @param nowMs - the clock, monotonic
 * @throws `ERR_INVALID_MEASUREMENT` when a call fails or is answered wrong
 */
export async function measureBlock(
  task: PreparedTask,
  callsPerGroup: number,
  timeMs: number,
  nowMs: () => number,
): Promise<number> {
  const { name, mode, run } = task;
  const bench = new Bench({ time: timeMs, iterations: MIN_GROUPS, warmup: false, now: nowMs });
  const check = (right: number): void => {
    if (right !== callsPerGroup) {
      throw new Error(`${callsPerGroup - right} of ${callsPerGroup} calls were answered wrong`);
    }
  };
  const group =
    mode === 'sync'
      ? () => check(run(callsPerGroup) as number)
      : () => (run(callsPerGroup) as Promise<number>).then(check);
  bench.add(name, group, { async: mode === 'async' });
  const [measured] = await bench.run();
  const result = measured?.result;
  if (result?.state === 'completed') return (result.latency.p50 * NS_PER_MS) / callsPerGroup;
  const cause = result?.state === 'errored' ? result.error : undefined;
  throw new ToolrigError(
    'ERR_INVALID_MEASUREMENT',
    `task '${name}' cannot be measured: ${cause?.message ?? `it ended as ${result?.state}`}`,
    { cause },
  );
}

/** Calls that make a group of at least `minGroupNs`, given what a call took in groups of `calls`. */
export function nextGroupSize(calls: number, nsPerCall: number, minGroupNs: number): number {
  const wanted = nsPerCall > 0 ? Math.ceil(minGroupNs / nsPerCall) : Number.POSITIVE_INFINITY;
  return Math.max(1, Math.min(wanted, calls * MAX_GROWTH));
}
