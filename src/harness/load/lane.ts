/** One variant's way through a measurement: warm-up, and a block a round, of either loop. */

import { ToolrigError } from '../../core/errors.ts';
import { seededRandom } from '../stats/random.ts';
import { isSteady } from '../stats/steady-state.ts';
import type { CallPlan } from './call-plan.ts';
import type { LoadGenerator } from './load-generator.ts';
import { findMaxRate } from './max-rate.ts';
import type { MaxRateOutcome } from './max-rate-outcome.ts';
import type {
  BlockMeasurement,
  Contestant,
  MeasureOptions,
  MeasureProgress,
  VariantMeasurement,
} from './measurement.ts';
import { measureOpenBlock } from './open-block.ts';
import { type OpenProgress, OpenRecorder } from './open-recorder.ts';
import { RateProber } from './rate-prober.ts';
import { BlockRecorder, countsOf } from './recorder.ts';
import type { OpenLoad, ResolvedLoad, ThinkTime } from './resolve-load.ts';
import { ResourceMeter } from './resource-meter.ts';
import type { Slo } from './slo.ts';
import type { BlockOrder, Target } from './target.ts';

/** Shortest window of a warm-up; slow targets take as long as a few calls need. */
const WARM_WINDOW_MS = 20;
/** Rates that a search tries, for its progress. */
const USUAL_TRIES = 18;

export class Lane {
  readonly variant: string;
  readonly #target: Target;
  readonly #plan: CallPlan;
  readonly #generator: LoadGenerator;
  readonly #load: ResolvedLoad;
  readonly #options: MeasureOptions;
  readonly #think: (() => number) | undefined;
  readonly #recorder = new BlockRecorder();
  #openRecorder: OpenRecorder | undefined;
  readonly #blocks: BlockMeasurement[] = [];
  #maxRate: MaxRateOutcome | undefined;
  readonly #warmWindowsNsPerCall: number[] = [];
  #warmupMs = 0;
  #isSteady = false;
  /** Place in the plan of the next call, of its blocks and of its twin's. */
  #cursor = { nextCall: 0 };
  readonly #twinCursor = { nextCall: 0 };

  constructor(
    { variant, target }: Contestant,
    generator: LoadGenerator,
    plan: CallPlan,
    load: ResolvedLoad,
    options: MeasureOptions,
  ) {
    this.variant = variant;
    this.#target = target;
    this.#generator = generator;
    this.#plan = plan;
    this.#load = load;
    this.#options = options;
    this.#think = thinkTimes(load.think, seededRandom(options.seed ?? 1));
  }

  /** Whether it is steady, or has had its time to become so. */
  get isWarm(): boolean {
    return this.#isSteady || this.#warmupMs >= this.#load.warmupMs;
  }

