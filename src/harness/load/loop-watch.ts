/**
 * What held up the event loop, second by second: the collector's pauses, and whatever else kept
 * timers from their time.
 */

import {
  type IntervalHistogram,
  monitorEventLoopDelay,
  PerformanceObserver,
} from 'node:perf_hooks';

const NS_PER_MS = 1e6;
const SECOND_MS = 1_000;
/** How often the delay is looked at. A histogram of Node's counts this time in: it is taken off. */
const RESOLUTION_MS = 10;

/** The longest of each second, counted from the start, in ns. */
export interface HoldUps {
  readonly gcPauseMaxNs: readonly number[];
  readonly eventLoopDelayMaxNs: readonly number[];
}

/** The longest of the seconds from `second` on, in ns. */
export function longestHoldUp(
  { gcPauseMaxNs, eventLoopDelayMaxNs }: HoldUps,
  second: number,
  seconds: number,
): { gcPauseMaxNs: number; eventLoopDelayMaxNs: number } {
  const longestOf = (values: readonly number[]) =>
    values.slice(second, second + seconds).reduce((a, b) => Math.max(a, b), 0);
  return {
    gcPauseMaxNs: longestOf(gcPauseMaxNs),
    eventLoopDelayMaxNs: longestOf(eventLoopDelayMaxNs),
  };
}

/** Of several event loops, the one that was held up longest in each second. */
export function mergedHoldUps(all: readonly HoldUps[]): HoldUps {
  return {
    gcPauseMaxNs: longestOfEach(all.map(({ gcPauseMaxNs }) => gcPauseMaxNs)),
    eventLoopDelayMaxNs: longestOfEach(all.map(({ eventLoopDelayMaxNs }) => eventLoopDelayMaxNs)),
  };
}

function longestOfEach(all: readonly (readonly number[])[]): number[] {
  const length = Math.max(...all.map((values) => values.length));
  return Array.from({ length }, (_, second) =>
    Math.max(...all.map((values) => values[second] ?? 0)),
  );
}

export class LoopWatch {
  readonly #gcPauseMaxNs: number[] = [];
  readonly #delayMaxNs: number[] = [];
  readonly #startedAtMs = performance.now();
  readonly #delays: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #pauses = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      this.#raise(this.#gcPauseMaxNs, startTime, duration * NS_PER_MS);
    }
  });
  readonly #timer: NodeJS.Timeout;

  /** Watches from now on, until {@link LoopWatch.stop}. */
  constructor() {
    this.#delays.enable();
    this.#pauses.observe({ entryTypes: ['gc'] });
    this.#timer = setInterval(() => this.#lookAtDelays(), SECOND_MS);
  }

  /** Ends the watch, and tells what it has seen. */
  stop(): HoldUps {
    this.#lookAtDelays();
    clearInterval(this.#timer);
    this.#delays.disable();
    this.#pauses.disconnect();
    return { gcPauseMaxNs: this.#gcPauseMaxNs, eventLoopDelayMaxNs: this.#delayMaxNs };
  }

  #lookAtDelays(): void {
    const delayNs = Math.max(0, this.#delays.max - RESOLUTION_MS * NS_PER_MS);
    this.#delays.reset();
    // The timer comes at the end of the second that it tells of.
    this.#raise(this.#delayMaxNs, performance.now() - SECOND_MS / 2, delayNs);
  }

  #raise(values: number[], atMs: number, ns: number): void {
    const second = Math.max(0, Math.floor((atMs - this.#startedAtMs) / SECOND_MS));
    // No holes: an array with holes is a dictionary to V8, and `reduce` skips them.
    while (values.length <= second) values.push(0);
    values[second] = Math.max(values[second] ?? 0, ns);
  }
}
