/**
 * Sends calls from several threads that share every block, and puts together what they counted.
 *
 *   block ──┬─▶ worker 1: every n-th arrival, on its own loop and connection ──┬─▶ counts, added up
 *           ├─▶ worker 2                                                       │
 *           └─▶ …            they start at one moment of the clock they share ─┘
 *
 * All or nothing: a worker that fails fails the block, since a share that is missing would look
 * like a server that was asked less.
 */

import type { PlanSource } from '../call-plan.ts';
import type { LoadGenerator, OpenRun, OpenRunOrder } from '../load-generator.ts';
import { mergedHoldUps } from '../loop-watch.ts';
import { mergedPace } from '../open-pace.ts';
import type { OpenProgress, OpenRecorder } from '../open-recorder.ts';
import type { BlockRecorder } from '../recorder.ts';
import { ResourceMeter, usedTogether } from '../resource-meter.ts';
import type { BlockOrder, SharedServers, TargetUsage } from '../target.ts';
import { GeneratorThread } from './generator-thread.ts';

/** From the order to the start: workers have to hear of it and get ready. */
const LEAD_MS = 50;
const NS_PER_MS = 1e6;

export interface WorkerGeneratorOptions {
  readonly workers: number;
  /** For messages. */
  readonly variant: string;
  readonly plan: PlanSource;
  readonly servers: SharedServers;
  /** Usage of the servers' processes. */
  readonly usage: () => Promise<TargetUsage>;
}

export class WorkerGenerator implements LoadGenerator {
  readonly #threads: readonly GeneratorThread[];
  readonly #usage: () => Promise<TargetUsage>;

  private constructor(threads: readonly GeneratorThread[], usage: () => Promise<TargetUsage>) {
    this.#threads = threads;
    this.#usage = usage;
  }

  /**
   * Starts the workers.
   *
   * @throws (rejects) what the first one failed with that did not connect or get a right reply
   */
  static async start(options: WorkerGeneratorOptions): Promise<WorkerGenerator> {
    const { workers, variant, plan, usage } = options;
    const { ended, ...servers } = options.servers;
    const threads = Array.from(
      { length: workers },
      (_, worker) => new GeneratorThread({ variant, plan, servers, share: { worker, workers } }),
    );
    const generator = new WorkerGenerator(threads, usage);
    void ended.then((reason) => {
      for (const thread of threads) thread.serversEnded(reason);
    });
    try {
      await Promise.all(threads.map((thread) => thread.ready()));
    } catch (error) {
      await generator.close();
      throw error;
    }
    return generator;
  }

  get workers(): number {
    return this.#threads.length;
  }

  async runClosed(order: BlockOrder, recorder: BlockRecorder): Promise<number> {
    const { signal, thinkMs: _ofOneThread, ...plain } = order;
    const answers = await this.#together(signal, (thread) =>
      thread.run({ kind: 'closed', order: plain }),
    );
    for (const { totals } of answers) recorder.add(totals);
    return Math.max(...answers.map(({ durationMs }) => durationMs));
  }

  async runOpen(order: OpenRunOrder, recorder: OpenRecorder): Promise<OpenRun> {
    const { signal, onProgress, ...plain } = order;
    const meter = new ResourceMeter(this.#usage);
    await meter.start();
    const latest: OpenProgress[] = this.#threads.map(() => NOTHING_YET);
    const startAtNs = process.hrtime.bigint() + BigInt(LEAD_MS * NS_PER_MS);
    const startedAtMs = Date.now() + LEAD_MS;
    const answers = await this.#together(signal, (thread, index) =>
      thread.run({ kind: 'open', order: plain, startAtNs }, (progress) => {
        latest[index] = progress;
        onProgress?.(summed(latest));
      }),
    );
    for (const { totals } of answers) recorder.add(totals);
    const runs = answers.map(({ run }) => run);
    const own = await meter.stop();
    return {
      startedAtMs,
      pace: mergedPace(runs.map(({ pace }) => pace)),
      use: usedTogether(
        own,
        runs.map(({ use }) => use),
      ),
      holdUps: mergedHoldUps(runs.map(({ holdUps }) => holdUps)),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  /** Has all do the same at the same time; when `signal` fires, all end early. */
  async #together<T>(
    signal: AbortSignal,
    run: (thread: GeneratorThread, index: number) => Promise<T>,
  ): Promise<T[]> {
    const onAbort = () => {
      for (const thread of this.#threads) thread.stop();
    };
    const answers = Promise.all(this.#threads.map(run));
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    try {
      return await answers;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}

const NOTHING_YET: OpenProgress = { elapsedMs: 0, succeeded: 0, failed: 0, dropped: 0 };

/** Without latencies: those of workers would have to be merged, which is for when the block is over. */
function summed(all: readonly OpenProgress[]): OpenProgress {
  const total = (of: (each: OpenProgress) => number) =>
    all.reduce((sum, each) => sum + of(each), 0);
  return {
    elapsedMs: Math.max(...all.map(({ elapsedMs }) => elapsedMs)),
    succeeded: total(({ succeeded }) => succeeded),
    failed: total(({ failed }) => failed),
    dropped: total(({ dropped }) => dropped),
  };
}
