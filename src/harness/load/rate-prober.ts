/**
 * Measures one open target at rates of one's choice, a block at a time: what a search for the highest
 * rate, and a plan of capacity, are made of.
 *
 *   const prober = new RateProber(target, planCalls(case, random), { signal });
 *   const most = await prober.saturate(4, 1_000);          calls/s of 4 callers in a closed loop
 *   const block = await prober.at(500, 5_000);             500 calls/s for 5 s
 *   if (block !== undefined) figuresOf(block);             as plain numbers; destroys the block
 */

import type { LatencySummary } from '../stats/latency-histogram.ts';
import type { ArrivalKind } from './arrival-schedule.ts';
import type { CallPlan } from './call-plan.ts';
import { readyCalls } from './closed-executor.ts';
import { type GeneratorVerdict, generatorVerdict } from './generator-verdict.ts';
import type { LoadGenerator } from './load-generator.ts';
import { LocalGenerator } from './local-generator.ts';
import type { BlockMeasurement } from './measurement.ts';
import { measureOpenBlock } from './open-block.ts';
import { type OpenProgress, OpenRecorder } from './open-recorder.ts';
import { BlockRecorder } from './recorder.ts';
import type { Target } from './target.ts';

export interface RateProberOptions {
  readonly signal: AbortSignal;
  /** Calls that arrive together. Default: 1. */
  readonly batch?: number;
  /** Default: `constant`. */
  readonly process?: ArrivalKind;
  /** Calls (or batches) that can be out at once. Default: no limit. */
  readonly callers?: number;
  /** Calls sent or waiting beyond which arrivals are dropped. Default: 10,000. */
  readonly maxInFlight?: number;
  /** Poisson arrivals are drawn anew for each block, from this seed on. Default: 1. */
  readonly seed?: number;
  /** Told about every 100 ms while a block runs. */
  readonly onProgress?: (progress: OpenProgress) => void;
  /** Who sends the calls. Default: this thread. */
  readonly generator?: LoadGenerator;
}

/** What a rate came to. */
export interface RateFigures {
  /** Calls that were to start in a second, in the mean. */
  readonly offeredPerSecond: number;
  readonly sentPerSecond: number;
  /** Calls that succeeded in a second. */
  readonly donePerSecond: number;
  readonly scheduled: number;
  readonly calls: number;
  readonly failed: number;
  readonly dropped: number;
  /** From the intended start; from when it was sent; what lies between. */
  readonly responseNs: LatencySummary;
  readonly serviceNs: LatencySummary;
  readonly lagNs: LatencySummary;
  /** How late the generator was. */
  readonly pacingNs: LatencySummary;
  readonly generatorVerdict: GeneratorVerdict;
  /** Of every process that took part, without what pacing takes: CPU time over wall time, 0 to the number of cores. */
  readonly busyCores: number;
  readonly rssBytes: number;
  /** Of the calling process, likewise, 0 to 1. */
  readonly eventLoopUtilization: number;
}

const DEFAULT_MAX_IN_FLIGHT = 10_000;

export class RateProber {
  readonly #generator: LoadGenerator;
  readonly #planLength: number;
  readonly #options: RateProberOptions;
  readonly #recorder = new OpenRecorder();
  #nextCall = 0;
  #nextSeed: number;

  constructor(target: Target, plan: CallPlan, options: RateProberOptions) {
    this.#generator = options.generator ?? localGenerator(target, plan);
    this.#planLength = plan.length;
    this.#options = options;
    this.#nextSeed = options.seed ?? 1;
  }

  /** Calls that arrive together. */
  get batch(): number {
    return this.#options.batch ?? 1;
  }

  /** Calls per second that succeed for `callers` who each wait for their reply. */
  async saturate(callers: number, durationMs: number): Promise<number> {
    const recorder = new BlockRecorder();
    const { batch = 1, signal } = this.#options;
    const order = {
      concurrency: callers,
      batch,
      firstCall: this.#nextCall,
      durationMs,
      calls: Number.POSITIVE_INFINITY,
      signal,
    };
    const elapsedMs = await this.#generator.runClosed(order, recorder);
    this.#advance(recorder.calls);
    return (recorder.succeeded * 1e3) / elapsedMs;
  }

  /**
   * One block at a constant rate; `undefined` when not one call was answered, as after an
   * interruption. Whoever receives it destroys its histograms, or has {@link figuresOf} do so.
   *
   * @param mostInFlight - fewer than the prober's own. Default: as many.
   */
  async at(
    ratePerSecond: number,
    durationMs: number,
    mostInFlight = Number.POSITIVE_INFINITY,
  ): Promise<BlockMeasurement | undefined> {
    const {
      signal,
      batch = 1,
      process = 'constant',
      callers = Number.POSITIVE_INFINITY,
      maxInFlight = DEFAULT_MAX_IN_FLIGHT,
    } = this.#options;
    const recorder = this.#recorder;
    const stage = { durationMs, fromPerSecond: ratePerSecond, toPerSecond: ratePerSecond };
    const { onProgress } = this.#options;
    const block = await measureOpenBlock(this.#generator, recorder, {
      load: {
        process,
        stages: [stage],
        callers,
        maxInFlight: Math.max(batch, Math.min(maxInFlight, mostInFlight)),
      },
      batch,
      calls: Number.POSITIVE_INFINITY,
      firstCall: this.#nextCall,
      round: 0,
      seed: this.#nextSeed++,
      signal,
      ...(onProgress === undefined ? {} : { onProgress }),
    });
    this.#advance(recorder.calls.calls);
    return block;
  }

  #advance(calls: number): void {
    this.#nextCall = (this.#nextCall + calls) % this.#planLength;
  }
}

function localGenerator(target: Target, plan: CallPlan): LoadGenerator {
  const ready = readyCalls(plan, (operation) => target.prepare(operation));
  return new LocalGenerator(ready, target);
}

/** A block's figures as plain numbers. Its histograms are destroyed. */
export function figuresOf(block: BlockMeasurement): RateFigures {
  const { open, calls } = block;
  if (open === undefined) throw new TypeError('a block of the closed loop has no rate');
  const { scheduled, scheduleMs, pacedMs } = open;
  const responseNs = block.latency.summary();
  const pacingNs = open.pacing.summary();
  const figures: RateFigures = {
    offeredPerSecond: (scheduled * 1e3) / scheduleMs,
    sentPerSecond: ((calls - open.sentLate) * 1e3) / pacedMs,
    donePerSecond: (block.succeeded * 1e3) / block.durationMs,
    scheduled,
    calls,
    failed: block.failed,
    dropped: open.dropped,
    responseNs,
    serviceNs: open.service.summary(),
    lagNs: open.lag.summary(),
    pacingNs,
    generatorVerdict: generatorVerdict({ pacingNs, responseNs, scheduleMs, pacedMs }),
    busyCores: block.cpuNs / 1e6 / block.durationMs,
    rssBytes: block.rssBytes,
    eventLoopUtilization: block.eventLoopUtilization,
  };
  destroyBlock(block);
  return figures;
}

/** Gives back the memory of a block's histograms. */
export function destroyBlock({ latency, batchLatency, open }: BlockMeasurement): void {
  latency.destroy();
  batchLatency.destroy();
  for (const histogram of [open?.service, open?.lag, open?.held, open?.pacing])
    histogram?.destroy();
}
