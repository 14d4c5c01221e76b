/**
 * Whether others want the core of this thread. Nobody says so; it shows in looks that take long.
 *
 * A thread that looks around for work uses up its share of a contended core, and is made to wait
 * for milliseconds just when it is needed, while one that sleeps is let in at once. So after a look
 * that took long a thread does not look for a while, and for longer each time that it happens again.
 */

/** A look takes some µs. One that takes so long was another process's turn. */
const LATE_MS = 0.3;
const MIN_PAUSE_MS = 20;
const MAX_PAUSE_MS = 1_280;
/** Looks in time after which the past is forgotten. */
const LOOKS_TO_FORGET = 256;

export class CoreContention {
  #untilMs = 0;
  #pauseMs = MIN_PAUSE_MS;
  #looksInTime = 0;

  /** Takes how long a look took in which there was nothing to do. */
  note(nowMs: number, tookMs: number): void {
    if (tookMs > LATE_MS) {
      this.#untilMs = nowMs + this.#pauseMs;
      this.#pauseMs = Math.min(this.#pauseMs * 2, MAX_PAUSE_MS);
      this.#looksInTime = 0;
    } else if (++this.#looksInTime >= LOOKS_TO_FORGET) {
      this.#pauseMs = MIN_PAUSE_MS;
    }
  }

  /** Whether it is better to sleep than to look. */
  isLikely(nowMs: number): boolean {
    return nowMs < this.#untilMs;
  }
}
