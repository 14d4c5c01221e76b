/** What the rest of the system holds of a running service, wherever it runs. */

import type { CallOptions } from './call-context.ts';

/** `starting` queues requests, `running` handles them, `stopping` finishes those it has. */
export type ServiceStatus = 'starting' | 'running' | 'stopping' | 'ended';

/** The reply to `get_stats`. Counts are since the start. */
export interface ServiceStats {
  /** ISO 8601. */
  readonly startedAt: string;
  /** Requests answered with a result. */
  readonly requestCount: number;
  /** Requests that failed, for whatever reason. */
  readonly errorCount: number;
  readonly timeoutCount: number;
  readonly cancelCount: number;
  /** Requests refused because the mailbox was full. */
  readonly overloadCount: number;
  /** Replies that came after their caller had gone, and were dropped. */
  readonly lateReplyCount: number;
  /** Notifications that no handler took, or whose handler failed. */
  readonly droppedNotificationCount: number;
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
  /** Settles with the reason when the service has ended and cleaned up. */
  readonly exited: Promise<unknown>;
  call(method: string, params?: unknown, options?: CallOptions): Promise<unknown>;
  notify(method: string, params?: unknown): void;
  /**
   * Takes no more requests, finishes those it has, runs `terminate`. Idempotent.
   *
   * `timeoutMs` is allowed to the requests, and again to `terminate`; what is not done by then is
   * given up. `Infinity` for no limit. Default: 5,000.
   */
  stop(options?: { readonly timeoutMs?: number }): Promise<void>;
  /** Calls `listener` once, when the service stops taking requests. */
  onLeave(listener: (reason: unknown) => void): void;
  stats(): ServiceStats;
}
