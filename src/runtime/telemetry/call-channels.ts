/**
 * The diagnostics channels of a service call. A message is built only when somebody listens:
 * `diagnostics_channel.subscribe('mcp.service.call.stop', (event) => …)`.
 *
 * Listening makes every call of the process pay for two clock reads and an event; counters,
 * which are always on, are in each service's `get_stats`.
 */

import { channel } from 'node:diagnostics_channel';

/** What a subscriber of `mcp.service.call.start` receives; the same object reaches stop or error. */
export interface CallEvent {
  readonly service: string;
  readonly method: string;
  /** The tool of a `tools/call`. */
  readonly tool: string | undefined;
  /** Id of the identity that called; `undefined` for a call that was made without one. */
  readonly caller: string | undefined;
  /** What the handler receives, not copied: to be looked at, never kept or changed. */
  readonly params: unknown;
  /** Names the call in logs and the audit log too. */
  readonly requestId: string;
  /** `performance.now()` when the call was made, in ms. */
  readonly startedAtMs: number;
  /** How long it took, in ns; 0 until it has ended. */
  durationNs: number;
  /** Why it failed; only on `mcp.service.call.error`. */
  error: unknown;
}

export const CALL_START = channel('mcp.service.call.start');
export const CALL_STOP = channel('mcp.service.call.stop');
export const CALL_ERROR = channel('mcp.service.call.error');

/** Whether any of the three channels has a subscriber. */
export function isCallObserved(): boolean {
  return CALL_START.hasSubscribers || CALL_STOP.hasSubscribers || CALL_ERROR.hasSubscribers;
}

/** What is known of a call before it is made. */
export type CallSubject = Pick<
  CallEvent,
  'service' | 'method' | 'tool' | 'caller' | 'params' | 'requestId'
>;

/** Publishes the start of a call and, once `reply` settles, its end. Returns `reply`. */
export function observeCall<T>(subject: CallSubject, call: () => Promise<T>): Promise<T> {
  const event: CallEvent = {
    service: subject.service,
    method: subject.method,
    tool: subject.tool,
    caller: subject.caller,
    params: subject.params,
    requestId: subject.requestId,
    startedAtMs: performance.now(),
    durationNs: 0,
    error: undefined,
  };
  CALL_START.publish(event);
  const reply = call();
  reply.then(
    () => {
      event.durationNs = elapsedNs(event);
      CALL_STOP.publish(event);
    },
    (error: unknown) => {
      event.durationNs = elapsedNs(event);
      event.error = error;
      CALL_ERROR.publish(event);
    },
  );
  return reply;
}

function elapsedNs(event: CallEvent): number {
  return Math.round((performance.now() - event.startedAtMs) * 1e6);
}
