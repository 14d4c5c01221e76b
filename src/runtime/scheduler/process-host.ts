/**
 * Hosts services in child processes, one each. Others wait, warm, so that a service that has to be
 * started again does not wait for Node: one, and a second where there are several services. A service
 * with a limit on its memory has to wait, for V8 takes limits at its start alone.
 */

import type { Clock } from '../../core/clock.ts';
import type {
  HostEnvironment,
  ServiceHost,
  ServiceModule,
  StartableService,
  StartOptions,
} from '../dispatch/service-host.ts';
import { createRemote } from './create-remote.ts';
import type { GuestUsage } from './frames.ts';
import { GuestProcess } from './guest-process.ts';

/** Not at once: the start of a spare would take the core that the new service needs for its own. */
const WARM_UP_DELAY_MS = 100;
const MAX_SPARES = 2;

export class ProcessHost implements ServiceHost {
  /** All of them, the spares included. */
  readonly #processes = new Set<GuestProcess>();
  /** The oldest first. */
  #spares: readonly GuestProcess[] = [];
  #isStopped = false;

  create(
    source: ServiceModule,
    name: string,
    options: StartOptions,
    environment: HostEnvironment,
  ): StartableService {
    this.#isStopped = false;
    const { clock } = environment;
    return createRemote(source, name, options, environment, () => {
      const { memoryLimitBytes } = options;
      if (memoryLimitBytes !== undefined) return this.#launch(clock, memoryLimitBytes);
      const [spare, ...others] = this.#spares;
      this.#spares = others;
      this.#warmUpSoon(clock);
      return spare ?? this.#launch(clock);
    });
  }

  /** What all of them have used; one that ends meanwhile is left out. */
  async usage(): Promise<GuestUsage> {
    const usages = await Promise.allSettled(
      [...this.#processes].map((guest) => guest.connection.usage()),
    );
    let cpuNs = 0;
    let rssBytes = 0;
    for (const usage of usages) {
      if (usage.status === 'rejected') continue;
      cpuNs += usage.value.cpuNs;
      rssBytes += usage.value.rssBytes;
    }
    return { cpuNs, rssBytes };
  }

  /** Ends all processes. Idempotent. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const processes = [...this.#processes];
    await Promise.all(processes.map((guest) => guest.terminate('its transport was stopped')));
  }

  #warmUpSoon(clock: Clock): void {
    setTimeout(() => this.#warmUp(clock), WARM_UP_DELAY_MS).unref();
  }

  #warmUp(clock: Clock): void {
    const services = this.#processes.size - this.#spares.length;
    if (this.#isStopped || this.#spares.length >= Math.min(services, MAX_SPARES)) return;
    this.#spares = [...this.#spares, this.#launch(clock)];
    this.#warmUpSoon(clock);
  }

  #launch(clock: Clock, memoryLimitBytes?: number): GuestProcess {
    const guest = new GuestProcess({
      clock,
      memoryLimitBytes,
      onExit: (ended) => {
        this.#processes.delete(ended);
        this.#spares = this.#spares.filter((spare) => spare !== ended);
      },
    });
    this.#processes.add(guest);
    return guest;
  }
}
