/**
 * Time as an argument: what reads the clock or sets a timer takes a {@link Clock}, so that a
 * test can move time by hand.
 */

/** The longest delay a timer of Node can hold, 24.8 days: given more, it would fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

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
  /**
   * A timer, not started, that calls `onFire` `delayMs` after each start; the system's waits no
   * longer than {@link MAX_TIMER_MS}.
   */
  createTimer(delayMs: number, onFire: () => void): ClockTimer;
  /** Resolves after `delayMs`; the system's waits no longer than {@link MAX_TIMER_MS}. */
  sleep(delayMs: number): Promise<void>;
}

class SystemTimer implements ClockTimer {
  readonly #delayMs: number;
  readonly #onFire: () => void;
  #timeout: NodeJS.Timeout | undefined;

  constructor(delayMs: number, onFire: () => void) {
    this.#delayMs = Math.min(delayMs, MAX_TIMER_MS);
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
  sleep: (delayMs) =>
    new Promise((resolve) => setTimeout(resolve, Math.min(delayMs, MAX_TIMER_MS))),
};
