/**
 * The one error class of the project, and the table of its codes.
 *
 * Callers branch on `code`, never on the text or on a subclass, so a code is API: it may be
 * added but never changes its meaning. The number a code has on a JSON-RPC surface is looked
 * up, not stored, because it depends on the surface: the native one uses the numbers below,
 * the MCP wire those of its specification (`src/mcp/wire-errors.ts`).
 */

/** JSON-RPC numbers of the native surface, for callers that were written against them. */
const NATIVE_RPC_CODES = {
  ERR_SERVICE_NOT_FOUND: -31001,
  ERR_SERVICE_EXIT: -31002,
  ERR_OVERLOADED: -31003,
  ERR_FORBIDDEN: -31004,
  ERR_CANCELLED: -31005,
  ERR_UNKNOWN_TOOL: -32601,
  ERR_INVALID_REQUEST: -32600,
  ERR_INVALID_PARAMS: -32602,
  ERR_TIMEOUT: -32603,
} as const;

/** A code that a native call can reject with. */
export type CallErrorCode = keyof typeof NATIVE_RPC_CODES;

/** Every symbolic code of the project; docs/ERRORS.md says when each is raised and what to do. */
export type ErrorCode =
  | CallErrorCode
  /** An option or argument has the wrong type or range. */
  | 'ERR_INVALID_OPTION'
  /** A name is taken by a service that is alive, or an id by a telemetry handler. */
  | 'ERR_ALREADY_REGISTERED'
  /** Every attempt of a retried call failed; `cause` is the last failure. */
  | 'ERR_RETRIES_EXHAUSTED'
  /** A supervised child could not be started; `cause` is what its start threw. */
  | 'ERR_CHILD_START'
  /** A supervisor has a child of this id already. */
  | 'ERR_CHILD_EXISTS'
  /** A supervisor has no such child. */
  | 'ERR_CHILD_NOT_FOUND'
  /** A child runs or is being restarted, and must be stopped first. */
  | 'ERR_CHILD_RUNNING'
  /** A dynamic supervisor has all the children it may have. */
  | 'ERR_MAX_CHILDREN'
  /** The supervisor ended before it answered. */
  | 'ERR_SUPERVISOR_EXIT'
  /** A scenario, flag, threshold or file that a person wrote cannot be used. */
  | 'ERR_USAGE'
  /** What is to be measured could not be started or connected. */
  | 'ERR_TARGET'
  /** The measurement happened and cannot be trusted. */
  | 'ERR_INVALID_MEASUREMENT';

export interface ToolrigErrorOptions {
  /** What led to it: another error, or whatever was thrown. */
  readonly cause?: unknown;
  /** Details for programs; must survive JSON if the error is to cross a wire. */
  readonly data?: unknown;
}

/** Whether `code` is one that a native call can reject with. */
export function isCallErrorCode(code: unknown): code is CallErrorCode {
  return typeof code === 'string' && Object.hasOwn(NATIVE_RPC_CODES, code);
}

/** Any failure that Toolrig raises. Branch on {@link ToolrigError.code}. */
export class ToolrigError extends Error {
  override readonly name = 'ToolrigError';
  readonly code: ErrorCode;
  readonly data: unknown;

  constructor(code: ErrorCode, message: string, options: ToolrigErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.data = options.data;
  }

  /** Whether the same call may be tried again: true for `ERR_TIMEOUT` alone. */
  get retryable(): boolean {
    return this.code === 'ERR_TIMEOUT';
  }

  /** The JSON-RPC number on the native surface; `undefined` for errors that no call rejects with. */
  get rpcCode(): number | undefined {
    return isCallErrorCode(this.code) ? NATIVE_RPC_CODES[this.code] : undefined;
  }
}

/**
 * Thrown by a handler to say that the tool could not do what was asked: the caller receives a
 * result with `isError: true` and this message, and the service lives on.
 *
 * Anything else that a handler throws, a {@link ToolrigError} apart, is a defect and ends the service.
 */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}

/** What something that was thrown says: anything can be thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
