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
import type { BlockOrder, Target } from './target.ts';
import { partOf, shareOfSchedule, WHOLE, type WorkerShare } from './worker-share.ts';

/** What is asked of a target beside its calls. */
type CalledTarget = Pick<Target, 'usage' | 'giveUpMs'>;

export class LocalGenerator implements LoadGenerator {
  readonly workers = 1;
  readonly #ready: readonly ReadyCall[];
  readonly #target: CalledTarget;
  readonly #share: WorkerShare;

  /**
   * @param target - of what it says, usage is that of its own processes
   * @param share - its part of every order. Default: all of it.
   */
  constructor(ready: readonly ReadyCall[], target: CalledTarget, share: WorkerShare = WHOLE) {
    this.#ready = ready;
    this.#target = target;
    this.#share = share;
  }

  runClosed(order: BlockOrder, recorder: BlockRecorder): Promise<number> {
    const concurrency = partOf(order.concurrency, this.#share);
    return runClosedBlock(this.#ready, { ...order, ...this.#patience, concurrency }, recorder);
  }

  /** @param startAtMs - when the schedule starts, as of `performance.now()`. Default: at once. */
  async runOpen(order: OpenRunOrder, recorder: OpenRecorder, startAtMs?: number): Promise<OpenRun> {
    const { load, batch, calls, firstCall, seed, signal, onProgress } = order;
    const { stages, process, callers, maxInFlight } = load;
    const share = this.#share;
    const random = process === 'poisson' ? seededRandom(seed) : undefined;
    const meter = new ResourceMeter(() => this.#target.usage());
    await meter.start();
    const watch = new LoopWatch();
    const startMs = startAtMs ?? performance.now();
    const startedAtMs = Math.round(Date.now() + startMs - performance.now());
    const pace = await runOpenBlock(
      this.#ready,
      {
        schedule: shareOfSchedule(new ArrivalSchedule(stages, { batch, calls, random }), share),
        scheduleMs: scheduleLengthMs(stages, calls, batch),
        startAtMs: startMs,
        batch,
        callers: partOf(callers, share),
        maxInFlight: partOf(Math.floor(maxInFlight / batch), share) * batch,
        firstCall: (firstCall + share.worker * batch) % this.#ready.length,
        skippedCalls: (share.workers - 1) * batch,
        signal,
        ...this.#patience,
        onProgress: (elapsedMs) => onProgress?.(recorder.progress(elapsedMs)),
      },
      recorder,
    );
    const holdUps = watch.stop();
    return { startedAtMs, pace, use: await meter.stop(), holdUps };
  }

  async close(): Promise<void> {}

  get #patience(): Pick<Target, 'giveUpMs'> {
    const { giveUpMs } = this.#target;
    return giveUpMs === undefined ? {} : { giveUpMs };
  }
}
