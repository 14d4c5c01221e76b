/**
 * Watches the memory of one thread from outside, since a thread that fills its heap in a loop does
 * nothing else. Best effort, for V8 itself may give up sooner: docs/ISOLATION.md has the table.
 *
 * Where Node can ask a running thread for its heap it does (22.16 and later). Before, all there is
 * is the resident size of the whole process: what it has grown by since the thread began, less what
 * this isolate's own heap has grown by, and less what threads take that have started since. That blames
 * a watched thread for what else others take.
 */

import type { Worker } from 'node:worker_threads';
import type { Clock, ClockTimer } from '../../core/clock.ts';

const WATCH_MS = 20;
/** What a thread takes before its service does anything, Toolrig included; measured 31 MiB. */
const THREAD_BYTES = 32 * 2 ** 20;

interface HeapStatistics {
  readonly used_heap_size: number;
  readonly external_memory: number;
}

/** A worker of a Node that can tell. */
interface TellingWorker {
  getHeapStatistics?(): Promise<HeapStatistics>;
}

export class ThreadMemoryWatch {
  readonly #worker: Worker & TellingWorker;
  readonly #limitBytes: number;
  readonly #countThreads: () => number;
  readonly #onExceeded: (usedBytes: number) => void;
  readonly #timer: ClockTimer;
  readonly #othersAtStart = elsewhereBytes();
  readonly #threadsAtStart: number;
  #isStopped = false;

  /**
   * @param countThreads - those of this process now, this one included
   * @param onExceeded - called once, with the bytes that are in use by then
   */
  constructor(
    worker: Worker,
    limitBytes: number,
    countThreads: () => number,
    clock: Clock,
    onExceeded: (usedBytes: number) => void,
  ) {
    this.#worker = worker;
    this.#limitBytes = limitBytes;
    this.#countThreads = countThreads;
    this.#threadsAtStart = countThreads();
    this.#onExceeded = onExceeded;
    this.#timer = clock.createTimer(WATCH_MS, () => void this.#look());
    this.#wait();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer.stop();
  }

  #wait(): void {
    if (this.#isStopped) return;
    this.#timer.start();
    this.#timer.keepAlive(false);
  }

  async #look(): Promise<void> {
    const usedBytes = await this.#usedBytes();
    if (this.#isStopped) return;
    if (usedBytes <= this.#limitBytes) {
      this.#wait();
      return;
    }
    this.stop();
    this.#onExceeded(usedBytes);
  }

  async #usedBytes(): Promise<number> {
    if (this.#worker.getHeapStatistics === undefined) return this.#grownBytes();
    try {
      const { used_heap_size, external_memory } = await this.#worker.getHeapStatistics();
      return used_heap_size + external_memory;
    } catch {
      return 0; // it is not running, or no longer
    }
  }

  #grownBytes(): number {
    // It may be starting itself.
    const started = 1 + Math.max(0, this.#countThreads() - this.#threadsAtStart);
    return elsewhereBytes() - this.#othersAtStart - started * THREAD_BYTES;
  }
}

/** Resident memory of this process that is not this isolate's heap. */
function elsewhereBytes(): number {
  const { rss, heapTotal, external } = process.memoryUsage();
  return rss - heapTotal - external;
}
