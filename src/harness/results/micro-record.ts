/**
 * The record of micro-benchmarks: what `micro --json` prints, and what its table is made of.
 *
 * A ratio is the task's time over the baseline's, paired by round: above 1, the task is slower.
 */

import { ToolrigError } from '../../core/errors.ts';
import { type Interval, medianInterval, pairedRatio } from '../stats/bootstrap.ts';
import type { Environment } from './environment.ts';

export interface MicroRecord {
  readonly environment: Environment;
  readonly benches: readonly MicroBenchRecord[];
}

export interface MicroBenchRecord {
  readonly bench: string;
  /** Rounds that the intervals rest on. */
  readonly rounds: number;
  readonly warmupRounds: number;
  readonly tasks: readonly MicroTaskRecord[];
  /** Why the numbers should be read with care; empty when there is no reason. */
  readonly warnings: readonly string[];
}

export interface MicroTaskRecord {
  readonly name: string;
  /** Calls that were timed together. */
  readonly callsPerGroup: number;
  readonly nsPerCall: Interval;
  readonly ratio: Interval & {
    /** The task it was compared with. */
    readonly to: string;
  };
}

/** What the summary needs of a measurement; {@link summariseMicroBench} takes it as it was measured. */
export interface MicroRounds {
  readonly bench: string;
  readonly baseline: string;
  readonly warmupRounds: number;
  readonly unsteadyTasks: readonly string[];
  readonly tasks: readonly {
    readonly name: string;
    readonly callsPerGroup: number;
    /** As many values for every task, and in the same order of rounds. */
    readonly nsPerCallByRound: readonly number[];
  }[];
}

/** Groups shorter than this are blurred by the clock that times them. */
const MIN_GROUP_NS = 5_000;
/** Fewer rounds than these give an interval that means little. */
const MIN_ROUNDS = 8;

/**
 * Medians, ratios to the baseline, and their 95 % intervals.
 *
 * @throws `ERR_INVALID_MEASUREMENT` when there is no complete round
 */
export function summariseMicroBench(measured: MicroRounds, random: () => number): MicroBenchRecord {
  const { bench, warmupRounds } = measured;
  const baseline = measured.tasks.find((task) => task.name === measured.baseline);
  const rounds = baseline?.nsPerCallByRound.length ?? 0;
  if (baseline === undefined || rounds === 0) {
    throw new ToolrigError(
      'ERR_INVALID_MEASUREMENT',
      `bench '${bench}' has no complete round: there is nothing to compare`,
    );
  }
  const tasks = measured.tasks.map((task) => ({
    name: task.name,
    callsPerGroup: task.callsPerGroup,
    nsPerCall: medianInterval(task.nsPerCallByRound, random),
    ratio: {
      to: baseline.name,
      // How many times faster the baseline is, so how many times as long the task takes.
      ...pairedRatio(task.nsPerCallByRound, baseline.nsPerCallByRound, random),
    },
  }));
  return { bench, rounds, warmupRounds, tasks, warnings: warningsOf(measured, rounds, tasks) };
}

function warningsOf(
  measured: MicroRounds,
  rounds: number,
  tasks: readonly MicroTaskRecord[],
): string[] {
  const warnings: string[] = [];
  if (rounds < MIN_ROUNDS) {
    warnings.push(`only ${rounds} rounds: the intervals are rough, ${MIN_ROUNDS} are the least`);
  }
  if (measured.unsteadyTasks.length > 0) {
    warnings.push(
      `not steady after ${measured.warmupRounds} rounds of warming up: ` +
        measured.unsteadyTasks.join(', '),
    );
  }
  for (const { name, nsPerCall, callsPerGroup } of tasks) {
    const groupNs = nsPerCall.median * callsPerGroup;
    if (groupNs < MIN_GROUP_NS) {
      warnings.push(`${name}: groups took ${Math.round(groupNs)} ns, too short for the clock`);
    }
  }
  return warnings;
}
