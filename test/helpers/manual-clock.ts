/**
 * A clock that stands still until a test moves it. Timers fire inside `advance` and `jump`, in
 * order of their time, so a test about deadlines needs no waiting and always goes the same way.
 */

import type { Clock, ClockTimer } from '../../src/core/clock.ts';

class ManualTimer implements ClockTimer {
  /** Time at which it fires; `undefined` while it is stopped. */
  dueMs: number | undefined = undefined;
  isKeepingAlive = true;
  readonly onFire: () => void;
  readonly #clock: ManualClock;
  readonly #delayMs: number;

  constructor(clock: ManualClock, delayMs: number, onFire: () => void) {
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.onFire = onFire;
  }

  start(): void {
    this.dueMs = this.#clock.nowMs() + this.#delayMs;
  }

  stop(): void {
    this.dueMs = undefined;
    this.isKeepingAlive = true; // as a new timer of Node's
  }

  keepAlive(alive: boolean): void {
    this.isKeepingAlive = alive;
  }
}

export class ManualClock implements Clock {
  readonly #timers: ManualTimer[] = [];
  readonly #wallStartMs: number;
  #nowMs: number;

  constructor(nowMs = 1_000, wallStartMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = nowMs;
    this.#wallStartMs = wallStartMs - nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#wallStartMs + this.#nowMs;
  }

  createTimer(delayMs: number, onFire: () => void): ClockTimer {
    const timer = new ManualTimer(this, delayMs, onFire);
    this.#timers.push(timer);
    return timer;
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.createTimer(delayMs, resolve).start();
    });
  }

  /** Timers that run. */
  countTimers(): number {
    return this.#timers.filter((timer) => timer.dueMs !== undefined).length;
  }

  /** Whether a timer that runs would keep the process alive. */
  get isKeepingAlive(): boolean {
    return this.#timers.some((timer) => timer.dueMs !== undefined && timer.isKeepingAlive);
  }

  /** Time until the first timer that runs is due; 0 when there is none. */
  nextTimerMs(): number {
    const dueMs = this.#due(Number.MAX_VALUE)?.dueMs ?? this.#nowMs;
    return Math.max(0, dueMs - this.#nowMs);
  }

  /** Moves time on without a turn of the event loop: timers due fire at the next `advance`. */
  spend(durationMs: number): void {
    this.#nowMs += durationMs;
  }

  /** Moves time on, stopping at every timer on the way. */
  advance(durationMs: number): void {
    const untilMs = this.#nowMs + durationMs;
    for (let next = this.#due(untilMs); next !== undefined; next = this.#due(untilMs)) {
      this.#nowMs = Math.max(this.#nowMs, next.dueMs ?? 0);
      fire(next);
    }
    this.#nowMs = untilMs;
  }

  /** Moves time on at once, as a held-up event loop sees it: each timer due fires once, late. */
  jump(durationMs: number): void {
    this.#nowMs += durationMs;
    const due = this.#timers.filter((timer) => (timer.dueMs ?? Infinity) <= this.#nowMs);
    for (const timer of due) if (timer.dueMs !== undefined) fire(timer);
  }

  #due(untilMs: number): ManualTimer | undefined {
    let first: ManualTimer | undefined;
    for (const timer of this.#timers) {
      const dueMs = timer.dueMs ?? Infinity;
      if (dueMs <= untilMs && dueMs < (first?.dueMs ?? Infinity)) first = timer;
    }
    return first;
  }
}

function fire(timer: ManualTimer): void {
  timer.dueMs = undefined;
  timer.onFire();
}
