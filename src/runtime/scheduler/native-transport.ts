/**
 * The native transport that users get: dispatch's, with hosts for every placement.
 *
 * Threads are started when the first service needs one, so a transport that has inline services
 * alone costs what dispatch's does.
 */

import { Transport, type TransportOptions } from '../dispatch/transport.ts';
import { SchedulerPool } from './scheduler-pool.ts';

export interface NativeTransportOptions extends Omit<TransportOptions, 'hosts'> {
  /** Most scheduler threads for services with the placement `worker`. Default: `os.availableParallelism()`. */
  readonly schedulers?: number;
}

export class NativeTransport extends Transport {
  readonly #workers: SchedulerPool;

  constructor(options: NativeTransportOptions = {}) {
    const { schedulers, ...rest } = options;
    const workers = new SchedulerPool(schedulers === undefined ? {} : { schedulers });
    super({ ...rest, hosts: { worker: workers } });
    this.#workers = workers;
  }

  /** As dispatch's, and ends the scheduler threads. */
  override async stop(): Promise<void> {
    await super.stop();
    await this.#workers.stop();
  }
}
