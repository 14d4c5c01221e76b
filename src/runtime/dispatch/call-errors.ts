/** The failures of a call, each with what was wrong, what was given and what to do. */

import { inspect } from 'node:util';
import { ToolrigError } from '../../core/errors.ts';
import { didYouMean } from '../../core/nearest.ts';
import type { LimitRefusal } from './access/caller-limits.ts';

/** @param registered - names to choose from. Default: none are told. */
export function serviceNotFound(name: unknown, registered?: Iterable<string>): ToolrigError {
  const hint = registered === undefined ? '' : serviceHint(String(name), [...registered]);
  return new ToolrigError('ERR_SERVICE_NOT_FOUND', `Service not found: ${String(name)}.${hint}`, {
    data: { service: String(name) },
  });
}

function serviceHint(name: string, names: readonly string[]): string {
  return names.length === 0
    ? ' No service is registered: start one first.'
    : didYouMean(name, names);
}

export function unknownTool(service: string, tool: unknown, tools: Iterable<string>): ToolrigError {
  return new ToolrigError(
    'ERR_UNKNOWN_TOOL',
    `Unknown tool: ${String(tool)}.${didYouMean(String(tool), tools)}`,
    { data: { service, tool: String(tool) } },
  );
}

export function unknownMethod(
  service: string,
  method: string,
  methods: Iterable<string>,
): ToolrigError {
  return new ToolrigError(
    'ERR_INVALID_REQUEST',
    `Invalid request: service '${service}' does not handle '${method}'.${didYouMean(method, methods)}`,
    { data: { service, method } },
  );
}

export function missingToolName(service: string, params: unknown): ToolrigError {
  return new ToolrigError(
    'ERR_INVALID_PARAMS',
    `tools/call needs params { name, arguments }, got ${inspect(params, { depth: 0 })}`,
    { data: { service } },
  );
}

export function invalidArguments(service: string, tool: string, reason: string): ToolrigError {
  return new ToolrigError(
    'ERR_INVALID_PARAMS',
    `Invalid arguments for tool '${tool}' of '${service}': ${reason}. ` +
      'tools/list has its input schema.',
    { data: { service, tool } },
  );
}

export function invalidTimeout(timeoutMs: unknown): ToolrigError {
  return new ToolrigError(
    'ERR_INVALID_OPTION',
    `timeoutMs must be a number > 0 (Infinity for no limit), got ${inspect(timeoutMs)}`,
  );
}

export function timedOut(service: string, timeoutMs: number): ToolrigError {
  return new ToolrigError(
    'ERR_TIMEOUT',
    `Service timeout: '${service}' did not answer within ${timeoutMs} ms. ` +
      `Allow more with timeoutMs, or see what it is doing: transport.lookup('${service}').stats().`,
    { data: { service, timeoutMs } },
  );
}

export function cancelled(service: string, reason: unknown): ToolrigError {
  return new ToolrigError('ERR_CANCELLED', `The call to '${service}' was cancelled by its caller`, {
    cause: reason,
    data: { service },
  });
}

export function overloaded(service: string, maxMailbox: number): ToolrigError {
  return new ToolrigError(
    'ERR_OVERLOADED',
    `Service '${service}' is overloaded: ${maxMailbox} requests are waiting, its maxMailbox. ` +
      'Send fewer at a time, raise its concurrency or its maxMailbox.',
    { data: { service, maxMailbox } },
  );
}

/** Says who and what, never why: the rules are nobody's business but the host's. */
export function forbidden(
  caller: string,
  service: string,
  method: string,
  tool: string | undefined,
): ToolrigError {
  const what = tool === undefined ? `'${method}'` : `tool '${tool}'`;
  return new ToolrigError(
    'ERR_FORBIDDEN',
    `Forbidden: caller '${caller}' may not call ${what} of service '${service}'. ` +
      'Ask whoever runs it for the right, or call as somebody who has it.',
    { data: { caller, service, method, ...(tool === undefined ? {} : { tool }) } },
  );
}

export function callerOverloaded(caller: string, refusal: LimitRefusal): ToolrigError {
  const { limit, allowed, retryAfterMs } = refusal;
  return new ToolrigError(
    'ERR_OVERLOADED',
    `Caller '${caller}' is over its limit of ${allowed}. Try again in ${retryAfterMs} ms.`,
    { data: { caller, limit, retryAfterMs } },
  );
}

export function auditUnavailable(retryAfterMs: number): ToolrigError {
  return new ToolrigError(
    'ERR_OVERLOADED',
    'No call is made while the audit log cannot be written. Make room for it, or look at the ' +
      "warnings of the process; onWriteFailure: 'count' would let calls go on.",
    { data: { limit: 'audit', retryAfterMs } },
  );
}

export function serviceExit(service: string, reason: unknown): ToolrigError {
  const why = describe(reason);
  return new ToolrigError('ERR_SERVICE_EXIT', `Service '${service}' ended (${why})`, {
    cause: reason,
    data: { service, reason: why },
  });
}

/** Errors of calls that no handler has seen: those may be made again, elsewhere. */
const NOT_TAKEN = new WeakSet<object>();

/** @param status - of a service that takes no requests any more */
export function notTaken(service: string, status: string): ToolrigError {
  const error = serviceExit(service, `it is ${status}`);
  NOT_TAKEN.add(error);
  return error;
}

/** Whether this, in the place of a reply, says that its call has not been made. */
export function isNotTaken(reply: unknown): boolean {
  return reply instanceof ToolrigError && NOT_TAKEN.has(reply);
}

/** Anything can be thrown: an object may have no text of its own. */
function describe(reason: unknown): string {
  if (reason instanceof Error) return `${reason.name}: ${reason.message}`;
  return typeof reason === 'string' ? reason : inspect(reason);
}
