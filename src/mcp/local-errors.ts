/**
 * Failures that a caller finds by itself, without a word from the far side: the same codes, and
 * the same kind of message, as a native call that ends so.
 */

import { inspect } from 'node:util';
import { ToolrigError } from '../core/errors.ts';
import type { Loss } from './http-failure.ts';

export function invalidTimeout(timeoutMs: unknown): ToolrigError {
  return new ToolrigError(
    'ERR_INVALID_OPTION',
    `timeoutMs must be a number > 0 (Infinity for no limit), got ${inspect(timeoutMs)}`,
  );
}

export function paramsNotObject(method: string, params: unknown): ToolrigError {
  return new ToolrigError(
    'ERR_INVALID_PARAMS',
    `params of '${method}' must be an object to cross the MCP wire, got ${inspect(params, { depth: 0 })}`,
  );
}

/** @param hint - what to do about it. Default: what can be done about a service of one's own. */
export function timedOut(
  service: string,
  timeoutMs: number,
  cause: unknown,
  hint = `Allow more with timeoutMs, or see what it is doing: transport.lookup('${service}').stats().`,
): ToolrigError {
  return new ToolrigError(
    'ERR_TIMEOUT',
    `Service timeout: '${service}' did not answer within ${timeoutMs} ms. ${hint}`,
    { cause, data: { service, timeoutMs } },
  );
}

export function cancelled(service: string, reason: unknown): ToolrigError {
  return new ToolrigError('ERR_CANCELLED', `The call to '${service}' was cancelled by its caller`, {
    cause: reason,
    data: { service },
  });
}

/** There will be no reply: the connection is gone, with every call that was on its way, or somebody refused in its place. */
export function lost(service: string, loss: Loss, cause: unknown): ToolrigError {
  const { code, outcome, reason } = loss;
  return new ToolrigError(code, `Service '${service}' ${outcome} (${reason})`, {
    cause,
    data: { service, reason },
  });
}

/** The far side answered with something that is no valid MCP result. */
export function invalidReply(method: string, cause: Error): ToolrigError {
  return new ToolrigError(
    'ERR_INVALID_PARAMS',
    `the reply to '${method}' is no valid MCP result: ${cause.message}`,
    { cause },
  );
}
