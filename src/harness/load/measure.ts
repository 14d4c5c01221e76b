/**
 * Measures one case of a scenario on several variants.
 *
 *   preflight ──▶ warm up each until steady ──▶ rounds: one block of each variant, order alternating
 *
 * The block is the unit of replication. In every round the reference variant is measured a second
 * time, as its own twin, at the other end of the round: the ratio of a variant with itself is the
 * noise of this machine, now.
 */

import { ToolrigError } from '../../core/errors.ts';
import { LatencyHistogram } from '../stats/latency-histogram.ts';
import { isSteady } from '../stats/steady-state.ts';
import type { CallPlan } from './call-plan.ts';
import type { ChaosOutcome } from './chaos-outcome.ts';
import { type ReadyCall, readyCalls, runClosedBlock } from './closed-executor.ts';
import { preflight } from './preflight.ts';
import { BlockRecorder } from './recorder.ts';
import { ResourceMeter, type ResourceUse } from './resource-meter.ts';
import { roundOrder } from './round-order.ts';
import type { BlockOrder, Target } from './target.ts';

/** How hard and how long, with every default filled in. */
export interface ResolvedLoad {
  readonly concurrency: number;
  readonly batch: number;
  /** Of each variant over all rounds; `Infinity` when `calls` decides. */
  readonly durationMs: number;
  /** Of each variant over all rounds; `Infinity` when `durationMs` decides. */
  readonly calls: number;
  readonly rounds: number;
  readonly warmupMs: number;
}

/** An open target under its variant's name. */
export interface Contestant {
  readonly variant: string;
  readonly target: Target;
}

/** What a measurement tells while it goes on. */
export interface MeasureProgress {
  readonly variant: string;
  readonly phase: 'warm-up' | 'measure';
  /** From 1; 0 while warming up. */
  readonly round: number;
  readonly callsPerSecond: number;
  readonly failed: number;
}

export interface MeasureOptions {
  /** The variant that is measured twice a round, for the noise floor. */
  readonly reference: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: MeasureProgress) => void;
}

/** One block of one variant. Whoever receives it destroys the histograms. */
export interface BlockMeasurement extends ResourceUse {
  readonly round: number;
  /** ms since 1970. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly calls: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly checksFailed: number;
  readonly errors: ReadonlyMap<string, number>;
  readonly firstFailure: string | undefined;
  readonly latency: LatencyHistogram;
  readonly batchLatency: LatencyHistogram;
}

export interface VariantMeasurement {
  readonly variant: string;
  readonly warmupMs: number;
  readonly isSteady: boolean;
  readonly blocks: readonly BlockMeasurement[];
  /** Where every call was accounted for. */
  readonly chaos?: ChaosOutcome;
}

export interface CaseMeasurement {
  readonly variants: readonly VariantMeasurement[];
  /** Blocks of the reference's twin; empty when there was none. */
  readonly twin: readonly BlockMeasurement[];
  /** What ended the rounds early, such as a target that died; `undefined` when nothing did. */
  readonly failure: ToolrigError | undefined;
}

/** Shortest window of a warm-up; slow targets take as long as a few calls need. */
const WARM_WINDOW_MS = 20;

/**
 * Runs the case. When `signal` fires, the block under way ends with the calls under way, no other
 * is begun, and what was measured is returned; likewise when a target fails in the middle. A variant
 * may then have fewer blocks than rounds, or none.
 *
 * @throws `ERR_USAGE`, `ERR_TARGET` or `ERR_INVALID_MEASUREMENT` when an operation does not work at
 *   all; `ERR_TARGET` when a target fails before the first block is complete
 */
