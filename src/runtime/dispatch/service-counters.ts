/** What a service counts about itself, from its start. Always on: counting is one addition. */

export class ServiceCounters {
  /** Requests answered with a result. */
  requestCount = 0;
  /** Requests that failed, for whatever reason. */
  errorCount = 0;
  timeoutCount = 0;
  cancelCount = 0;
  /** Requests refused because the mailbox was full. */
  overloadCount = 0;
  /** Replies that came after their caller had gone, and were dropped. */
  lateReplyCount = 0;
  /** Notifications that no handler took, or whose handler failed. */
  droppedNotificationCount = 0;
}
