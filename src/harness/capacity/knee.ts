/**
 * The knee of a sweep: the rate beyond which the target answers less than it is asked. There is no
 * more to be had from it, whatever the objectives; latency grows with the time that the load lasts.
 */

import type { Interval } from '../stats/bootstrap.ts';
import { type Fit, fitted, notIdentifiable } from './fit.ts';
import { inOrder, type MeasuredSweep } from './measured-sweep.ts';
import { keepsUp } from './objective.ts';

/**
 * Where the sweep stopped keeping up: the best throughput of the rates past it. A rate that fell behind below one that
 * did not had a bad moment.
 */
export function observedKnee(sweep: Pick<MeasuredSweep, 'points'>): Fit<Interval> {
  const points = inOrder(sweep.points);
  const past = points.slice(points.findLastIndex(keepsUp) + 1);
  if (past.length === 0) {
    return notIdentifiable('every rate of the sweep was answered, so the knee lies beyond them');
  }
  const throughputs = past.map((point) => point.throughputPerSecond).toSorted((a, b) => a - b);
  const best = throughputs.at(-1) as number;
  return fitted({ median: best, low: throughputs[0] as number, high: best });
}