  /** One window of warming up. */
  async warm(): Promise<void> {
    const durationMs = Math.min(WARM_WINDOW_MS, this.#load.warmupMs);
    const windowMs = await this.#run({ durationMs, calls: Number.POSITIVE_INFINITY }, this.#cursor);
    this.#warmupMs += windowMs;
    this.#warmWindowsNsPerCall.push(windowMs / this.#recorder.calls);
    this.#isSteady = isSteady(this.#warmWindowsNsPerCall);
    this.#report('warm-up', 0, windowMs, 1);
    if (this.isWarm) this.#cursor = { nextCall: 0 }; // all begin to measure at the same call
  }

  /**
   * One block.
   *
   * @param doneRatio - share of the round that is done before it
   * @param shareRatio - its own share
   */
  async measure(round: number, doneRatio: number, shareRatio: number): Promise<void> {
    const { open } = this.#load;
    if (open?.slo !== undefined) {
      await this.#searchMaxRate(open, open.slo, (ratio) => doneRatio + shareRatio * ratio);
      return;
    }
    if (open !== undefined) {
      const onProgress = (progress: OpenProgress, blockRatio: number) =>
        this.#reportOpen(progress, round, doneRatio + shareRatio * blockRatio);
      this.#blocks.push(...(await this.#openBlock(open, round, this.#cursor, onProgress)));
      return;
    }
    const blocks = await this.#block(round, this.#cursor);
    this.#blocks.push(...blocks);
    for (const { durationMs, latency } of blocks) {
      const latencyNs = { p50: latency.valueAtPercentile(50), p99: latency.valueAtPercentile(99) };
      this.#report('measure', round + 1, durationMs, doneRatio + shareRatio, latencyNs);
    }
    for (const block of blocks) requireAnswers(block);
  }

  /** A block like any other, of this lane's calls in the order of their own, that is not kept here. */
  measureTwin(round: number): Promise<BlockMeasurement[]> {
    const { open } = this.#load;
    return open === undefined
      ? this.#block(round, this.#twinCursor)
      : this.#openBlock(open, round, this.#twinCursor, () => {});
  }

  /** Ends whoever sends its calls; the target stays open. */
  close(): Promise<void> {
    return this.#generator.close();
  }

  result(): VariantMeasurement {
    return {
      variant: this.variant,
      warmupMs: this.#warmupMs,
      isSteady: this.#isSteady,
      blocks: this.#blocks,
      ...(this.#target.usageOf === undefined ? {} : { usageOf: this.#target.usageOf }),
      ...(this.#maxRate === undefined ? {} : { maxRate: this.#maxRate }),
    };
  }

  /** One block; none without a call, as after an interruption. */
  async #block(round: number, cursor: { nextCall: number }): Promise<BlockMeasurement[]> {
    const meter = new ResourceMeter(() => this.#target.usage());
    const startedAtMs = Date.now();
    await meter.start();
    const durationMs = await this.#run(this.#share(round), cursor);
    const use = await meter.stop();
    const recorder = this.#recorder;
    if (recorder.calls === 0) return [];
    return [
      {
        ...use,
        ...countsOf(recorder),
        round,
        startedAtMs,
        durationMs,
      },
    ];
  }

  /** One block of the open loop, likewise. */
  async #openBlock(
    load: OpenLoad,
    round: number,
    cursor: { nextCall: number },
    onProgress: (progress: OpenProgress, blockRatio: number) => void,
  ): Promise<BlockMeasurement[]> {
    const recorder = (this.#openRecorder ??= new OpenRecorder());
    const block = await measureOpenBlock(this.#generator, recorder, {
      load,
      batch: this.#load.batch,
      calls: this.#share(round).calls,
      firstCall: cursor.nextCall,
      round,
      seed: (this.#options.seed ?? 1) + round,
      signal: this.#options.signal,
      onProgress: (progress, lengthMs) =>
        onProgress(progress, Math.min(1, progress.elapsedMs / lengthMs)),
    });
    cursor.nextCall = (cursor.nextCall + recorder.calls.calls) % this.#plan.length;
    return block === undefined ? [] : [block];
  }

  /** This round's part of the time or of the calls; the first rounds take the remainder. */
  #share(round: number): { durationMs: number; calls: number } {
    const { durationMs, calls, rounds } = this.#load;
    if (calls === Number.POSITIVE_INFINITY) return { durationMs: durationMs / rounds, calls };
    return { durationMs, calls: Math.floor(calls / rounds) + (round < calls % rounds ? 1 : 0) };
  }

  async #run(
    share: { durationMs: number; calls: number },
    cursor: { nextCall: number },
  ): Promise<number> {
    const { concurrency, batch } = this.#load;
    const { signal } = this.#options;
    const order: BlockOrder = {
      concurrency,
      batch,
      ...share,
      firstCall: cursor.nextCall,
      signal,
      ...(this.#think === undefined ? {} : { thinkMs: this.#think }),
    };
    this.#recorder.reset();
    const durationMs =
      this.#target.drive === undefined
        ? await this.#generator.runClosed(order, this.#recorder)
        : await this.#target.drive(this.#plan, order, this.#recorder);
    cursor.nextCall = (cursor.nextCall + this.#recorder.calls) % this.#plan.length;
    return durationMs;
  }

  async #searchMaxRate(
    open: OpenLoad,
    slo: Slo,
    roundRatioOf: (searchRatio: number) => number,
  ): Promise<void> {
    const { signal, seed = 1 } = this.#options;
    const { concurrency, batch, durationMs } = this.#load;
    const { process, callers, maxInFlight } = open;
    let tries = 0;
    const prober = new RateProber(this.#target, this.#plan, {
      signal,
      seed,
      batch,
      process,
      callers,
      maxInFlight,
      generator: this.#generator,
      onProgress: (progress) =>
        this.#reportOpen(progress, 0, roundRatioOf(Math.min(0.95, tries / USUAL_TRIES))),
    });
    const onTry = (count: number) => {
      tries = count;
    };
    const order = { slo, callers: concurrency, durationMs, signal, onTry };
    const { outcome, block } = await findMaxRate(prober, order);
    this.#maxRate = outcome;
    if (block !== undefined) this.#blocks.push(block);
  }

  #reportOpen(progress: OpenProgress, round: number, roundRatio: number): void {
    const { elapsedMs, succeeded, ...figures } = progress;
    this.#options.onProgress({
      variant: this.variant,
      phase: 'measure',
      round: round + 1,
      callsPerSecond: (succeeded * 1e3) / elapsedMs,
      ...figures,
      roundRatio,
    });
  }

  #report(
    phase: MeasureProgress['phase'],
    round: number,
    durationMs: number,
    roundRatio: number,
    latencyNs?: NonNullable<MeasureProgress['latencyNs']>,
  ): void {
    this.#options.onProgress({
      variant: this.variant,
      phase,
      round,
      callsPerSecond: (this.#recorder.succeeded * 1e3) / durationMs,
      failed: this.#recorder.failed,
      roundRatio,
      ...(latencyNs === undefined ? {} : { latencyNs }),
    });
  }
}

/** Draws pauses, in ms; `undefined` when callers make none. */
function thinkTimes(
  think: ThinkTime | undefined,
  random: () => number,
): (() => number) | undefined {
  if (think === undefined) return undefined;
  const { meanMs, kind } = think;
  return kind === 'fixed' ? () => meanMs : () => -Math.log(1 - random()) * meanMs;
}

/**
 * Checks that a block was answered at all. What hangs answers each call with its deadline, where it has one, block
 * after block; the block is kept, as one of failures.
 *
 * @throws `ERR_TIMEOUT` when every call ran into its deadline
 */
function requireAnswers({ calls, errors }: BlockMeasurement): void {
  if ((errors.get('ERR_TIMEOUT') ?? 0) < calls) return;
  const [what, their] =
    calls === 1 ? ['its one call was not', 'its'] : [`none of ${calls} calls was`, 'their'];
  throw new ToolrigError(
    'ERR_TIMEOUT',
    `${what} answered within ${their} deadline, and the rest is given up: see to it that the service answers`,
  );
}
