/**
 * Wakes whoever waits for a moment, within microseconds of it: the clock is looked at in every turn of the event loop
 * until then. Nothing less would do: a timer of Node goes by whole milliseconds, and a core that has slept is
 * given back late where it is a virtual machine's, by milliseconds for one call in a hundred. So a truth service
 * takes a core while anybody waits for it, and what it uses of the CPU says nothing.
 *
 * Truth services are made of this, and not of the harness's own pacing, which they are to test.
 */

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** Time before a moment in which the clock is looked at. Who waits for longer sleeps until then. */
const LOOK_MS = 100;
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
    const sleepMs = next.atMs - performance.now() - LOOK_MS;
    if (sleepMs > 0) this.#timer = setTimeout(this.#wakeNow, sleepMs);
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
