/**
 * Counts calls between start and reply over time, by itself: to be held against throughput times service time, which
 * the recorder counts in another way (Little's law). It reads the clock twice a call, so it is no part of other blocks.
 */

import type { Target } from './target.ts';

export class InFlightMeter {
  #inFlight = 0;
  #callMs = 0;
  #changedAtMs = performance.now();

  /** The same target, with its prepared calls counted. */
  counted(target: Target): Target {
    return {
      call: (...call) => target.call(...call),
      prepare: (operation) => {
        const invoke = target.prepare(operation);
        return (params) => {
          this.#change(1);
          return invoke(params).finally(() => this.#change(-1));
        };
      },
      usage: () => target.usage(),
      close: () => target.close(),
    };
  }

  /** Sum of the times that calls were in flight, in ms. */
  get callMs(): number {
    return this.#callMs;
  }

  #change(by: number): void {
    const nowMs = performance.now();
    this.#callMs += this.#inFlight * (nowMs - this.#changedAtMs);
    this.#changedAtMs = nowMs;
    this.#inFlight += by;
  }
}
