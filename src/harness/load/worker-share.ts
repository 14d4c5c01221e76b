/**
 * What one of several workers does of a load. Of one schedule worker k of n takes the arrivals
 * k, k + n, k + 2n …, so that all of them together keep exactly that schedule, at random or not:
 *
 *   schedule   0  1  2  3  4  5  6 …
 *   worker 0   0        3        6 …
 *   worker 1      1        4       …
 *   worker 2         2        5    …
 *
 * Each draws all of the schedule and skips what is the others': no worker waits for another.
 */

import type { ArrivalSchedule } from './arrival-schedule.ts';

export interface WorkerShare {
  /** Which worker, from 0. */
  readonly worker: number;
  /** Of how many. */
  readonly workers: number;
}

/** The share of one who does everything. */
export const WHOLE: WorkerShare = { worker: 0, workers: 1 };

/** A worker's part of so many callers, or places; the first ones take the remainder. At least 1. */
export function partOf(total: number, { worker, workers }: WorkerShare): number {
  if (total === Number.POSITIVE_INFINITY) return total;
  return Math.max(1, Math.floor(total / workers) + (worker < total % workers ? 1 : 0));
}

/** A worker's arrivals of a schedule that nobody has asked yet. */
export function shareOfSchedule(
  schedule: ArrivalSchedule,
  { worker, workers }: WorkerShare,
): Pick<ArrivalSchedule, 'nextMs'> {
  let skipped = worker;
  return {
    nextMs() {
      for (; skipped > 0; skipped--) schedule.nextMs();
      skipped = workers - 1;
      return schedule.nextMs();
    },
  };
}
