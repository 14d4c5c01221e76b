/**
 * The scheduler threads of a transport: started when a service needs one, at most as many as the
 * machine runs at a time, and one more that waits, warm, to take the place of one that ends.
 *
 * A service goes to the thread that has the fewest.
 */

import { availableParallelism } from 'node:os';
import { requireInteger } from '../../core/options.ts';
import type {
  HostEnvironment,
  ServiceHost,
  ServiceModule,
  StartableService,
  StartOptions,
} from '../dispatch/service-host.ts';
import { createRemote } from './create-remote.ts';
import { PollBoard } from './lane/poll-board.ts';
import { SchedulerThread } from './scheduler-thread.ts';

export interface SchedulerPoolOptions {
  /** Most threads that have services. Default: `os.availableParallelism()`. */
  readonly schedulers?: number;
}

/** Not at once: the start of a spare would take the core that the new service needs for its own. */
const WARM_UP_DELAY_MS = 100;
/** Every thread of the process has a word on it. */
const BOARD = PollBoard.create();
const freeIndexes: number[] = [];
let nextIndex = 1;

export class SchedulerPool implements ServiceHost {
  readonly #maxThreads: number;
  readonly #threads = new Set<SchedulerThread>();
  /** Threads of services that have limits of their own. */
  readonly #private = new Set<SchedulerThread>();
  #spare: SchedulerThread | undefined = undefined;
  #isStopped = false;

  constructor(options: SchedulerPoolOptions = {}) {
    const { schedulers = availableParallelism() } = options;
    this.#maxThreads = requireInteger('schedulers', schedulers, 1);
  }

  create(
    source: ServiceModule,
    name: string,
    options: StartOptions,
    environment: HostEnvironment,
  ): StartableService {
    this.#isStopped = false;
    return createRemote(source, name, options, environment, () =>
      this.#place(options, environment),
    );
  }

  /** Threads that have services. */
  get size(): number {
    return this.#threads.size;
  }

  /** Ends all threads. Idempotent; a service that is created later starts new ones. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#all.map((thread) => thread.terminate('its transport was stopped')));
  }

  /** All of them, the spare included. */
  get #all(): SchedulerThread[] {
    const spare = this.#spare === undefined ? [] : [this.#spare];
    return [...this.#threads, ...this.#private, ...spare];
  }

  #place(options: StartOptions, environment: HostEnvironment): SchedulerThread {
    if (options.memoryLimitBytes !== undefined) {
      // The limit is one of a heap, so the service gets a thread of its own.
      const thread = this.#takeThread(environment);
      this.#private.add(thread);
      thread.limitMemory(options.memoryLimitBytes, () => this.#all.length);
      return thread;
    }
    const sound = [...this.#threads].filter((thread) => !thread.isDoomed);
    const idlest = sound.toSorted((a, b) => a.connection.size - b.connection.size)[0];
    if (idlest !== undefined && sound.length >= this.#maxThreads) return idlest;
    if (idlest !== undefined && idlest.connection.size === 0) return idlest;
    const thread = this.#takeThread(environment);
    this.#threads.add(thread);
    return thread;
  }

  /** The spare, or a new one. */
  #takeThread(environment: HostEnvironment): SchedulerThread {
    const thread = this.#spare ?? this.#startThread(environment);
    this.#spare = undefined;
    setTimeout(() => this.#warmUp(environment), WARM_UP_DELAY_MS).unref();
    return thread;
  }

  #warmUp(environment: HostEnvironment): void {
    if (this.#isStopped || this.#threads.size + this.#private.size === 0) return;
    this.#spare ??= this.#startThread(environment);
  }

  #startThread(environment: HostEnvironment): SchedulerThread {
    const { clock } = environment;
    return new SchedulerThread({
      index: freeIndexes.pop() ?? nextIndex++,
      board: BOARD,
      clock,
      onEmpty: (thread) => {
        // Nobody else may have it: it has been limited for the service that has gone.
        if (this.#private.has(thread)) void thread.terminate('its service has ended');
      },
      onExit: (thread) => {
        this.#threads.delete(thread);
        this.#private.delete(thread);
        if (this.#spare === thread) this.#spare = undefined;
        freeIndexes.push(thread.index);
      },
    });
  }
}
