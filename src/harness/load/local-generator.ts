/** Sends calls from the thread that it is in: all of them, or a worker's share. */

import { seededRandom } from '../stats/random.ts';
import { ArrivalSchedule, scheduleLengthMs } from './arrival-schedule.ts';
import { type ReadyCall, runClosedBlock } from './closed-executor.ts';
import type { LoadGenerator, OpenRun, OpenRunOrder } from './load-generator.ts';
import { LoopWatch } from './loop-watch.ts';
import { runOpenBlock } from './open-executor.ts';
import type { OpenRecorder } from './open-recorder.ts';
import type { BlockRecorder } from './recorder.ts';
import { ResourceMeter } from './resource-meter.ts';
import type { BlockOrder, TargetUsage } from './target.ts';
import { partOf, shareOfSchedule, WHOLE, type WorkerShare } from './worker-share.ts';

export class LocalGenerator implements LoadGenerator {
  readonly workers = 1;
  readonly #ready: readonly ReadyCall[];
  readonly #usage: () => Promise<TargetUsage>;
  readonly #share: WorkerShare;

  /**
   * @param usage - usage of the target's own processes
   * @param share - its part of every order. Default: all of it.
   */
  constructor(
    ready: readonly ReadyCall[],
    usage: () => Promise<TargetUsage>,
    share: WorkerShare = WHOLE,
  ) {
    this.#ready = ready;
    this.#usage = usage;
    this.#share = share;
  }

  runClosed(order: BlockOrder, recorder: BlockRecorder): Promise<number> {
    const concurrency = partOf(order.concurrency, this.#share);
    return runClosedBlock(this.#ready, { ...order, concurrency }, recorder);
  }

  /** @param startAtMs - when the schedule starts, as of `performance.now()`. Default: at once. */
  async runOpen(order: OpenRunOrder, recorder: OpenRecorder, startAtMs?: number): Promise<OpenRun> {
    const { load, batch, calls, firstCall, seed, signal, onProgress } = order;
    const { stages, process, callers, maxInFlight } = load;
    const share = this.#share;
    const random = process === 'poisson' ? seededRandom(seed) : undefined;
    const meter = new ResourceMeter(this.#usage);
    await meter.start();
    const watch = new LoopWatch();
    const startMs = startAtMs ?? performance.now();
    const startedAtMs = Math.round(Date.now() + startMs - performance.now());
    const pace = await runOpenBlock(
      this.#ready,
      {
        schedule: shareOfSchedule(new ArrivalSchedule(stages, { batch, calls, random }), share),
        scheduleMs: scheduleLengthMs(stages, calls),
        startAtMs: startMs,
        batch,
        callers: partOf(callers, share),
        maxInFlight: partOf(Math.floor(maxInFlight / batch), share) * batch,
        firstCall: (firstCall + share.worker * batch) % this.#ready.length,
        skippedCalls: (share.workers - 1) * batch,
        signal,
        onProgress: (elapsedMs) => onProgress?.(recorder.progress(elapsedMs)),
      },
      recorder,
    );
    const holdUps = watch.stop();
    return { startedAtMs, pace, use: await meter.stop(), holdUps };
  }

  async close(): Promise<void> {}
}
