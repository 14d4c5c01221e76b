/**
 * What queueing theory makes of a sweep: p50 and p99 at each rate below saturation, beside what was measured.
 *
 * The station that saturates first decides (Denning & Buzen's bottleneck): its demand is what one call takes of it,
 * 1 / knee for one server. Calls queue there, and what else they take – the rest of their response time
 * when nothing is in the way – is added. Nothing is fitted to the latencies that are predicted.
 */

import type { CapacityPrediction, Fit } from '../results/capacity-record.ts';
import { mmcResponseQuantileNs } from './erlang.ts';
import { fitted, notIdentifiable } from './fit.ts';
import { generalResponseQuantileNs } from './general-queue.ts';
import { inOrder, rateOf, type SweepPoint } from './measured-sweep.ts';
import { keepsUp } from './objective.ts';
import { type ServiceTime, serviceTimeOf } from './service-time.ts';

export interface Bottleneck {
  /** Calls/s at which it saturates. */
  readonly kneePerSecond: number;
  /** Servers that work side by side. */
  readonly servers: number;
  /** Time of a call when nothing is in its way, by share. */
  readonly idleQuantileNs: (share: number) => number;
}

/** Beyond it, the wait depends more on how long the point was measured than on the rate. */
const MOST_UTILISATION = 0.95;

/** Predictions for the points of a sweep that have something to be held against. */
export function predictLatencies(
  points: readonly SweepPoint[],
  bottleneck: Fit<Bottleneck>,
): Fit<readonly CapacityPrediction[]> {
  if (bottleneck.state !== 'fitted') return bottleneck;
  const { kneePerSecond, servers, idleQuantileNs } = bottleneck.model;
  const demandNs = (servers / kneePerSecond) * 1e9;
  const idle = serviceTimeOf(idleQuantileNs);
  if (!(idle.meanNs > 0)) return notIdentifiable('there is no time of a call at rest');
  const service = scaledTo(idle, demandNs);
  const elsewhereNs = Math.max(0, idle.meanNs - demandNs);
  const predictions = inOrder(points).flatMap((point): CapacityPrediction[] => {
    const ratePerSecond = rateOf(point);
    const utilisation = ratePerSecond / kneePerSecond;
    const { p50, p99 } = point.latencyNs;
    if (p50 === undefined || p99 === undefined) return [];
    if (utilisation >= MOST_UTILISATION || !keepsUp(point)) return [];
    const exponential = (share: number): number =>
      elsewhereNs + mmcResponseQuantileNs({ ratePerSecond, serviceNs: demandNs, servers }, share);
    const general = (share: number): number =>
      elsewhereNs + generalResponseQuantileNs({ ratePerSecond, servers, service }, share);
    return [
      {
        ratePerSecond,
        utilisation,
        measured: { p50, p99 },
        exponential: { p50: exponential(0.5), p99: exponential(0.99) },
        general: { p50: general(0.5), p99: general(0.99) },
      },
    ];
  });
  if (predictions.length === 0) {
    return notIdentifiable('no rate below saturation has both p50 and p99');
  }
  return fitted(predictions);
}

/** Beyond it a prediction is not one: the synthetic servers that the theory was tried on stay within 10 %. */
const MOST_OFF = 0.25;

/** How far predictions of p99 are from what was measured. */
export interface PredictionCheck {
  /** p99 by GI/G/c over p99 as measured: the rate in the middle. */
  readonly ratio: number;
  /** Whether that is within 25 %: beyond, nobody should plan with the theory. */
  readonly holds: boolean;
}

/** Holds the predictions against what was measured beside them. */
export function checkPredictions(
  predictions: readonly [CapacityPrediction, ...CapacityPrediction[]],
): PredictionCheck {
  const ratios = predictions
    .map(({ general, measured }) => general.p99 / measured.p99)
    .toSorted((a, b) => a - b);
  const ratio = ratios[Math.floor((ratios.length - 1) / 2)] as number; // there is at least one
  return { ratio, holds: Math.max(ratio, 1 / ratio) <= 1 + MOST_OFF };
}

/** The same shape with another mean. */
function scaledTo({ pointsNs, scv, meanNs }: ServiceTime, toNs: number): ServiceTime {
  const factor = toNs / meanNs;
  return { meanNs: toNs, scv, pointsNs: pointsNs.map((each) => each * factor) };
}
