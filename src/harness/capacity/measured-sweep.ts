/**
 * A sweep: what one target did at several rates, whoever measured it. Models and sizing start from
 * here, so that other people's measurements are planned with in the same way as our own.
 */

/** Quantiles that a sweep may know, in ns. */
export const SWEEP_QUANTILES = ['p50', 'p75', 'p90', 'p95', 'p99', 'p999', 'max'] as const;
export type SweepQuantile = (typeof SWEEP_QUANTILES)[number];

/** One rate. What the source does not tell is `null`, never a guess. */
export interface SweepPoint {
  /** Calls per second that were to start; `null` of a closed loop, or where the source does not say. */
  readonly offeredPerSecond: number | null;
  /** Calls that succeeded per second. */
  readonly throughputPerSecond: number;
  /** Callers, of a closed loop. */
  readonly concurrency: number | null;
  readonly latencyNs: Readonly<Partial<Record<SweepQuantile, number>>>;
  readonly meanNs: number | null;
  /** Failed calls over all calls, 0 to 1. */
  readonly errorRatio: number;
  /** CPU time of everything that took part over wall time. */
  readonly busyCores: number | null;
  /** Busy share of the event loop that serves, 0 to 1. */
  readonly eventLoopUtilization: number | null;
  /** Mean number of calls between start and reply, as it was counted. */
  readonly inFlight: number | null;
}

export interface MeasuredSweep {
  readonly source: 'toolrig' | 'k6' | 'autocannon' | 'wrk' | 'csv';
  /** A file's name, or the variant. */
  readonly name: string;
  /** By rising throughput asked for, or had. */
  readonly points: readonly SweepPoint[];
  /** What the reader of a plan must know about these figures. */
  readonly warnings: readonly string[];
}

/** A point of a source that tells little, completed with `null`. */
export function sweepPoint(
  known: Pick<SweepPoint, 'throughputPerSecond'> & Partial<SweepPoint>,
): SweepPoint {
  return {
    offeredPerSecond: null,
    concurrency: null,
    latencyNs: {},
    meanNs: null,
    errorRatio: 0,
    busyCores: null,
    eventLoopUtilization: null,
    inFlight: null,
    ...known,
  };
}

/** By what was asked for; where nobody says, by what was had. */
export function inOrder(points: readonly SweepPoint[]): readonly SweepPoint[] {
  return points.toSorted((a, b) => rateOf(a) - rateOf(b));
}

/** Calls per second that the point stands for. */
export function rateOf(point: SweepPoint): number {
  return point.offeredPerSecond ?? point.throughputPerSecond;
}
