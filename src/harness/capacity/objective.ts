/**
 * What callers are promised: a latency or a share of errors that a rate must keep to. The rates of a
 * sweep that keep to all of them, and the first that does not, enclose the rate that can be sold.
 */

import type { Interval } from '../stats/bootstrap.ts';
import {
  inOrder,
  type MeasuredSweep,
  rateOf,
  type SweepPoint,
  type SweepQuantile,
} from './measured-sweep.ts';

export interface Objective {
  /** As it was written: `p99 < 5ms`. */
  readonly expression: string;
  readonly metric: SweepQuantile | 'errors';
  /** In ns; of errors, a ratio from 0 to 1. */
  readonly limit: number;
  /** Whether the limit itself is still allowed. */
  readonly isInclusive: boolean;
}

/** Share of calls that may take longer than each quantile's limit. */
const MAY_EXCEED: Readonly<Record<SweepQuantile, number>> = {
  p50: 0.5,
  p75: 0.25,
  p90: 0.1,
  p95: 0.05,
  p99: 0.01,
  p999: 0.001,
  max: 0,
};

/** Share of calls, 0 to 1, that may miss an objective: the budget of `p99 < 5ms` is one in a hundred. */
export function allowedShare({ metric, limit }: Objective): number {
  return metric === 'errors' ? limit : MAY_EXCEED[metric];
}

/** Throughput below this share of what was asked for means that the target does not keep up. */
const KEEPS_UP = 0.95;

export type ObjectiveOutcome = 'kept' | 'missed' | 'unknown';

/** Whether a point keeps to an objective; `unknown` when the source does not tell. */
export function outcomeOf(point: SweepPoint, objective: Objective): ObjectiveOutcome {
  const observed =
    objective.metric === 'errors' ? point.errorRatio : point.latencyNs[objective.metric];
  if (observed === undefined) return 'unknown';
  const isKept = objective.isInclusive ? observed <= objective.limit : observed < objective.limit;
  return isKept ? 'kept' : 'missed';
}

/** Whether the target answered as much as was asked of it. */
export function keepsUp(point: SweepPoint): boolean {
  return point.throughputPerSecond >= KEEPS_UP * rateOf(point);
}

/** The highest rate that keeps to the objectives, as far as a sweep tells. */
export interface SustainableRate {
  /** Middle, and the rates that enclose it. */
  readonly ratePerSecond: Interval;
  /** `at-least`: no rate of the sweep was too much; the truth may lie far above. */
  readonly bound: 'enclosed' | 'at-least';
}

/**
 * Where a sweep stops keeping to the objectives.
 *
 * @returns `undefined` when not even the lowest rate does
 */
export function sustainableRate(
  sweep: Pick<MeasuredSweep, 'points'>,
  objectives: readonly Objective[],
): SustainableRate | undefined {
  const isGood = (point: SweepPoint): boolean =>
    keepsUp(point) && objectives.every((each) => outcomeOf(point, each) === 'kept');
  const points = inOrder(sweep.points);
  const firstBad = points.findIndex((point) => !isGood(point));
  const last = firstBad === -1 ? points.at(-1) : points[firstBad - 1];
  if (last === undefined) return undefined;
  const low = last.throughputPerSecond;
  if (firstBad === -1) {
    return { ratePerSecond: { median: low, low, high: low }, bound: 'at-least' };
  }
  const bad = points[firstBad] as SweepPoint;
  // Past saturation it is what was answered, not what was asked for, that says where the limit is.
  const high = Math.max(
    low,
    Math.min(rateOf(bad), keepsUp(bad) ? Infinity : bad.throughputPerSecond),
  );
  return { ratePerSecond: { median: low, low, high }, bound: 'enclosed' };
}

/** The objectives of which no point of the sweep tells anything. */
export function untold(
  sweep: Pick<MeasuredSweep, 'points'>,
  objectives: readonly Objective[],
): readonly Objective[] {
  return objectives.filter((objective) =>
    sweep.points.every((point) => outcomeOf(point, objective) === 'unknown'),
  );
}
