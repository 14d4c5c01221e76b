/**
 * Where a service is in its life, and who hears of it: the same wherever it runs.
 *
 *   starting ──▶ running ──▶ stopping ──▶ ended     takes requests in the first two
 *       └───────────┴────────────┴──────────▲
 *
 * It leaves when it stops taking requests, so that its name is free, and has exited when it has
 * cleaned up as well, so that another may take its place. What leads from one to the next is the
 * service's own business.
 */

import type { Clock } from '../../core/clock.ts';
import { tellAll } from './listeners.ts';
import type { ServiceStatus } from './service-reference.ts';

export class ServiceLifecycle {
  /** Written by the service alone. */
  status: ServiceStatus = 'starting';
  /** Settles with the reason given to {@link exit}. */
  readonly exited: Promise<unknown>;
  readonly #clock: Clock;
  readonly #startedAtWallMs: number;
  readonly #startedAtMs: number;
  #announceExit: (reason: unknown) => void = () => {};
  #leaveListeners: ((reason: unknown) => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAtWallMs = clock.wallMs();
    this.#startedAtMs = clock.nowMs();
    this.exited = new Promise((resolve) => {
      this.#announceExit = resolve;
    });
  }

  get takesRequests(): boolean {
    return this.status === 'starting' || this.status === 'running';
  }

  /** ISO 8601. */
  get startedAt(): string {
    return new Date(this.#startedAtWallMs).toISOString();
  }

  get uptimeSeconds(): number {
    return (this.#clock.nowMs() - this.#startedAtMs) / 1_000;
  }

  /** Calls `listener` once, when the service leaves: now, if it has. */
  onLeave(listener: (reason: unknown) => void): void {
    if (this.takesRequests) this.#leaveListeners.push(listener);
    else listener('normal');
  }

  /** Takes no requests any more; the first time, whoever listens is told. */
  leave(status: 'stopping' | 'ended', reason: unknown): void {
    this.status = status;
    tellAll(this.#leaveListeners.splice(0), reason);
  }

  /** It has ended and cleaned up; the first reason counts. */
  exit(reason: unknown): void {
    this.#announceExit(reason);
  }
}
