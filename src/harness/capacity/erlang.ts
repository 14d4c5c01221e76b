/**
 * M/M/c: Poisson arrivals, exponential service times, c servers, one queue. Exact, and seldom true
 * of software, whose service times are hardly exponential: the reference that `general-queue.ts`
 * scales, and a model of its own where it fits.
 *
 * Sources: A. K. Erlang (1917); L. Kleinrock, "Queueing Systems" I (1975), §3.5; for the response
 * time, D. Gross & C. Harris, "Fundamentals of Queueing Theory", 4th ed. (2008), §2.3.
 */

import { requireInteger, requirePositive } from '../../core/options.ts';
import { increasingRoot } from '../stats/increasing-root.ts';

export interface QueueLoad {
  readonly ratePerSecond: number;
  /** Mean service time. */
  readonly serviceNs: number;
  readonly servers: number;
}

const NS_PER_SECOND = 1e9;

/** Busy time of each server over wall time; 1 and above is overload. */
export function utilisation({ ratePerSecond, serviceNs, servers }: QueueLoad): number {
  return (ratePerSecond * serviceNs) / NS_PER_SECOND / servers;
}

/**
 * The probability that a call has to wait, Erlang's C.
 *
 * @param servers - an integer >= 1
 * @param offeredErlangs - arrival rate times service time; at or above `servers` the answer is 1
 * @throws ToolrigError `ERR_INVALID_OPTION`
 */
export function erlangC(servers: number, offeredErlangs: number): number {
  requireInteger('servers', servers, 1);
  requirePositive('offeredErlangs', offeredErlangs);
  if (offeredErlangs >= servers) return 1;
  // Erlang's B by its recursion, which cannot overflow as factorials do.
  let blocking = 1;
  for (let n = 1; n <= servers; n++) {
    blocking = (offeredErlangs * blocking) / (n + offeredErlangs * blocking);
  }
  return (servers * blocking) / (servers - offeredErlangs * (1 - blocking));
}

/** Mean waiting time in ns; `Infinity` in overload. */
export function mmcWaitNs(load: QueueLoad): number {
  const busy = utilisation(load);
  if (busy >= 1) return Number.POSITIVE_INFINITY;
  const waits = erlangC(load.servers, busy * load.servers);
  return (waits * load.serviceNs) / (load.servers * (1 - busy));
}

/**
 * The response time (waiting and service) that `share` of the calls do not exceed, in ns.
 *
 * @param share - from 0 to 1, both excluded: 0.99 for p99
 * @returns `Infinity` in overload
 */
export function mmcResponseQuantileNs(load: QueueLoad, share: number): number {
  const busy = utilisation(load);
  if (busy >= 1) return Number.POSITIVE_INFINITY;
  const waits = erlangC(load.servers, busy * load.servers);
  const served = 1 / load.serviceNs;
  const drained = (load.servers * (1 - busy)) / load.serviceNs;
  const exceeds = (ns: number): number => {
    const inService = Math.exp(-served * ns);
    // The two rates may coincide, and the formula has 0/0 there; its limit is the Erlang distribution.
    if (Math.abs(drained - served) < served * 1e-9) return inService * (1 + waits * served * ns);
    const queued = (drained * inService - served * Math.exp(-drained * ns)) / (drained - served);
    return (1 - waits) * inService + waits * queued;
  };
  return increasingRoot((ns) => 1 - exceeds(ns) - share, load.serviceNs);
}
