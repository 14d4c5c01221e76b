/**
 * Wakes whoever waits for a moment, within microseconds of it: a timer of Node comes up to a
 * millisecond late, so it is set a little early and the rest is looked at once a turn.
 *
 * Truth services are made of this, and not of the harness's own pacing, which they are to test.
 */

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

const EARLY_MS = 2;

export class Alarm {
  /** Who waits, the soonest first. */
  readonly #sleepers: Sleeper[] = [];
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;

  /** Resolves at `atMs`, as of `performance.now()`. */
  until(atMs: number): Promise<void> {
    return new Promise((wake) => {
      const sleepers = this.#sleepers;
      let place = sleepers.length;
      // Most come in order of their moments, and go to the end.
      while (place > 0 && (sleepers[place - 1] as Sleeper).atMs > atMs) place--;
      sleepers.splice(place, 0, { atMs, wake });
      if (place === 0) this.#wait();
    });
  }

  #wait(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    const next = this.#sleepers[0];
    if (next === undefined) return;
    const sleepMs = Math.floor(next.atMs - performance.now() - EARLY_MS);
    if (sleepMs >= 1) this.#timer = setTimeout(() => this.#wakeDue(), sleepMs);
    else this.#immediate = setImmediate(() => this.#wakeDue());
  }

  #wakeDue(): void {
    const nowMs = performance.now();
    let next = this.#sleepers[0];
    while (next !== undefined && next.atMs <= nowMs) {
      this.#sleepers.shift();
      next.wake();
      next = this.#sleepers[0];
    }
    this.#wait();
  }
}
