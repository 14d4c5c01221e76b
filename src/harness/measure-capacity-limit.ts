/**
 * Measures rates in windows, and finds where a replica stops keeping to its objectives: by the windows of the whole
 * sweep, and then by further ones around the place where they say that it is.
 */

import {
  budgetUsed,
  canSetAside,
  fitLimit,
  type LimitFit,
  nextRate,
  type WindowSample,
} from './capacity/limit-fit.ts';
import { allowedShare, type Objective } from './capacity/objective.ts';
import type { BlockMeasurement } from './load/measurement.ts';
import { poolBlocks } from './load/pool-blocks.ts';
import { destroyBlock } from './load/rate-prober.ts';
import type { RateWindow, WindowedProber } from './load/rate-windows.ts';
import type { CapacityRate } from './results/capacity-record.ts';
import { mergedHistogram } from './stats/latency-histogram.ts';

export interface LimitOptions {
  readonly objectives: readonly Objective[];
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** What is being done, in words. */
  readonly onStep: (step: string) => void;
}

interface Sample extends WindowSample {
  readonly isHeldUp: boolean;
}

/** What goes without saying: a service that refuses fast would keep any latency at any rate. */
const NO_ERRORS: Objective = {
  expression: 'errors <= 0%',
  metric: 'errors',
  limit: 0,
  isInclusive: true,
};
/** Windows of a rate around the limit. */
const ROUND_WINDOWS = 4;
/** Of the windows at a rate, those that may be answered less than they were asked. */
const MAY_FALL_BEHIND = 0.5;
/** Answers that a window needs, as a share of those that were asked for. */
const LEAST_DONE = 0.95;

export class LimitMeter {
  readonly #prober: WindowedProber;
  readonly #options: LimitOptions;
  readonly #objectives: readonly Objective[];
  readonly #allowed: readonly number[];
  readonly #samples: Sample[] = [];
  readonly #rates: Omit<CapacityRate, 'budgetUsed'>[] = [];

  constructor(prober: WindowedProber, options: LimitOptions) {
    this.#prober = prober;
    this.#options = options;
    const { objectives } = options;
    const isOnErrors = objectives.some(({ metric }) => metric === 'errors');
    this.#objectives = isOnErrors ? objectives : [...objectives, NO_ERRORS];
    this.#allowed = [...this.#objectives.map(allowedShare), MAY_FALL_BEHIND];
  }

  /**
   * Measures a rate; the block is that of the windows which nobody held up, or of all when every one was.
   * `undefined` when not one call was answered. Whoever receives it destroys it.
   */
  async at(ratePerSecond: number, wanted: number): Promise<BlockMeasurement | undefined> {
    const windows = await this.#prober.at(ratePerSecond, wanted);
    for (const { block, isHeldUp } of windows) {
      this.#samples.push({ ratePerSecond, isHeldUp, misses: this.#missesOf(block) });
    }
    const quiet = windows.filter(({ isHeldUp }) => !isHeldUp);
    const [counted, aside] = quiet.length === 0 ? [windows, []] : [quiet, windows.filter(heldUp)];
    const p99WithAll = p99Of(windows);
    for (const { block } of aside) destroyBlock(block);
    const [first, ...others] = counted.map(({ block }) => block);
    if (first === undefined) return undefined;
    const pooled = poolBlocks([first, ...others]);
    this.#rates.push({
      ratePerSecond,
      windows: windows.length,
      heldUp: windows.length - quiet.length,
      p99: pooled.latency.valueAtPercentile(99),
      p99WithAll,
      max: pooled.latency.valueAtPercentile(100),
    });
    return pooled;
  }

  /** Further windows around the limit, until it is known well enough. */
  async closeIn(): Promise<void> {
    const { signal, onStep } = this.#options;
    const lowest = Math.min(...this.#samples.map((each) => each.ratePerSecond));
    for (let round = 0; !signal.aborted; round++) {
      const ratePerSecond = nextRate(this.fit(), round, lowest);
      if (ratePerSecond === undefined) break;
      onStep(`the limit, at ${Math.round(ratePerSecond)} calls/s`);
      // oxlint-disable-next-line no-await-in-loop -- rates that ran together would measure each other
      const block = await this.at(ratePerSecond, ROUND_WINDOWS);
      if (block !== undefined) destroyBlock(block);
    }
  }

  /** The limit by all windows so far; `undefined` when not even the lowest rate keeps to the objectives. */
  fit(): LimitFit | undefined {
    return fitLimit(this.#counted, this.#allowed, this.#options.random);
  }

  /** Every rate that was measured, in order. */
  get rates(): readonly CapacityRate[] {
    const counted = this.#counted;
    return this.#rates
      .map((rate) => {
        const own = counted.filter((each) => each.ratePerSecond === rate.ratePerSecond);
        return { ...rate, budgetUsed: own.length === 0 ? null : budgetUsed(own, this.#allowed) };
      })
      .toSorted((a, b) => a.ratePerSecond - b.ratePerSecond);
  }

  /** Windows that nobody held up; all of them when those are too few. */
  get #counted(): readonly Sample[] {
    const all = this.#samples;
    const quiet = all.filter(({ isHeldUp }) => !isHeldUp);
    return canSetAside(all.length, all.length - quiet.length) ? quiet : all;
  }

  #missesOf(block: BlockMeasurement) {
    const { calls, failed, latency, durationMs, open } = block;
    const scheduled = open?.scheduled ?? calls;
    const timed = latency.count;
    const isBehind =
      (calls * (open?.scheduleMs ?? durationMs)) / durationMs < LEAST_DONE * scheduled;
    return [
      ...this.#objectives.map(({ metric, limit }) =>
        metric === 'errors'
          ? { missed: failed + scheduled - calls, calls: scheduled }
          : { missed: latency.shareAbove(limit) * timed, calls: timed },
      ),
      { missed: isBehind ? 1 : 0, calls: 1 },
    ];
  }
}

function heldUp({ isHeldUp }: RateWindow): boolean {
  return isHeldUp;
}

function p99Of(windows: readonly RateWindow[]): number {
  const latency = mergedHistogram(windows.map(({ block }) => block.latency));
  const p99 = latency.valueAtPercentile(99);
  latency.destroy();
  return p99;
}
