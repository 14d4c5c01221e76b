/** What a service counts about itself, from its start. Always on: counting is one addition. */

import type { ToolrigError } from '../../core/errors.ts';

export interface ServiceCounters {
  /** Requests answered with a result. */
  requestCount: number;
  /** Requests that failed, for whatever reason. */
  errorCount: number;
  timeoutCount: number;
  cancelCount: number;
  /** Requests refused because the mailbox was full. */
  overloadCount: number;
  /** Replies that came after their caller had gone, and were dropped. */
  lateReplyCount: number;
  /** Notifications that no handler took, or whose handler failed. */
  droppedNotificationCount: number;
}

/** Counters at zero. */
export function createCounters(): ServiceCounters {
  return {
    requestCount: 0,
    errorCount: 0,
    timeoutCount: 0,
    cancelCount: 0,
    overloadCount: 0,
    lateReplyCount: 0,
    droppedNotificationCount: 0,
  };
}

/** Counts a request that is not taken, by the reason. */
export function countRefusal(counters: ServiceCounters, error: ToolrigError): void {
  counters.errorCount++;
  if (error.code === 'ERR_CANCELLED') counters.cancelCount++;
  else if (error.code === 'ERR_OVERLOADED') counters.overloadCount++;
}
