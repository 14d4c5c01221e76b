/**
 * What each caller uses, and whether it may use more: a rate, and a number of calls in flight.
 *
 * Usage is kept by id, so that identities made anew for each request share it; the limit is that of
 * the roles with which it calls now. A caller with a full bucket and nothing in flight is like one
 * that never called, and is forgotten.
 */

import type { Clock } from '../../../core/clock.ts';
import { isAbout } from './access-policy.ts';
import type { Caller } from './identity.ts';
import type { PolicyLimit } from './policy-data.ts';
import { RateLimit } from './rate-limit.ts';

/** A limit with its defaults. */
interface ResolvedLimit {
  readonly ratePerSecond: number;
  readonly burst: number;
  readonly concurrency: number;
}

/** What a caller uses now. */
export interface Usage {
  limit: ResolvedLimit;
  readonly rate: RateLimit;
  inFlight: number;
}

/** Why a call is refused. */
export interface LimitRefusal {
  readonly limit: 'rate' | 'concurrency';
  /** When it may be tried again, in ms; for `concurrency` a guess. */
  readonly retryAfterMs: number;
  /** What is allowed, in words. */
  readonly allowed: string;
}

/** Nobody knows when a call in flight will end. */
const CONCURRENCY_RETRY_MS = 100;
/** Callers that are kept before those at rest are looked for. */
const MIN_SWEEP = 1_024;

export class CallerLimits {
  readonly #limits: readonly { readonly about: PolicyLimit; readonly limit: ResolvedLimit }[];
  readonly #clock: Clock;
  /** By id; a map, so that no id can be a prototype's. */
  readonly #usages = new Map<string, Usage>();
  #sweepAt = MIN_SWEEP;
  #lastCaller: Caller | undefined = undefined;
  #lastUsage: Usage | undefined = undefined;

  constructor(limits: readonly PolicyLimit[], clock: Clock) {
    this.#limits = limits.map((about) => ({ about, limit: resolve(about) }));
    this.#clock = clock;
  }

  /** Callers that are kept. */
  get callerCount(): number {
    return this.#usages.size;
  }

  /** What `caller` uses; `undefined` when no limit is about it. */
  usageOf(caller: Caller): Usage | undefined {
    if (caller === this.#lastCaller) return this.#lastUsage;
    const usage = this.#findUsage(caller);
    this.#lastCaller = caller;
    this.#lastUsage = usage;
    return usage;
  }

  /**
   * Takes what one call needs, or says why there is none; a refused call takes nothing. The slot
   * goes back with {@link CallerLimits.release}, exactly once.
   */
  acquire(usage: Usage): LimitRefusal | undefined {
    const { concurrency } = usage.limit;
    if (usage.inFlight >= concurrency) {
      const allowed = `${concurrency} calls at a time`;
      return { limit: 'concurrency', retryAfterMs: CONCURRENCY_RETRY_MS, allowed };
    }
    const refusal = this.takeToken(usage);
    if (refusal === undefined) usage.inFlight++;
    return refusal;
  }

  /** As {@link CallerLimits.acquire} for what nobody waits for: the rate alone. */
  takeToken({ limit, rate }: Usage): LimitRefusal | undefined {
    if (limit.ratePerSecond === Number.POSITIVE_INFINITY) return undefined;
    const nowMs = this.#clock.nowMs();
    const waitMs = rate.waitMs(nowMs, limit.ratePerSecond, limit.burst);
    if (waitMs > 0) {
      const allowed = `${limit.ratePerSecond} calls/s, ${limit.burst} at once`;
      return { limit: 'rate', retryAfterMs: Math.ceil(waitMs), allowed };
    }
    rate.take(nowMs, limit.ratePerSecond);
    return undefined;
  }

  /** Gives the slot of a call back. */
  release(usage: Usage): void {
    usage.inFlight--;
  }

  #findUsage(caller: Caller): Usage | undefined {
    const limit = this.#limits.find(({ about }) => isAbout(about, caller))?.limit;
    if (limit === undefined) return undefined;
    const known = this.#usages.get(caller.id);
    if (known !== undefined) {
      known.limit = limit;
      return known;
    }
    if (this.#usages.size >= this.#sweepAt) this.#sweep();
    const usage = { limit, rate: new RateLimit(), inFlight: 0 };
    this.#usages.set(caller.id, usage);
    return usage;
  }

  #sweep(): void {
    const nowMs = this.#clock.nowMs();
    for (const [key, { rate, inFlight }] of this.#usages) {
      if (inFlight === 0 && rate.isFull(nowMs)) this.#usages.delete(key);
    }
    this.#sweepAt = Math.max(MIN_SWEEP, this.#usages.size * 2);
    this.#lastCaller = undefined; // its usage may be one of those
  }
}

function resolve({ ratePerSecond, burst, concurrency }: PolicyLimit): ResolvedLimit {
  const rate = ratePerSecond ?? Number.POSITIVE_INFINITY;
  return {
    ratePerSecond: rate,
    burst: burst ?? Math.max(1, Math.floor(rate)),
    concurrency: concurrency ?? Number.POSITIVE_INFINITY,
  };
}
