/**
 * A clock that goes on by itself: by what the calls of a test spend, and while nobody spends any,
 * from timer to timer. Timers fire between turns of the event loop, as the system's do.
 *
 * So a load with its windows, faults and pauses goes the same way on every machine, however busy,
 * and takes no longer than its work. It is no clock for a test whose calls wait for I/O.
 */

import type { ClockTimer } from '../../src/core/clock.ts';
import type { Operation } from '../../src/harness/load/scenario.ts';
import type { Invoker, Target } from '../../src/harness/load/target.ts';
import { ManualClock } from './manual-clock.ts';

export class FlowingClock extends ManualClock {
  #isFlowing = false;
  #lastTurnMs = Number.NaN;

  override createTimer(delayMs: number, onFire: () => void): ClockTimer {
    const timer = super.createTimer(delayMs, onFire);
    return {
      start: () => {
        timer.start();
        this.#flow();
      },
      stop: () => timer.stop(),
      keepAlive: (alive) => timer.keepAlive(alive),
    };
  }

  /** Calls `onTime` in so many ms. */
  after(delayMs: number, onTime: () => void): void {
    this.createTimer(delayMs, onTime).start();
  }

  #flow(): void {
    if (this.#isFlowing) return;
    this.#isFlowing = true;
    setImmediate(() => {
      this.#isFlowing = false;
      const isIdle = this.nowMs() === this.#lastTurnMs;
      this.advance(isIdle ? this.nextTimerMs() : 0);
      this.#lastTurnMs = this.nowMs();
      if (this.countTimers() > 0) this.#flow();
    });
  }
}

/** An invoker whose calls take 0.1 ms of `clock`. */
export function takingTime(clock: ManualClock, invoke: Invoker): Invoker {
  return (params) => {
    clock.spend(0.1);
    return invoke(params);
  };
}

/** The target, its calls taking 0.1 ms of `clock`. */
export function targetTakingTime<T extends Target>(clock: ManualClock, target: T): T {
  const prepare = (operation: Operation) => takingTime(clock, target.prepare(operation));
  return { ...target, prepare };
}
