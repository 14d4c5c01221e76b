/**
 * Comes when something is due, within microseconds, by one timer for everything.
 *
 *   ──── setTimeout ────┬─ setImmediate, again and again ─┬─ due
 *    nothing runs       └ from 0.5 ms before             └ onDue says when the next one is
 *
 * A timer of Node goes by whole milliseconds and comes some 0.1 ms late, so the last half to one and a half are
 * looked at in every turn of the event loop. Each turn still does what is there to do – sockets, timers, other
 * threads' messages – so that services on the same loop are not held up; but the loop does not
 * sleep meanwhile. At more than some 700 calls a second it never sleeps, and a core is busy with
 * looking. What that took is told apart, as `pollingMs`.
 */

import { MAX_TIMER_MS } from '../../core/clock.ts';

/**
 * Time before a due moment in which it is looked at once a turn, in ms. No more than timers need: a server that
 * works meanwhile is kept from a core that the looking has, and with 1.25 ms a child's thread, which looks as well,
 * was waiting for the one core of both for 6 % of the time, beside a free one.
 */
const POLL_MS = 0.5;

/**
 * Looks at the clock in one turn, and steps of counting between two, 2.5 µs together. A turn leaves
 * an object behind and a look a number, and collecting them takes milliseconds, mostly when something is due.
 * Looks without a rest leave half a gigabyte a second, and 1 % of the arrivals are late by a millisecond.
 */
const LOOKS = 8;
const REST_STEPS = 2_500;
/** A turn that took longer did something else than look. One that does not takes 20 to 40 µs. */
const IDLE_TURN_MS = 0.08;

export class Pacer {
  readonly #onDue: (nowMs: number) => number;
  readonly #look: () => void;
  readonly #wakeUp: () => void;
  #dueMs = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #isWoken = false;
  #lookedAtMs = Number.POSITIVE_INFINITY;
  #pollingMs = 0;
  /** What counting came to: kept, so that it is not left out as useless. */
  #rest = 0;

  /**
   * @param onDue - called with the time, as of `performance.now()`, when something is due or the
   *   pacer was woken; returns when the next is, `Infinity` for never
   */
  constructor(onDue: (nowMs: number) => number) {
    this.#onDue = onDue;
    this.#look = () => this.#lookNow();
    this.#wakeUp = () => {
      this.#timer = undefined;
      this.#lookNow();
    };
  }

  /** Wall time of turns in which there was nothing to do but look, in ms; all of it CPU time. */
  get pollingMs(): number {
    return this.#pollingMs;
  }

  /** Calls `onDue` in the next turn of the event loop, whatever is due. */
  wake(): void {
    this.#isWoken = true;
    if (this.#isLooking) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lookSoon();
  }

  #lookSoon(): void {
    this.#isLooking = true;
    setImmediate(this.#look);
  }

  #lookNow(): void {
    this.#isLooking = false;
    let nowMs = performance.now();
    let rest = this.#rest;
    for (let look = 0; look < LOOKS && nowMs < this.#dueMs && !this.#isWoken; look++) {
      for (let step = 0; step < REST_STEPS; step++) rest = Math.imul(rest, 3) + 1;
      nowMs = performance.now();
    }
    this.#rest = rest;
    if (nowMs >= this.#dueMs || this.#isWoken) {
      this.#isWoken = false;
      this.#dueMs = this.#onDue(nowMs);
      this.#lookedAtMs = Number.POSITIVE_INFINITY; // what the next turn takes, it takes for this
      nowMs = performance.now(); // a service on this loop may have taken its time
    } else {
      const turnMs = nowMs - this.#lookedAtMs;
      if (turnMs > 0 && turnMs < IDLE_TURN_MS) this.#pollingMs += turnMs;
      this.#lookedAtMs = nowMs;
    }
    if (this.#dueMs === Number.POSITIVE_INFINITY || this.#isLooking) return;
    const sleepMs = Math.floor(this.#dueMs - nowMs - POLL_MS);
    if (sleepMs < 1) {
      this.#lookSoon();
    } else {
      this.#lookedAtMs = Number.POSITIVE_INFINITY;
      this.#timer = setTimeout(this.#wakeUp, Math.min(sleepMs, MAX_TIMER_MS));
    }
  }
}
