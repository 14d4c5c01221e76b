/**
 * Keeps the event loop turning for a moment in which something is likely to come, so that the
 * process need not be woken for it: where cores are free that halves the time of a call.
 *
 * Where they are not, it takes the core that the other side needs to answer. So it is tried, and
 * goes on only while it pays: what came while the loop was kept turning earns credit, a wait in
 * vain costs it, and without credit only one wait in many is a trial. Turns that take long say that
 * others want the core.
 */

import { CoreContention } from './core-contention.ts';

/** What a poller needs of its process; tests bring their own. */
export interface PollerHost {
  /** Monotonic time in ms. */
  nowMs(): number;
  /** Calls `turn` when the event loop comes around; it does not sleep before that. */
  nextTurn(turn: () => void): void;
}

const SYSTEM_HOST: PollerHost = {
  nowMs: () => performance.now(),
  nextTurn: (turn) => {
    setImmediate(turn);
  },
};

const MAX_CREDIT = 8;
/** Without credit, one wait in this many is a trial. */
const TRIAL_INTERVAL = 64;

export class LoopPoller {
  readonly #maxWaitMs: number;
  readonly #host: PollerHost;
  #isTurning = false;
  #isWaiting = false;
  /** End of the wait; 0 until its first look. */
  #untilMs = 0;
  #lookedAtMs = 0;
  #stoppedAtMs = 0;
  readonly #contention = new CoreContention();
  #credit = MAX_CREDIT / 2;
  #skippedCount = 0;

  /** @param maxWaitMs - how long a wait is at most; 0: nothing is ever waited for */
  constructor(maxWaitMs: number, host: PollerHost = SYSTEM_HOST) {
    this.#maxWaitMs = maxWaitMs;
    this.#host = host;
  }

  /** Something may come soon: waits for it, if that has been paying. Reads no clock. */
  expect(): void {
    if (this.#maxWaitMs === 0) return;
    if (!this.#isWaiting) {
      if (this.#credit === 0 && ++this.#skippedCount % TRIAL_INTERVAL !== 0) return;
      this.#isWaiting = true;
    }
    this.#untilMs = 0;
    if (this.#isTurning) return;
    this.#isTurning = true;
    this.#host.nextTurn(this.#turn);
  }

  /**
   * As {@link expect}, when it is asked for after a while in which nothing was. If that was as long as
   * a wait, the other side is asleep by now. The system tends to wake it on this very core, behind
   * this side, so it is not waited for.
   */
  expectFirst(): void {
    if (this.#maxWaitMs === 0 || this.#host.nowMs() - this.#stoppedAtMs > this.#maxWaitMs) return;
    this.expect();
  }

  /** It has come. */
  arrived(): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#credit = Math.min(this.#credit + 1, MAX_CREDIT);
  }

  /** Nothing is to come any more: the loop may sleep. */
  stop(): void {
    this.#isWaiting = false;
    this.#stoppedAtMs = this.#host.nowMs();
  }

  readonly #turn = (): void => {
    if (this.#isWaiting) this.#isWaiting = this.#look(this.#host.nowMs());
    if (this.#isWaiting) this.#host.nextTurn(this.#turn);
    else this.#isTurning = false;
  };

  /** Whether to look again. */
  #look(nowMs: number): boolean {
    if (this.#untilMs === 0) {
      // The turn before this was full of work, and perhaps of garbage to collect: it was no look.
      this.#untilMs = nowMs + this.#maxWaitMs;
    } else {
      this.#contention.note(nowMs, nowMs - this.#lookedAtMs);
    }
    this.#lookedAtMs = nowMs;
    if (this.#contention.isLikely(nowMs)) return false;
    if (nowMs < this.#untilMs) return true;
    this.#credit = Math.max(this.#credit - 1, 0);
    return false;
  }
}
