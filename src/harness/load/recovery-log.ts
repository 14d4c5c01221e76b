/**
 * How long services take to come back: from each fault to the first right reply of that service to
 * a call that was offered after it. An earlier call's reply proves nothing, it may have been on its way.
 *
 * The log reads no clock. It is asked at every success, so it answers at once while nothing is down.
 */

import { LatencyTally } from '../stats/latency-tally.ts';

const NS_PER_MS = 1e6;

export class RecoveryLog {
  readonly times = new LatencyTally();
  readonly #downSinceMs = new Map<string, number>();
  #recovered = 0;
  #lastRecoveryMs = Number.NEGATIVE_INFINITY;

  /** Faults that were recovered from. */
  get recovered(): number {
    return this.#recovered;
  }

  /** Services that have been down since a fault. */
  get down(): number {
    return this.#downSinceMs.size;
  }

  isDown(service: string): boolean {
    return this.#downSinceMs.has(service);
  }

  /** Whether a service is down, or has been at some time since `ms`. */
  wasDownSince(ms: number): boolean {
    return this.#downSinceMs.size > 0 || ms < this.#lastRecoveryMs;
  }

  /** A fault strikes a service that is not down. */
  strike(service: string, nowMs: number): void {
    this.#downSinceMs.set(service, nowMs);
  }

  /** A call of the service, offered at `offeredAtMs`, has been answered right. */
  answered(service: string, offeredAtMs: number, nowMs: number): void {
    if (this.#downSinceMs.size === 0) return;
    const downSinceMs = this.#downSinceMs.get(service);
    if (downSinceMs === undefined || offeredAtMs <= downSinceMs) return;
    this.#downSinceMs.delete(service);
    this.#recovered++;
    this.#lastRecoveryMs = nowMs;
    this.times.record((nowMs - downSinceMs) * NS_PER_MS);
  }
}
