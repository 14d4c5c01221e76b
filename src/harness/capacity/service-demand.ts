/**
 * The utilisation law, U = X · D (Denning & Buzen, "The Operational Analysis of Queueing Network
 * Models", ACM Computing Surveys 10, 1978): busy time grows with throughput by the service demand
 * of one call. Its slope over a sweep tells the demand without what the process burns at rest, which
 * busy time divided by calls would charge to the calls.
 */

import type { Interval } from '../stats/bootstrap.ts';
import { FEWEST_SAMPLES, theilSenIntercept, theilSenSlope } from '../stats/theil-sen.ts';
import { type Fit, fitted, notIdentifiable } from './fit.ts';

/** How busy a resource was at one throughput. */
export interface BusyPoint {
  readonly throughputPerSecond: number;
  /** Busy time over wall time: cores of a CPU, 0 to 1 of an event loop. */
  readonly busy: number;
}

export interface ServiceDemand {
  /** Busy time that one call adds, in ns. */
  readonly demandNs: Interval;
  /** Busy time over wall time without any call: 0 and above. */
  readonly busyAtRest: number;
}

/** The fastest point must be this many times the slowest, or the slope is that of the noise. */
const LEAST_SPREAD = 1.5;
const NS_PER_SECOND = 1e9;

/**
 * The service demand that explains the points.
 *
 * Points past saturation must be left out: there throughput no longer tells how much was asked.
 */
export function fitServiceDemand(points: readonly BusyPoint[]): Fit<ServiceDemand> {
  const distinct = new Map(points.map((point) => [point.throughputPerSecond, point]));
  if (distinct.size < FEWEST_SAMPLES) {
    return notIdentifiable(
      `service demand needs ${FEWEST_SAMPLES} points at different rates below saturation, ` +
        `got ${distinct.size}`,
    );
  }
  const rates = [...distinct.keys()];
  const [slowest, fastest] = [Math.min(...rates), Math.max(...rates)];
  if (fastest < slowest * LEAST_SPREAD) {
    return notIdentifiable(
      `service demand needs rates that differ by a factor of ${LEAST_SPREAD}, ` +
        `got ${Math.round(slowest)} to ${Math.round(fastest)} calls/s`,
    );
  }
  const line = [...distinct.values()].map(({ throughputPerSecond, busy }) => ({
    x: throughputPerSecond,
    y: busy,
  }));
  const slope = theilSenSlope(line);
  if (!(slope.low > 0)) {
    return notIdentifiable('busy time does not rise with throughput beyond doubt');
  }
  return fitted({
    demandNs: {
      median: slope.median * NS_PER_SECOND,
      low: slope.low * NS_PER_SECOND,
      high: slope.high * NS_PER_SECOND,
    },
    busyAtRest: Math.max(0, theilSenIntercept(line, slope.median)),
  });
}

/**
 * The throughput at which `limit` is busy (cores; 1 of an event loop): where the resource saturates.
 */
export function saturationRate(demand: ServiceDemand, limit: number): Interval {
  const left = Math.max(0, limit - demand.busyAtRest) * NS_PER_SECOND;
  const { median: middle, low, high } = demand.demandNs;
  return { median: left / middle, low: left / high, high: left / low };
}
