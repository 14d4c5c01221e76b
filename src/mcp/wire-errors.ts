/**
 * How a failed call crosses the MCP wire, and how the far side raises the same error again.
 *
 *   ToolrigError ──▶ { code: -32602, message, data: { code: 'ERR_UNKNOWN_TOOL', data } } ──▶ ToolrigError
 *                └─▶ { isError: true, content: [message], _meta: { 'toolrig/error': … } } ─┘
 *
 * The specification has few numbers and several failures share one, so the symbolic code travels
 * beside the number. Arguments that break a tool's schema are a *tool result* on the wire, because
 * the specification wants the model to read them; here they are raised again like any other
 * failure. Of a server that knows no symbolic codes the number alone decides.
 *
 * Pure functions over plain objects; it knows no SDK. Failures that never cross a wire (deadline,
 * cancellation, a lost connection) are made in `local-errors.ts`.
 */

import { type ErrorCode, ToolrigError } from '../core/errors.ts';

const INVALID_PARAMS = -32602;
const METHOD_NOT_FOUND = -32601;
const INTERNAL_ERROR = -32603;

/** The number of each symbolic code in MCP, revision 2025-11-25 and later. */
const WIRE_NUMBERS: Readonly<Record<ErrorCode, number>> = {
  ERR_SERVICE_NOT_FOUND: INVALID_PARAMS,
  ERR_UNKNOWN_TOOL: INVALID_PARAMS,
  ERR_INVALID_PARAMS: INVALID_PARAMS,
  ERR_FORBIDDEN: INVALID_PARAMS,
  ERR_INVALID_REQUEST: METHOD_NOT_FOUND,
  ERR_SERVICE_EXIT: INTERNAL_ERROR,
  ERR_OVERLOADED: INTERNAL_ERROR,
  // Local to a caller; these come by wire when the service itself had called somebody.
  ERR_TIMEOUT: INTERNAL_ERROR,
  ERR_CANCELLED: INTERNAL_ERROR,
  ERR_RETRIES_EXHAUSTED: INTERNAL_ERROR,
  ERR_INVALID_OPTION: INTERNAL_ERROR,
  ERR_ALREADY_REGISTERED: INTERNAL_ERROR,
  ERR_CHILD_START: INTERNAL_ERROR,
  ERR_CHILD_EXISTS: INTERNAL_ERROR,
  ERR_CHILD_NOT_FOUND: INTERNAL_ERROR,
  ERR_CHILD_RUNNING: INTERNAL_ERROR,
  ERR_MAX_CHILDREN: INTERNAL_ERROR,
  ERR_SUPERVISOR_EXIT: INTERNAL_ERROR,
  ERR_USAGE: INTERNAL_ERROR,
  ERR_TARGET: INTERNAL_ERROR,
  ERR_INVALID_MEASUREMENT: INTERNAL_ERROR,
};

/** Key of a tool result's `_meta` that holds {@link WireErrorData}. */
export const ERROR_META_KEY = 'toolrig/error';

/** What `error.data`, or `_meta['toolrig/error']` of a tool result, says. */
export interface WireErrorData {
  readonly code: ErrorCode;
  /** The error's own `data`. */
  readonly data?: unknown;
}

/** The `error` member of a JSON-RPC response. */
export interface WireError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** A tool result that stands for an error. */
export interface FailedToolResult {
  readonly content: readonly [{ readonly type: 'text'; readonly text: string }];
  readonly isError: true;
  readonly _meta: { readonly [ERROR_META_KEY]: WireErrorData };
}

/** The JSON-RPC error that stands for `error` on the MCP wire. */
export function toWireError(error: ToolrigError): WireError {
  return { code: WIRE_NUMBERS[error.code], message: error.message, data: wireData(error) };
}

/** The tool result that stands for `error`: for `ERR_INVALID_PARAMS` of `tools/call`. */
export function toFailedToolResult(error: ToolrigError): FailedToolResult {
  return {
    content: [{ type: 'text', text: error.message }],
    isError: true,
    _meta: { [ERROR_META_KEY]: wireData(error) },
  };
}

/** The error that the far side raised. */
export function fromWireError(error: WireError, cause?: unknown): ToolrigError {
  const { data } = error;
  if (isWireErrorData(data)) {
    return new ToolrigError(data.code, error.message, { cause, data: data.data });
  }
  return new ToolrigError(codeOfNumber(error.code), error.message, { cause, data });
}

/** The error that a tool result stands for; `undefined` when it is a result like any other. */
export function errorOfToolResult(result: unknown): ToolrigError | undefined {
  const { isError, content, _meta } = (result ?? {}) as Partial<FailedToolResult>;
  if (isError !== true) return undefined;
  const data = _meta?.[ERROR_META_KEY];
  if (!isWireErrorData(data)) return undefined;
  return new ToolrigError(data.code, content?.[0]?.text ?? data.code, { data: data.data });
}

function wireData(error: ToolrigError): WireErrorData {
  return error.data === undefined ? { code: error.code } : { code: error.code, data: error.data };
}

function isWireErrorData(data: unknown): data is WireErrorData {
  const code = (data as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' && Object.hasOwn(WIRE_NUMBERS, code);
}

function codeOfNumber(code: number): ErrorCode {
  if (code === METHOD_NOT_FOUND) return 'ERR_INVALID_REQUEST';
  return code === INVALID_PARAMS ? 'ERR_INVALID_PARAMS' : 'ERR_SERVICE_EXIT';
}
