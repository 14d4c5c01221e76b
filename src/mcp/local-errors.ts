/**
 * Failures that a caller finds by itself, without a word from the far side: the same codes, and
 * the same kind of message, as a native call that ends so.
 */

import { inspect } from 'node:util';
import { ToolrigError } from '../core/errors.ts';

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

export function timedOut(service: string, timeoutMs: number, cause: unknown): ToolrigError {
  return new ToolrigError(
    'ERR_TIMEOUT',
    `Service timeout: '${service}' did not answer within ${timeoutMs} ms. ` +
      `Allow more with timeoutMs, or see what it is doing: transport.lookup('${service}').stats().`,
    { cause, data: { service, timeoutMs } },
  );
}

export function cancelled(service: string, reason: unknown): ToolrigError {
  return new ToolrigError('ERR_CANCELLED', `The call to '${service}' was cancelled by its caller`, {
    cause: reason,
    data: { service },
  });
}

/** The connection to the service is gone, and with it every call that was on its way. */
export function connectionLost(service: string, reason: string, cause: unknown): ToolrigError {
  return new ToolrigError('ERR_SERVICE_EXIT', `Service '${service}' ended (${reason})`, {
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
