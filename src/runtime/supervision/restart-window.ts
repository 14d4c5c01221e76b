/**
 * A supervisor's restart intensity: how many restarts, in how long, are too many.
 *
 * The rule is OTP's: a supervisor gives up when one more than `maxRestarts`
 * restarts fall within `windowMs`. Elixir keeps a list and filters it; it is enough
 * to remember the last `maxRestarts + 1` times, since only the oldest of them
 * decides: constant memory, and no allocation per restart.
 *
 * The window owns no timer and reads no clock, so a test needs neither.
 */

import { requireInteger, requirePositive } from '../../core/options.ts';

export interface RestartWindowOptions {
  /** Restarts allowed within one window; the next one is refused. Default: 3. */
  readonly maxRestarts?: number;
  /** Length of the window in milliseconds, both ends included. Default: 5,000. */
  readonly windowMs?: number;
}

export class RestartWindow {
  readonly #windowMs: number;
  /** Ring of restart times; `#next` is the oldest, overwritten first. */
  readonly #restartedAtMs: Float64Array;
  #next = 0;

  constructor(options: RestartWindowOptions = {}) {
    const { maxRestarts = 3, windowMs = 5_000 } = options;
    requireInteger('maxRestarts', maxRestarts, 0);
    requirePositive('windowMs', windowMs);
    this.#windowMs = windowMs;
    this.#restartedAtMs = new Float64Array(maxRestarts + 1).fill(Number.NEGATIVE_INFINITY);
  }

  /**
   * Records a restart and says whether the supervisor may carry on.
   *
   * @param nowMs - monotonic time of the restart, as from `performance.now()`;
   *   never earlier than the one before
   * @returns `false` once `maxRestarts` is exceeded within `windowMs`
   */
  record(nowMs: number): boolean {
    const ring = this.#restartedAtMs;
    ring[this.#next] = nowMs;
    this.#next = (this.#next + 1) % ring.length;
    const oldestMs = ring[this.#next] as number; // in bounds: the ring is never empty
    return nowMs - oldestMs > this.#windowMs;
  }
}
