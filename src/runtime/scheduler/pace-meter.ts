/**
 * How long a call takes at a copy of a service, from the pace at which its calls are answered while
 * it has any. It reads the clock when the copy gets busy and at every sixteenth answer or so.
 */

const ANSWERS_PER_LOOK = 16;
/** Weight of the latest look in the mean. */
const WEIGHT = 0.2;

export class PaceMeter {
  /** Mean time from one answer to the next while there is work, in ms; 0 until it is known. */
  msPerCall = 0;
  readonly #nowMs: () => number;
  #answers = 0;
  #sinceMs = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** A call is sent to a copy that has none. */
  onBusy(): void {
    this.#answers = 0;
    this.#sinceMs = this.#nowMs();
  }

  /** Calls have been answered. */
  onAnswers(count: number): void {
    this.#answers += count;
    if (this.#answers < ANSWERS_PER_LOOK) return;
    const nowMs = this.#nowMs();
    const msPerCall = (nowMs - this.#sinceMs) / this.#answers;
    this.msPerCall =
      this.msPerCall === 0 ? msPerCall : this.msPerCall + WEIGHT * (msPerCall - this.msPerCall);
    this.#answers = 0;
    this.#sinceMs = nowMs;
  }
}
