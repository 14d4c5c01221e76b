/**
 * A supervisor's restart intensity: how many restarts, in how long, are too many.
 *
 * The rule is OTP's: a supervisor gives up when one more than `maxRestarts`
 * restarts fall within `windowMs`. The times within the window are kept, oldest
 * first, so that a limit of millions takes no memory until there are as many restarts.
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
  readonly #maxRestarts: number;
  readonly #windowMs: number;
  readonly #restartedAtMs: number[] = [];

  constructor(options: RestartWindowOptions = {}) {
    const { maxRestarts = 3, windowMs = 5_000 } = options;
    this.#maxRestarts = requireInteger('maxRestarts', maxRestarts, 0);
    this.#windowMs = requirePositive('windowMs', windowMs);
  }

  /**
   * Records a restart and says whether the supervisor may carry on.
   *
   * @param nowMs - monotonic time of the restart, as from `performance.now()`;
   *   never earlier than the one before
   * @returns `false` once `maxRestarts` is exceeded within `windowMs`
   */
  record(nowMs: number): boolean {
    const times = this.#restartedAtMs;
    times.push(nowMs);
    const isWithin = (thenMs: number): boolean => nowMs - thenMs <= this.#windowMs;
    times.splice(0, times.findIndex(isWithin));
    return times.length <= this.#maxRestarts;
  }
}
