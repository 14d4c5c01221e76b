/**
 * A worker that generates calls, as the measuring thread holds it: one order at a time, each with its
 * answer. However the worker ends, whoever waits for an answer hears of it.
 */

import { Worker } from 'node:worker_threads';
import { messageOf, ToolrigError } from '../../../core/errors.ts';
import type { OpenProgress } from '../open-recorder.ts';
import type { FromWorker, ToWorker, WorkerAnswer, WorkerOrder, WorkerStart } from './messages.ts';

/** Time that a worker gets to say goodbye to its servers. */
const CLOSE_MS = 2_000;

interface Waiter {
  readonly resolve: (answer: WorkerAnswer) => void;
  readonly reject: (error: ToolrigError) => void;
  readonly onProgress: ((progress: OpenProgress) => void) | undefined;
}

export class GeneratorThread {
  readonly #name: string;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  #waiter: Waiter | undefined;
  #failure: ToolrigError | undefined;

  /** Starts the worker; {@link GeneratorThread.ready} says whether it came up. */
  constructor(start: WorkerStart) {
    const { worker, workers } = start.share;
    this.#name = `worker ${worker + 1} of ${workers}`;
    this.#worker = new Worker(new URL('./worker-main.js', import.meta.url), { workerData: start });
    this.#worker.on('message', (message: FromWorker) => this.#heard(message));
    this.#worker.on('error', (error) => this.#fail(undefined, messageOf(error)));
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#fail(undefined, `it ended with exit code ${code}`);
        resolve();
      });
    });
  }

  /** Resolves when it has connected and every operation has worked once. */
  async ready(): Promise<void> {
    await this.#answer();
  }

  /**
   * Has it do its share of a block.
   *
   * @throws (rejects) the worker's own error, or `ERR_INVALID_MEASUREMENT` when it has ended
   */
  async run<Kind extends WorkerOrder['kind']>(
    order: WorkerOrder & { readonly kind: Kind },
    onProgress?: (progress: OpenProgress) => void,
  ): Promise<Extract<WorkerAnswer, { readonly kind: Kind }>> {
    const answer = this.#answer(onProgress);
    this.#tell(order);
    return (await answer) as Extract<WorkerAnswer, { readonly kind: Kind }>; // it answers in kind
  }

  /** Ends the block under way early; its answer comes all the same. */
  stop(): void {
    this.#tell({ kind: 'stop' });
  }

  /** Tells it why its servers have ended. */
  serversEnded(reason: string): void {
    this.#tell({ kind: 'ended', reason });
  }

  /** Ends the worker; at once when it is at work. Idempotent. */
  async close(): Promise<void> {
    if (this.#waiter !== undefined) {
      await this.#worker.terminate();
      return;
    }
    this.#tell({ kind: 'close' });
    const late = setTimeout(() => void this.#worker.terminate(), CLOSE_MS);
    await this.#exited;
    clearTimeout(late);
  }

  #answer(onProgress?: (progress: OpenProgress) => void): Promise<WorkerAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#failure === undefined) this.#waiter = { resolve, reject, onProgress };
      else reject(this.#failure);
    });
  }

  #tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #heard(message: FromWorker): void {
    if (message.kind === 'progress') this.#waiter?.onProgress?.(message.progress);
    else if (message.kind === 'failed') this.#fail(message.code, message.message);
    else {
      const waiter = this.#waiter;
      this.#waiter = undefined;
      waiter?.resolve(message);
    }
  }

  /** The first reason is the one; what follows follows from it. */
  #fail(code: ToolrigError['code'] | undefined, reason: string): void {
    this.#failure ??= new ToolrigError(
      code ?? 'ERR_INVALID_MEASUREMENT',
      `${this.#name}, which generates calls, failed: ${reason}`,
    );
    this.#waiter?.reject(this.#failure);
    this.#waiter = undefined;
  }
}
