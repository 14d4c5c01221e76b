/**
 * Wakes whoever waits for a moment, within microseconds of it: a timer of Node goes by whole
 * milliseconds, so it is set a little early and the rest is looked at once a turn.
 *
 * Truth services are made of this, and not of the harness's own pacing, which they are to test.
 */

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** Timers come some 0.1 ms late; looking for longer takes a core from whoever sends and hears. */
const EARLY_MS = 0.5;
/** Looks at the clock in a turn, and steps between two: some 2.5 µs. */
const LOOKS = 8;
const REST_STEPS = 2_500;

export class Alarm {
  /** Who waits, the soonest first. */
  readonly #sleepers: Sleeper[] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly #wakeNow = () => this.#wakeDue();
  #rest = 0;
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
    if (sleepMs >= 1) this.#timer = setTimeout(this.#wakeNow, sleepMs);
    else this.#immediate = setImmediate(this.#wakeNow);
  }

  #wakeDue(): void {
    let next = this.#sleepers[0];
    let nowMs = performance.now();
    // Some µs in every turn, counting: turns and looks alone leave so much garbage that collecting it
    // makes answers late.
    let rest = this.#rest;
    for (let look = 0; look < LOOKS && nowMs < (next?.atMs ?? 0); look++) {
      for (let step = 0; step < REST_STEPS; step++) rest = Math.imul(rest, 3) + 1;
      nowMs = performance.now();
    }
    this.#rest = rest;
    while (next !== undefined && next.atMs <= nowMs) {
      this.#sleepers.shift();
      next.wake();
      next = this.#sleepers[0];
    }
    this.#wait();
  }
}
