/** What the rest of the system holds of a running service, wherever it runs. */

import type { CallOptions } from './call-context.ts';
import type { Placement } from './placement.ts';
import type { ServiceCounters } from './service-counters.ts';

/** `starting` queues requests, `running` handles them, `stopping` finishes those it has. */
export type ServiceStatus = 'starting' | 'running' | 'stopping' | 'ended';

/** The reply to `get_stats`: the counters since the start, and how things are now. */
export interface ServiceStats extends Readonly<ServiceCounters> {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly uptimeSeconds: number;
  /** Requests waiting now. */
  readonly mailboxLength: number;
  /** Requests being handled now. */
  readonly inFlight: number;
}

export interface ServiceReference {
  /** Name it was started under; it may be registered under others too. */
  readonly name: string;
  readonly status: ServiceStatus;
  readonly placement: Placement;
  /** Where it runs, in words: `this thread`, `scheduler 2`, `process 4711`. */
  readonly where: string;
  /** Those of its copies that take calls; absent when it is one service. */
  readonly copies?: readonly ServiceReference[];
  /** Settles with the reason when the service has ended and cleaned up. */
  readonly exited: Promise<unknown>;
  call(method: string, params?: unknown, options?: CallOptions): Promise<unknown>;
  /**
   * Makes many calls of one method for one promise: replies in the order of `paramsList`. In the
   * place of a call that failed stands its `ToolrigError`. Some hundreds are in flight at a time,
   * as the mailbox allows; `timeoutMs` is for each, from when it is sent.
   */
  callMany(
    method: string,
    paramsList: readonly unknown[],
    options?: CallOptions,
  ): Promise<unknown[]>;
  notify(method: string, params?: unknown): void;
  /**
   * Takes no more requests, finishes those it has, runs `terminate`. Idempotent.
   *
   * `timeoutMs` is allowed to the requests, and again to `terminate`; what is not done by then is
   * given up. `Infinity` for no limit. Default: 5,000.
   */
  stop(options?: { readonly timeoutMs?: number }): Promise<void>;
  /**
   * Ends it at once, with no `terminate` and no waiting: whoever waits hears `ERR_SERVICE_EXIT`.
   * An inline service that loops for ever cannot be interrupted, only let go. Idempotent.
   *
   * @param reason - Default: `'killed'`.
   */
  kill(reason?: unknown): void;
  /** Calls `listener` once, when the service stops taking requests. */
  onLeave(listener: (reason: unknown) => void): void;
  stats(): ServiceStats;
}
