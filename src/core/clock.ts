/**
 * Time as an argument: what reads the clock or sets a timer takes a {@link Clock}, so that a
 * test can move time by hand.
 */

/** A timer that can be started again and again without allocating. */
export interface ClockTimer {
  /** (Re)starts the countdown. */
  start(): void;
  stop(): void;
  /** Whether the countdown keeps the process alive. */
  keepAlive(alive: boolean): void;
}

export interface Clock {
  /** Monotonic milliseconds, with fractions; only differences mean something. */
  nowMs(): number;
  /** Milliseconds since 1970, for dates that people read. */
  wallMs(): number;
  /** A timer, not started, that calls `onFire` `delayMs` after each start. */
  createTimer(delayMs: number, onFire: () => void): ClockTimer;
  /** Resolves after `delayMs`. */
  sleep(delayMs: number): Promise<void>;
}

class SystemTimer implements ClockTimer {
  readonly #delayMs: number;
  readonly #onFire: () => void;
  #timeout: NodeJS.Timeout | undefined;

  constructor(delayMs: number, onFire: () => void) {
    this.#delayMs = delayMs;
    this.#onFire = onFire;
  }

  start(): void {
    if (this.#timeout === undefined) this.#timeout = setTimeout(this.#onFire, this.#delayMs);
    else this.#timeout.refresh();
  }

  stop(): void {
    clearTimeout(this.#timeout);
    this.#timeout = undefined;
  }

  keepAlive(alive: boolean): void {
    if (alive) this.#timeout?.ref();
    else this.#timeout?.unref();
  }
}

/** The machine's own time. */
export const SYSTEM_CLOCK: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  createTimer: (delayMs, onFire) => new SystemTimer(delayMs, onFire),
  sleep: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs)),
};
