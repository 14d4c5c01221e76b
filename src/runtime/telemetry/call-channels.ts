/**
 * The diagnostics channels of a service call. A message is built only when somebody listens:
 * `diagnostics_channel.subscribe('mcp.service.call.stop', (event) => …)`.
 *
 * Listening makes every call of the process pay for two clock reads and an event; counters,
 * which are always on, are in each service's `get_stats`. What throws in a subscriber of a bare
 * channel is an uncaught exception of Node's; `telemetry.attach` is the way that forgives.
 */

import { AsyncResource } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { ToolrigError } from '../../core/errors.ts';

/** A tool that said `isError`: the call went well, the tool did not. */
export const TOOL_ERROR = 'tool_error';
/** What is not in the list of known values, as OpenTelemetry writes it. */
export const OTHER = '_OTHER';

/** What a subscriber of `mcp.service.call.start` receives; the same object reaches stop or exception. */
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
  /** The call's `meta` option, over `params._meta`. */
  readonly meta: Readonly<Record<string, unknown>> | undefined;
  /** `performance.now()` when the call was made, in ms. */
  readonly startedAtMs: number;
  /** How long it took, in ns; 0 until it has ended. */
  durationNs: number;
  /**
   * What went wrong, in a word: the code that the caller received, or `tool_error` for a result
   * with `isError: true`, which arrives by stop. `undefined` when all went well.
   */
  errorType: string | undefined;
  /** Why it failed; only on `mcp.service.call.exception`. */
  error: unknown;
}

export const CALL_START = channel('mcp.service.call.start');
export const CALL_STOP = channel('mcp.service.call.stop');
export const CALL_EXCEPTION = channel('mcp.service.call.exception');

/** Runs `call` once, inside something such as a tracer's span, and returns what it returns. */
export type CallScope = <T>(event: CallEvent, call: () => T) => T;

let scope: CallScope | undefined;

/**
 * Sets what observed calls run inside; `undefined` for nothing. A channel cannot do this: its
 * subscribers have returned when the call begins. There is one, for the whole process.
 */
export function setCallScope(next: CallScope | undefined): void {
  scope = next;
}

/**
 * `run`, tied to what the present call runs inside: a call that waits in a mailbox is started by
 * another's end, and would find itself in that one's span. Itself while there is no scope.
 */
export function keepScope<TArgs extends unknown[], TResult>(
  run: (...args: TArgs) => TResult,
): (...args: TArgs) => TResult {
  return scope === undefined ? run : AsyncResource.bind(run);
}

/** Whether any of the three channels has a subscriber. */
export function isCallObserved(): boolean {
  return CALL_START.hasSubscribers || CALL_STOP.hasSubscribers || CALL_EXCEPTION.hasSubscribers;
}

/** What is known of a call before it is made. */
export type CallSubject = Pick<
  CallEvent,
  'service' | 'method' | 'tool' | 'caller' | 'params' | 'requestId' | 'meta'
>;

/** Publishes the start of a call and, once its reply settles, its end. Returns the reply. */
export function observeCall<T>(subject: CallSubject, call: () => Promise<T>): Promise<T> {
  const event: CallEvent = {
    service: subject.service,
    method: subject.method,
    tool: subject.tool,
    caller: subject.caller,
    params: subject.params,
    requestId: subject.requestId,
    meta: subject.meta,
    startedAtMs: performance.now(),
    durationNs: 0,
    errorType: undefined,
    error: undefined,
  };
  CALL_START.publish(event);
  const reply = scope === undefined ? call() : scope(event, call);
  reply.then(
    (result) => {
      event.durationNs = elapsedNs(event);
      if (subject.tool !== undefined && hasFailed(result)) event.errorType = TOOL_ERROR;
      CALL_STOP.publish(event);
    },
    (error: unknown) => {
      event.durationNs = elapsedNs(event);
      event.errorType = error instanceof ToolrigError ? error.code : OTHER;
      event.error = error;
      CALL_EXCEPTION.publish(event);
    },
  );
  return reply;
}

function hasFailed(result: unknown): boolean {
  return (result as { isError?: unknown } | null | undefined)?.isError === true;
}

function elapsedNs(event: CallEvent): number {
  return Math.round((performance.now() - event.startedAtMs) * 1e6);
}
