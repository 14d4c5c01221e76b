/**
 * The load of a chaos run, cut into windows: each becomes a block of the record, so that throughput
 * has an interval, the interval log a course over time, and a drift its samples.
 *
 * All windows are made before the run. One made when its turn comes would be memory that grows
 * while memory is what is being watched.
 */

import { getHeapStatistics } from 'node:v8';
import type { Clock } from '../../core/clock.ts';
import { LatencyHistogram } from '../stats/latency-histogram.ts';
import type { LatencyTally } from '../stats/latency-tally.ts';
import { brokenUsage } from './broken-usage.ts';
import type { ChaosLoad } from './chaos-load.ts';
import type { DriftPoint } from './chaos-outcome.ts';
import { LoadWindow } from './chaos-totals.ts';
import type { BlockMeasurement } from './measurement.ts';
import type { ResolvedLoad } from './resolve-load.ts';
import { ResourceMeter, type ResourceUse } from './resource-meter.ts';
import type { Target, TargetUsage } from './target.ts';

/** Windows of a run of one round: enough to see a drift, few enough to hold in memory. */
const FEWEST_WINDOWS = 10;
const MOST_WINDOWS = 60;
const WINDOW_MS = 1_000;
const LOOK_EVERY_MS = 20;

/** A window that is over, and what it used. */
type Block = Omit<BlockMeasurement, 'latency' | 'batchLatency'> & { readonly window: LoadWindow };

export class ChaosWindows {
  readonly points: DriftPoint[] = [];
  readonly #load: ChaosLoad;
  readonly #clock: Clock;
  readonly #usage: () => Promise<TargetUsage>;
  readonly #rounds: number;
  readonly #windowMs: number;
  readonly #beforeLook: () => void;
  readonly #spare: LoadWindow[];
  readonly #blocks: Block[] = [];
  #latest = new LoadWindow();

  /** @param beforeLook - is called between windows, before it is looked at what may drift */
  constructor(
    load: ChaosLoad,
    target: Target,
    resolved: ResolvedLoad,
    beforeLook: () => void,
    clock: Clock,
  ) {
    const count = windowCount(resolved);
    this.#load = load;
    this.#clock = clock;
    this.#usage = brokenUsage(target);
    this.#rounds = resolved.rounds;
    this.#beforeLook = beforeLook;
    this.#windowMs = resolved.durationMs / count;
    this.#spare = Array.from({ length: count }, () => new LoadWindow());
  }

  /** Windows so far. */
  get count(): number {
    return this.#blocks.length;
  }

  /** The last one measured. */
  get latest(): LoadWindow {
    return this.#latest;
  }

  /**
   * Measures the next window; returns its length in ms. It is longer than it was meant to be while
   * nothing has been answered: a service that is down leaves no window without a call to divide by.
   */
  async measure(
    round: number,
    pause: (ms: number) => Promise<void>,
    isDone: () => boolean,
  ): Promise<number> {
    const window = this.#spare.pop() ?? new LoadWindow();
    const meter = new ResourceMeter(this.#usage);
    await meter.start();
    const startedAtMs = this.#clock.wallMs();
    const startMs = this.#clock.nowMs();
    this.#load.window = window;
    do {
      const leftMs = this.#windowMs - (this.#clock.nowMs() - startMs);
      await pause(Math.min(Math.max(leftMs, 1), LOOK_EVERY_MS));
    } while (
      !isDone() &&
      (window.succeeded === 0 || this.#clock.nowMs() - startMs < this.#windowMs)
    );
    this.#load.window = undefined;
    const durationMs = this.#clock.nowMs() - startMs;
    const use = await meter.stop();
    this.#latest = window;
    if (window.succeeded === 0) return durationMs;
    const { succeeded, checksFailed, rejected } = window;
    this.#blocks.push({
      ...use,
      round: this.#rounds > 1 ? round : this.#blocks.length,
      startedAtMs,
      durationMs,
      calls: succeeded + checksFailed + rejected,
      succeeded,
      failed: checksFailed + rejected,
      checksFailed,
      errors: new Map(),
      firstFailure: undefined,
      window,
    });
    this.points.push(this.#lookAt(use));
    return durationMs;
  }

  /** What may drift. */
  #lookAt({ rssBytes }: ResourceUse): DriftPoint {
    this.#beforeLook();
    return {
      atMs: this.#clock.nowMs(),
      heapBytes: getHeapStatistics().used_heap_size,
      rssBytes,
      handles: process.getActiveResourcesInfo().length,
    };
  }

  /** The windows as blocks of answered calls; whoever receives them destroys their histograms. */
  blocks(): BlockMeasurement[] {
    if (this.#blocks.length === 0) return [];
    const noBatches = new LatencyHistogram();
    return this.#blocks.map(({ window, ...block }) => ({
      ...block,
      latency: histogramOf(window.latency),
      batchLatency: noBatches,
    }));
  }
}

/** Windows of all rounds. Rounds are compared as wholes, so each of several is one window. */
export function windowCount({ rounds, durationMs }: ResolvedLoad): number {
  if (rounds > 1) return rounds;
  return Math.min(MOST_WINDOWS, Math.max(FEWEST_WINDOWS, Math.floor(durationMs / WINDOW_MS)));
}

/** What a tally counted; it starts again from zero. */
export function histogramOf(tally: LatencyTally): LatencyHistogram {
  const histogram = new LatencyHistogram();
  tally.drainInto(histogram);
  return histogram;
}
