/**
 * How long a side of a lane looks for frames, turn by turn, before it sleeps: twice as long after it was woken so soon
 * that it had better looked a little longer, and a tenth less after each rest. All times in ms.
 */

const MIN_POLL_MS = 0.15;
const MAX_POLL_MS = 1;
/** Woken within this time, it would have been better to look a little longer. */
const REGRET_MS = 0.6;

export class PollTime {
  #pollMs = MIN_POLL_MS;
  #sleptAtMs = 0;
  /** When it last found something, or began to look; 0 before that. */
  #sinceMs = 0;

  onSleep(nowMs: number): void {
    this.#sleptAtMs = nowMs;
  }

  /** @returns whether it had rested: whoever woke it may be on this very core */
  onWoken(nowMs: number): boolean {
    const hasRested = nowMs - this.#sleptAtMs >= REGRET_MS;
    this.#pollMs = hasRested
      ? Math.max(MIN_POLL_MS, this.#pollMs * 0.9)
      : Math.min(MAX_POLL_MS, this.#pollMs * 2);
    return hasRested;
  }

  onAwake(): void {
    this.#sinceMs = 0;
  }

  onTurn(nowMs: number): void {
    if (this.#sinceMs === 0) this.#sinceMs = nowMs;
  }

  onFrames(nowMs: number): void {
    this.#sinceMs = nowMs;
  }

  isLeft(nowMs: number): boolean {
    return nowMs - this.#sinceMs < this.#pollMs;
  }
}
