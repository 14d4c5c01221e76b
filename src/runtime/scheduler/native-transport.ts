/**
 * The native transport that users get: dispatch's, with hosts for every placement.
 *
 * Threads are started when the first service needs one, so a transport that has inline services
 * alone costs what dispatch's does.
 */

import { Transport, type TransportOptions } from '../dispatch/transport.ts';
import type { GuestUsage } from './frames.ts';
import { ProcessHost } from './process-host.ts';
import { SchedulerPool } from './scheduler-pool.ts';

export interface NativeTransportOptions extends Omit<TransportOptions, 'hosts'> {
  /** Most scheduler threads for services with the placement `worker`. Default: `os.availableParallelism()`. */
  readonly schedulers?: number;
}

export class NativeTransport extends Transport {
  readonly #workers: SchedulerPool;
  readonly #processes: ProcessHost;

  constructor(options: NativeTransportOptions = {}) {
    const { schedulers, ...rest } = options;
    const workers = new SchedulerPool(schedulers === undefined ? {} : { schedulers });
    const processes = new ProcessHost();
    super({ ...rest, hosts: { worker: workers, process: processes } });
    this.#workers = workers;
    this.#processes = processes;
  }

  /** What the child processes of services with the placement `process` have used. */
  usage(): Promise<GuestUsage> {
    return this.#processes.usage();
  }

  /** As dispatch's, and ends the scheduler threads and child processes. */
  override async stop(): Promise<void> {
    await super.stop();
    await Promise.all([this.#workers.stop(), this.#processes.stop()]);
  }
}
