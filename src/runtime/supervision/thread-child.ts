/**
 * A worker thread as a supervised child. It is asked to stop by a message (`onShutdown` in its code)
 * and killed by `terminate()`, which ends it even in the middle of an endless loop.
 */

import type { Worker } from 'node:worker_threads';
import { isReadyMessage, type ShutdownMessage } from './child-messages.ts';
import type { ExitReason } from './exit-reason.ts';
import { type ExitReasons, reasonOfStatus } from './exit-status.ts';
import type { RunningChild, StartChild, StartResult } from './running-child.ts';

export interface ExternalChildOptions {
  /**
   * When the child counts as started: once it is there, or once its code has said so
   * (`tellReady`, `tellIgnore`). Default: `'spawn'`.
   */
  readonly ready?: 'spawn' | 'message';
  /** What its exit codes mean. Default: 0 is well, any other an `Error`. */
  readonly exitReasons?: ExitReasons;
}

class ThreadChild implements RunningChild {
  readonly exited: Promise<ExitReason>;
  info: unknown = undefined;
  readonly #worker: Worker;
  #wasAsked = false;
  #wasKilled = false;

  constructor(worker: Worker, exitReasons: ExitReasons | undefined) {
    this.#worker = worker;
    let thrown: unknown;
    worker.on('error', (error) => {
      thrown = error;
    });
    this.exited = new Promise((resolve) => {
      worker.once('exit', (code) => {
        // One that was killed and yet ended by itself first has its own code.
        const status = {
          code,
          thrown,
          wasAsked: this.#wasAsked,
          wasKilled: this.#wasKilled && code === 1,
        };
        resolve(reasonOfStatus(status, exitReasons));
      });
    });
  }

  shutdown(reason: ExitReason): void {
    this.#wasAsked = true;
    const message: ShutdownMessage = { toolrig: 'shutdown', reason };
    this.#worker.postMessage(message);
  }

  kill(): void {
    this.#wasKilled = true;
    void this.#worker.terminate();
  }
}

/**
 * The start of a child on a thread of its own: `threadChild(() => new Worker(url, { argv }))`.
 *
 * It fails when the thread ends before it is ready.
 */
export function threadChild(spawn: () => Worker, options: ExternalChildOptions = {}): StartChild {
  const { ready = 'spawn', exitReasons } = options;
  return async (signal) => {
    const worker = spawn();
    const child = new ThreadChild(worker, exitReasons);
    const isReady = new Promise<StartResult>((resolve) => {
      if (ready === 'spawn') worker.once('online', () => resolve(child));
      const listener = (message: unknown): void => {
        if (!isReadyMessage(message)) return;
        worker.off('message', listener);
        child.info = message.toolrig === 'ready' ? message.info : undefined;
        resolve(message.toolrig === 'ready' ? child : 'ignore');
      };
      if (ready === 'message') worker.on('message', listener);
    });
    return readyBeforeExit(child, isReady, child.exited, signal);
  };
}

/**
 * Resolves once it is ready; rejects with the reason when it ends first, killed by `signal` or not.
 *
 * @param ended - resolves with the reason when nothing more will be heard of it
 */
export async function readyBeforeExit(
  child: RunningChild,
  isReady: Promise<StartResult>,
  ended: Promise<ExitReason>,
  signal: AbortSignal,
): Promise<StartResult> {
  const kill = (): void => child.kill();
  signal.addEventListener('abort', kill, { once: true });
  try {
    const hasEnded = ended.then((reason) => {
      throw reason;
    });
    return await Promise.race([isReady, hasEnded]);
  } finally {
    signal.removeEventListener('abort', kill);
  }
}
