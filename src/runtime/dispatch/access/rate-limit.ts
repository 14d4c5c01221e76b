/**
 * A token bucket: `burst` calls at once, refilled at a steady rate.
 *
 * It is kept as one number, the time at which the bucket will be full again – the generic cell rate
 * algorithm (ITU-T I.371), which decides exactly as a bucket that is refilled by a timer would.
 * It owns no timer and reads no clock.
 */

/** Slack for sums of fractions: a caller that waits as long as it was told must find a token. */
const ROUNDING_MS = 1e-6;

export class RateLimit {
  /** When the bucket is full, in ms; the past when it is full now. */
  #fullAtMs = Number.NEGATIVE_INFINITY;

  /** Whether nothing is missing in the bucket. */
  isFull(nowMs: number): boolean {
    return this.#fullAtMs <= nowMs;
  }

  /**
   * How long until there is a token, in ms; 0 when there is one. It is not taken.
   *
   * @param nowMs - monotonic time, never earlier than the one before
   */
  waitMs(nowMs: number, ratePerSecond: number, burst: number): number {
    const msPerToken = 1_000 / ratePerSecond;
    const waitMs = this.#fullAtMs - (burst - 1) * msPerToken - nowMs;
    return waitMs <= ROUNDING_MS ? 0 : waitMs;
  }

  /** Takes a token, which must be there. */
  take(nowMs: number, ratePerSecond: number): void {
    this.#fullAtMs = Math.max(this.#fullAtMs, nowMs) + 1_000 / ratePerSecond;
  }
}
