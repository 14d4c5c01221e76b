/** A scheduler thread, as the host holds it: the worker, its lane, and the services on it. */

import { MessageChannel, Worker, type WorkerOptions } from 'node:worker_threads';
import type { Clock } from '../../core/clock.ts';
import { GuestConnection } from './guest-connection.ts';
import { Lane, type LaneEnd } from './lane/lane.ts';
import { createLaneMemory } from './lane/lane-memory.ts';
import type { PollBoard } from './lane/poll-board.ts';
import type { GuestPlace } from './remote-service.ts';
import { ThreadMemoryWatch } from './thread-memory-watch.ts';

/** Time in which a thread must say that a killed service has ended; a hung one cannot. */
const KILL_GRACE_MS = 50;
/** The same, when others would end with it. */
const SHARED_KILL_GRACE_MS = 250;
/** A thread that has not ended by then is in a native call that nothing interrupts: it is given up. */
const ABANDON_MS = 250;
/** Far above any limit that is watched: when V8 reaches this one, it may abort the process. */
const MAX_HEAP_MIB = 4_096;
/** Index of the host on the board. */
const HOST = 0;
const MIB = 2 ** 20;

/** What a scheduler thread is started with. */
export interface ThreadData {
  readonly end: LaneEnd;
  readonly board: SharedArrayBuffer;
  /** Its index on the board. */
  readonly thread: number;
}

export interface SchedulerThreadOptions {
  /** Its place on the board, from 1. */
  readonly index: number;
  readonly board: PollBoard;
  readonly clock: Clock;
  /** The last service has gone. */
  readonly onEmpty: (thread: SchedulerThread) => void;
  readonly onExit: (thread: SchedulerThread) => void;
}

/**
 * A worker with the options of this process; those that Node takes for a whole process alone, and
 * refuses for a thread, are left out.
 */
function startWorker(url: URL, options: WorkerOptions): Worker {
  // It says how to read a program given as text; this one is a file.
  const execArgv = process.execArgv.filter((argument) => !argument.startsWith('--input-type'));
  try {
    return new Worker(url, { ...options, execArgv });
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_WORKER_INVALID_EXEC_ARGV') throw error;
    return new Worker(url, { ...options, execArgv: [] });
  }
}

export class SchedulerThread implements GuestPlace {
  readonly placement = 'worker';
  readonly index: number;
  readonly connection: GuestConnection;
  readonly #worker: Worker;
  readonly #lane: Lane;
  readonly #board: PollBoard;
  readonly #onExit: (thread: SchedulerThread) => void;
  readonly #clock: Clock;
  #memoryWatch: ThreadMemoryWatch | undefined = undefined;
  #exitReason: unknown = undefined;
  #announceLeave: () => void = () => {};
  readonly #left = new Promise<void>((resolve) => {
    this.#announceLeave = resolve;
  });
  #hasLeft = false;
  /** Services that have been killed and have not ended. */
  #doomed = 0;

  constructor(options: SchedulerThreadOptions) {
    const { index, board, clock, onEmpty, onExit } = options;
    this.index = index;
    this.#board = board;
    this.#clock = clock;
    const memory = createLaneMemory();
    const wake = new MessageChannel();
    const bulk = new MessageChannel();
    this.connection = new GuestConnection(() => {
      // Its lane is corrupt: whatever runs there is nobody's.
      if (this.connection.isClosed) void this.terminate(this.connection.closeReason);
      else onEmpty(this);
    });
    const hostEnd = { memory, otherThread: index, wakePort: wake.port1, bulkPort: bulk.port1 };
    this.#lane = new Lane('caller', hostEnd, board, this.connection);
    this.connection.connect(this.#lane);
    this.#onExit = onExit;
    const workerData: ThreadData = {
      end: { memory, otherThread: HOST, wakePort: wake.port2, bulkPort: bulk.port2 },
      board: board.memory,
      thread: index,
    };
    this.#worker = startWorker(new URL('./thread-main.js', import.meta.url), {
      workerData,
      transferList: [wake.port2, bulk.port2],
      name: `scheduler ${index}`,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
    });
    // Only what somebody waits for keeps the process alive; the lane sees to that, until its other
    // end is gone: then the thread is about to exit, and whoever waits is to hear of it.
    this.#worker.unref();
    wake.port1.once('close', () => this.#worker.ref());
    this.#worker.on('error', (error) => {
      this.#exitReason ??= error;
    });
    this.#worker.once('exit', (code) => {
      this.#leave(new Error(`its thread exited with code ${code}`));
    });
  }

  get description(): string {
    return `scheduler ${this.index}`;
  }

  /**
   * Ends the thread when its memory exceeds the limit, at best effort. To be called once.
   *
   * @param countThreads - those of this process now
   */
  limitMemory(limitBytes: number, countThreads: () => number): void {
    this.#memoryWatch = new ThreadMemoryWatch(
      this.#worker,
      limitBytes,
      countThreads,
      this.#clock,
      (usedBytes) => {
        const used = `${Math.round(usedBytes / MIB)} MiB`;
        const allowed = `${Math.round(limitBytes / MIB)} MiB`;
        void this.terminate(
          new Error(`its thread used ${used} of memory, its limit is ${allowed}`),
        );
      },
    );
  }

  /**
   * Ends the thread and everything on it, whatever it is doing. Idempotent. A thread that is in a
   * native call ends when that has; nobody waits for it, and its services have ended now.
   */
  async terminate(reason: unknown): Promise<void> {
    this.#exitReason ??= reason;
    const ended = this.#worker.terminate();
    const limit = this.#clock.createTimer(ABANDON_MS, () => this.#leave(reason));
    limit.start();
    await Promise.race([ended, this.#left]);
    limit.stop();
  }

  /** Whether it may be ended at any moment, and should not be given another service. */
  get isDoomed(): boolean {
    return this.#doomed > 0 || this.#exitReason !== undefined || this.connection.isClosed;
  }

  forceExit(exited: Promise<unknown>): void {
    this.#doomed++;
    const graceMs = this.connection.size > 1 ? SHARED_KILL_GRACE_MS : KILL_GRACE_MS;
    const limit = this.#clock.createTimer(graceMs, () => void this.terminate('killed'));
    limit.start();
    void exited.then(() => {
      this.#doomed--;
      limit.stop();
    });
  }

  /** Nothing comes from the thread any more. Idempotent. */
  #leave(reason: unknown): void {
    if (this.#hasLeft) return; // a corrupt lane has closed the connection, and is not the end
    this.#hasLeft = true;
    this.#memoryWatch?.stop();
    this.#lane.takeRest();
    this.#lane.close();
    // Before another thread gets its index; one that was given up runs no code of ours any more.
    this.#board.clear(this.index);
    this.#onExit(this);
    this.connection.onClose(this.#exitReason ?? reason);
    this.#announceLeave();
  }
}
