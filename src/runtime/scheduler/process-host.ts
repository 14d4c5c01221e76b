/**
 * Hosts services in child processes, one each. Another process waits, warm, so that a service that
 * has to be started again does not wait for Node; a service with a limit on its memory has to, for
 * V8 takes limits at its start alone.
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

const WARM_UP_DELAY_MS = 100;

export class ProcessHost implements ServiceHost {
  /** All of them, the spare included. */
  readonly #processes = new Set<GuestProcess>();
  #spare: GuestProcess | undefined = undefined;
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
      const guest = this.#spare ?? this.#launch(clock);
      this.#spare = undefined;
      // Not now: its start would take the core that the new service needs for its own.
      setTimeout(() => this.#warmUp(clock), WARM_UP_DELAY_MS).unref();
      return guest;
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

  #warmUp(clock: Clock): void {
    if (this.#isStopped || this.#processes.size === 0) return;
    this.#spare ??= this.#launch(clock);
  }

  #launch(clock: Clock, memoryLimitBytes?: number): GuestProcess {
    const guest = new GuestProcess({
      clock,
      memoryLimitBytes,
      onExit: (ended) => {
        this.#processes.delete(ended);
        if (this.#spare === ended) this.#spare = undefined;
      },
    });
    this.#processes.add(guest);
    return guest;
  }
}
