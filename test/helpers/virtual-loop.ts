/**
 * An event loop whose time stands still unless told to go on: `performance.now`, `setTimeout` and
 * `setImmediate` are those of a made-up clock until the test ends. Promises are settled between turns as ever.
 */

import type { TestContext } from 'node:test';

/** What a turn takes. Longer than a real one, so that tests have fewer. */
export const TURN_MS = 0.2;

/** Callbacks that follow one another without a turn, at most. */
const LONGEST_CHAIN = 100;

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

export class VirtualLoop {
  #nowMs = 1_000;
  #timers = new Set<Timer>();
  #immediates: (() => void)[] = [];

  /** @param t - ends it: real time goes on after that */
  constructor(t: Pick<TestContext, 'after'>) {
    // Not `t.mock`, which keeps a record of every call, and there are millions.
    const { now } = performance;
    const real = { setTimeout, clearTimeout, setImmediate };
    performance.now = () => this.#nowMs;
    Object.assign(globalThis, {
      setTimeout: (run: () => void, ms: number): Timer => {
        const timer: Timer = { atMs: this.#nowMs + ms, run };
        this.#timers.add(timer);
        return timer;
      },
      clearTimeout: (timer: Timer) => this.#timers.delete(timer),
      setImmediate: (run: () => void) => this.#immediates.push(run),
    });
    t.after(() => {
      performance.now = now;
      Object.assign(globalThis, real);
    });
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Something takes the loop for itself for so long. */
  block(ms: number): void {
    this.#nowMs += ms;
  }

  /** Turns the loop until the promise is settled. Throws when nothing is left that could settle it. */
  async until<T>(promise: Promise<T>): Promise<T> {
    const state = { isSettled: false };
    const settled = () => {
      state.isSettled = true;
    };
    promise.then(settled, settled);
    await this.#settlePromises();
    while (!state.isSettled) {
      if (this.#isIdle) await this.#settlePromises(LONGEST_CHAIN);
      if (state.isSettled) break;
      if (this.#isIdle) throw new Error('nothing is left to happen');
      this.#turn();
      await this.#settlePromises();
    }
    return promise;
  }

  get #isIdle(): boolean {
    return this.#immediates.length === 0 && this.#timers.size === 0;
  }

  #turn(): void {
    const immediates = this.#immediates.splice(0);
    const nextMs = Math.min(...[...this.#timers].map(({ atMs }) => atMs));
    if (immediates.length === 0) {
      this.#nowMs = Math.max(this.#nowMs, nextMs);
    } else {
      this.#nowMs += TURN_MS;
    }
    for (const timer of this.#timers) {
      if (timer.atMs > this.#nowMs || !this.#timers.delete(timer)) continue;
      timer.run();
    }
    for (const run of immediates) run();
  }

  /** More rounds than a chain of callbacks here is long; what takes longer goes on in the next turn. */
  async #settlePromises(rounds = 6): Promise<void> {
    for (let round = 0; round < rounds; round++) await Promise.resolve();
  }
}