export async function measureCase(
  plan: CallPlan,
  contestants: readonly Contestant[],
  load: ResolvedLoad,
  options: MeasureOptions,
): Promise<CaseMeasurement> {
  await preflight(plan, contestants);
  const lanes = contestants.map(
    ({ variant, target }) => new Lane(variant, target, plan, load, options),
  );
  await warmUp(lanes, options.signal);
  const reference = lanes.find((lane) => lane.variant === options.reference);
  const blocks = [
    ...lanes.map((lane) => ({ lane, isTwin: false })),
    ...(reference === undefined ? [] : [{ lane: reference, isTwin: true }]),
  ];
  const twin: BlockMeasurement[] = [];
  let running = '';
  let failure: ToolrigError | undefined;
  try {
    for (let round = 0; round < load.rounds; round++) {
      for (const { lane, isTwin } of roundOrder(blocks, round)) {
        if (options.signal.aborted) break;
        running = `variant '${lane.variant}' in round ${round + 1}`;
        if (isTwin) twin.push(...(await lane.measureTwin(round)));
        else await lane.measure(round);
      }
    }
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    failure = new ToolrigError('ERR_TARGET', `${running} failed: ${reason}`, { cause: thrown });
    if (lanes.every((lane) => lane.result().blocks.length === 0)) throw failure;
  }
  return { variants: lanes.map((lane) => lane.result()), twin, failure };
}

/**
 * Runs short windows of all variants in turn, each until it is steady or has had its time. In turn,
 * because they share the loop that calls them: what V8 makes of it depends on all of them.
 */
async function warmUp(lanes: readonly Lane[], signal: AbortSignal): Promise<void> {
  let cold = lanes;
  while (cold.length > 0 && !signal.aborted) {
    for (const lane of cold) await lane.warm();
    cold = cold.filter((lane) => !lane.isWarm);
  }
}

/** One variant's way through the rounds. */
class Lane {
  readonly variant: string;
  readonly #target: Target;
  readonly #plan: CallPlan;
  readonly #ready: readonly ReadyCall[];
  readonly #load: ResolvedLoad;
  readonly #options: MeasureOptions;
  readonly #recorder = new BlockRecorder();
  readonly #blocks: BlockMeasurement[] = [];
  readonly #warmWindowsNsPerCall: number[] = [];
  #warmupMs = 0;
  #isSteady = false;
  /** Place in the plan of the next call, of its blocks and of its twin's. */
  #cursor = { nextCall: 0 };
  readonly #twinCursor = { nextCall: 0 };

  constructor(
    variant: string,
    target: Target,
    plan: CallPlan,
    load: ResolvedLoad,
    options: MeasureOptions,
  ) {
    this.variant = variant;
    this.#target = target;
    this.#plan = plan;
    this.#ready = readyCalls(plan, (operation) => target.prepare(operation));
    this.#load = load;
    this.#options = options;
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
    this.#report('warm-up', 0, windowMs);
    if (this.isWarm) this.#cursor = { nextCall: 0 }; // all begin to measure at the same call
  }

  async measure(round: number): Promise<void> {
    const blocks = await this.#block(round, this.#cursor);
    this.#blocks.push(...blocks);
    for (const { durationMs } of blocks) this.#report('measure', round + 1, durationMs);
  }

  /** A block like any other, of this lane's calls in the order of their own, that is not kept here. */
  measureTwin(round: number): Promise<BlockMeasurement[]> {
    return this.#block(round, this.#twinCursor);
  }

  result(): VariantMeasurement {
    return {
      variant: this.variant,
      warmupMs: this.#warmupMs,
      isSteady: this.#isSteady,
      blocks: this.#blocks,
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
    const latency = new LatencyHistogram();
    const batchLatency = new LatencyHistogram();
    recorder.latency.drainInto(latency);
    recorder.batchLatency.drainInto(batchLatency);
    return [
      {
        ...use,
        round,
        startedAtMs,
        durationMs,
        calls: recorder.calls,
        succeeded: recorder.succeeded,
        failed: recorder.failed,
        checksFailed: recorder.checksFailed,
        errors: new Map(recorder.errors),
        firstFailure: recorder.firstFailure,
        latency,
        batchLatency,
      },
    ];
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
    const order: BlockOrder = { concurrency, batch, ...share, firstCall: cursor.nextCall, signal };
    this.#recorder.reset();
    const durationMs =
      this.#target.drive === undefined
        ? await runClosedBlock(this.#ready, order, this.#recorder)
        : await this.#target.drive(this.#plan, order, this.#recorder);
    cursor.nextCall = (cursor.nextCall + this.#recorder.calls) % this.#plan.length;
    return durationMs;
  }

  #report(phase: MeasureProgress['phase'], round: number, durationMs: number): void {
    this.#options.onProgress({
      variant: this.variant,
      phase,
      round,
      callsPerSecond: (this.#recorder.calls * 1e3) / durationMs,
      failed: this.#recorder.failed,
    });
  }
}
