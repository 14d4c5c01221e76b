/**
 * Measures a rate in several short windows, each with nothing left over from the one before, and says in which of them
 * others had the CPUs that it wanted.
 *
 *   window  ▁ ▁ ▁ █ · █ ·· ▁ ▁      █ held up from outside for 1 % of its time or more: after a pause a further one is measured
 *
 * What decides is what the kernel says of the others (`outside-watch.ts`), never how the calls fared: a window that is slow by
 * itself, because the services collect garbage or compute, is like any other.
 */

import type { BlockMeasurement } from './measurement.ts';
import { type CpuReading, heldUpMs, readCpus } from './outside-watch.ts';
import type { RateProber } from './rate-prober.ts';

export interface WindowedProberOptions {
  /** Length of a window, in ms; at low rates as long as a few arrivals take. */
  readonly windowMs: number;
  /** Time for further windows, and for waiting until others have done, for all rates together, in ms. */
  readonly spareMs: number;
  readonly signal: AbortSignal;
  /** The kernel's counters. Default: those of this machine. */
  readonly readings?: () => CpuReading | undefined;
}

/** One window at a rate. Whoever receives it destroys the block. */
export interface RateWindow {
  readonly block: BlockMeasurement;
  /** Whether others held it up. */
  readonly isHeldUp: boolean;
}

/** The share of calls that p99 leaves out: from there on it can be others alone that p99 shows. */
const HELD_UP_SHARE = 0.01;
/** Longest pause, in windows, while others hold up one after the other. */
const LONGEST_PAUSE = 4;
/** Arrivals that a window has at least. */
const FEWEST_ARRIVALS = 5;

export class WindowedProber {
  readonly #prober: RateProber;
  readonly #options: WindowedProberOptions;
  #spareMs: number;

  constructor(prober: RateProber, options: WindowedProberOptions) {
    this.#prober = prober;
    this.#options = options;
    this.#spareMs = options.spareMs;
  }

  /** So many windows at a rate, and more for those that were held up, while there is time to spare; fewer after an interrupt. */
  async at(ratePerSecond: number, wanted: number): Promise<readonly RateWindow[]> {
    const { signal, windowMs, readings = readCpus } = this.#options;
    const lengthMs = Math.max(windowMs, (FEWEST_ARRIVALS * 1e3) / ratePerSecond);
    const windows: RateWindow[] = [];
    let pauses = 0;
    for (let quiet = 0; quiet < wanted && !signal.aborted; ) {
      if (windows.length >= wanted) {
        if (this.#spareMs < lengthMs) break;
        this.#spareMs -= lengthMs;
      }
      const before = readings();
      // oxlint-disable-next-line no-await-in-loop -- windows that ran together would measure each other
      const block = await this.#prober.at(ratePerSecond, lengthMs);
      const after = readings();
      if (block === undefined) break; // nothing is answered: more of it would be no different
      const isHeldUp =
        before !== undefined &&
        after !== undefined &&
        heldUpMs(before, after) >= HELD_UP_SHARE * lengthMs;
      windows.push({ block, isHeldUp });
      if (isHeldUp) {
        // oxlint-disable-next-line no-await-in-loop
        await this.#pause(windowMs * Math.min(++pauses, LONGEST_PAUSE));
      } else {
        pauses = 0;
        quiet++;
      }
    }
    return windows;
  }

  /** Others that are busy now are likely to be a moment later. Ends at once when the signal fires. */
  async #pause(pauseMs: number): Promise<void> {
    const { signal } = this.#options;
    if (this.#spareMs < pauseMs || signal.aborted) return;
    this.#spareMs -= pauseMs;
    let resolve = () => {};
    const over = new Promise<void>((settle) => {
      resolve = settle;
    });
    const timer = setTimeout(resolve, pauseMs);
    signal.addEventListener('abort', resolve);
    await over;
    signal.removeEventListener('abort', resolve);
    clearTimeout(timer);
  }
}
