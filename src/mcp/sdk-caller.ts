/**
 * The official SDK's client with the manners of a native call: same arguments, same replies, same
 * error codes, whatever lies between.
 *
 * It sends `tools/call` with `client.callTool`, as users of the SDK do, and everything else with
 * `client.request` and a schema that lets all pass, so that replies arrive as the service gave
 * them. It speaks the stateful protocol (handshake, 2025-11-25), the SDK's default.
 *
 * Where the SDK differs from a native call:
 * - an aborted signal and a passed deadline come as one `REQUEST_TIMEOUT`; the signal tells them apart;
 * - its default deadline is 60 s and its timer overflows at `Infinity`; here it is 5 s and no limit;
 * - what ends a connection (a process, a session, a socket) rejects in many shapes; here it is
 *   `ERR_SERVICE_EXIT`.
 */

import {
  type CallToolRequest,
  Client,
  ProtocolError,
  type RequestOptions,
  SdkError,
  SdkErrorCode,
  type Progress as SdkProgress,
  type StandardSchemaV1,
  type Transport,
} from '@modelcontextprotocol/client';
import { messageOf, ToolrigError } from '../core/errors.ts';
import type { CallOptions, Progress } from '../runtime/index.ts';
import type { Caller } from './caller.ts';
import { endOf, type Loss } from './http-failure.ts';
import { fromJsonReply, toJsonForm } from './json-form.ts';
import {
  cancelled,
  invalidReply,
  invalidTimeout,
  lost,
  paramsNotObject,
  timedOut,
} from './local-errors.ts';
import { errorOfToolResult, fromWireError } from './wire-errors.ts';
import { type Meta, replyOf, requestMeta, tokenOf } from './wire-meta.ts';

/** Time that a call is allowed unless it says otherwise; the native path's. */
const DEFAULT_TIMEOUT_MS = 5_000;
/** The longest that a Node timer can wait, 24.8 days: the SDK's nearest to no limit. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Accepts every result as it is. */
const ANYTHING: StandardSchemaV1 = {
  '~standard': { version: 1, vendor: 'toolrig', validate: (value) => ({ value }) },
};

export interface SdkCallerOptions {
  /** Time allowed for the handshake, in ms. Default: 10,000. */
  readonly connectTimeoutMs?: number;
  /** Time that a call is allowed unless it says otherwise, in ms. Default: 5,000. */
  readonly timeoutMs?: number;
  /** What to do about a call that ran into its deadline, for its message. Default: what a service's author can. */
  readonly timeoutHint?: string;
  /** What it means that something other than a reply came; `undefined` and by default: the connection is closed. */
  readonly lossOf?: (thrown: unknown) => Loss | undefined;
  /** Runs before the connection is closed by {@link SdkCaller.close}; must not reject. */
  readonly beforeClose?: () => Promise<void>;
}

export class SdkCaller implements Caller {
  /** Name of the service, as its server announced it. */
  readonly service: string;
  readonly #client: Client;
  readonly #timeoutMs: number;
  readonly #timeoutHint: string | undefined;
  readonly #lossOf: (thrown: unknown) => Loss | undefined;
  readonly #beforeClose: () => Promise<void>;
  #closing: Promise<void> | undefined;

  private constructor(client: Client, options: SdkCallerOptions) {
    const {
      timeoutMs = DEFAULT_TIMEOUT_MS,
      lossOf = () => undefined,
      beforeClose = async () => {},
    } = options;
    this.service = client.getServerVersion()?.name ?? 'unknown';
    this.#client = client;
    this.#timeoutMs = timeoutMs;
    this.#timeoutHint = options.timeoutHint;
    this.#lossOf = lossOf;
    this.#beforeClose = beforeClose;
  }

  /**
   * Starts the transport and shakes hands.
   *
   * @throws `ERR_TARGET` with the cause, when the other side does not answer as an MCP server; `data.code` is what a
   *   call would have failed with
   */
  static async connect(transport: Transport, options: SdkCallerOptions = {}): Promise<SdkCaller> {
    const { connectTimeoutMs = 10_000 } = options;
    const client = new Client({ name: 'toolrig', version: '1' });
    try {
      await client.connect(transport, { timeout: connectTimeoutMs });
    } catch (cause) {
      await client.close();
      const { code, reason } = connectFailure(cause, connectTimeoutMs, options);
      throw new ToolrigError('ERR_TARGET', `cannot connect to the MCP server: ${reason}`, {
        cause,
        data: { code, reason },
      });
    }
    return new SdkCaller(client, options);
  }

  /**
   * Calls a method of the service and resolves with its reply, as `NativeTransport.call` does.
   *
   * @param params - an object, or nothing; typed arrays in it travel as base64 or numbers
   * @throws (rejects) a `ToolrigError` with one of the codes of `CallErrorCode`, or
   *   `ERR_INVALID_OPTION` for a `timeoutMs` that is none
   */
  async call(method: string, params?: unknown, options: CallOptions = {}): Promise<unknown> {
    const { timeoutMs = this.#timeoutMs, signal } = options;
    if (!(timeoutMs > 0)) throw invalidTimeout(timeoutMs);
    if (signal?.aborted === true) throw cancelled(this.service, signal.reason);
    const request = wireParams(method, params, options);
    let reply: unknown;
    try {
      if (method === 'tools/call') {
        const call = (request ?? {}) as CallToolRequest['params'];
        reply = await this.#client.callTool(call, sdkOptions(timeoutMs, options, request));
      } else {
        const name = method === 'list_tools' ? 'tools/list' : method;
        const message =
          request === undefined ? { method: name } : { method: name, params: request };
        reply = await this.#client.request(
          message,
          ANYTHING,
          sdkOptions(timeoutMs, options, request),
        );
      }
    } catch (thrown) {
      throw this.#failure(method, thrown, timeoutMs, signal);
    }
    if (method !== 'tools/call') return fromJsonReply(method, replyOf(reply));
    const error = errorOfToolResult(reply);
    if (error !== undefined) throw error;
    return fromJsonReply(method, reply);
  }

  /** Closes the connection; calls in flight reject with `ERR_SERVICE_EXIT`. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#beforeClose().then(() => this.#client.close());
    return this.#closing;
  }

  #failure(
    method: string,
    thrown: unknown,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): ToolrigError {
    if (thrown instanceof ProtocolError) return fromWireError(thrown, thrown);
    if (thrown instanceof SdkError) {
      if (signal?.aborted === true) return cancelled(this.service, signal.reason);
      if (thrown.code === SdkErrorCode.RequestTimeout) {
        return timedOut(this.service, timeoutMs, thrown, this.#timeoutHint);
      }
      if (thrown.code === SdkErrorCode.InvalidResult) return invalidReply(method, thrown);
    }
    return lost(this.service, this.#lossOf(thrown) ?? endOf('connection closed'), thrown);
  }
}

/** Why nobody could be connected to. */
function connectFailure(
  cause: unknown,
  timeoutMs: number,
  { lossOf }: SdkCallerOptions,
): Pick<Loss, 'code' | 'reason'> {
  if (cause instanceof SdkError && cause.code === SdkErrorCode.RequestTimeout) {
    return { code: 'ERR_TIMEOUT', reason: `it did not answer within ${timeoutMs} ms` };
  }
  return lossOf?.(cause) ?? endOf(messageOf(cause));
}

/** Params as they are sent. */
function wireParams(
  method: string,
  params: unknown,
  options: CallOptions,
): Record<string, unknown> | undefined {
  if (
    params !== undefined &&
    (typeof params !== 'object' || params === null || Array.isArray(params))
  ) {
    throw paramsNotObject(method, params);
  }
  const json = toJsonForm(params) as Record<string, unknown> | undefined;
  const inParams = json?.['_meta'] as Meta | undefined;
  const { meta, progressToken, onProgress } = options;
  const wireMeta = requestMeta(inParams, meta, progressToken, onProgress !== undefined);
  return wireMeta === undefined ? json : { ...json, _meta: wireMeta };
}

function sdkOptions(
  timeoutMs: number,
  { signal, onProgress }: CallOptions,
  request: Record<string, unknown> | undefined,
): RequestOptions {
  const timeout = Math.min(timeoutMs, MAX_TIMER_MS);
  if (onProgress === undefined) return signal === undefined ? { timeout } : { timeout, signal };
  const onprogress = progressListener(onProgress, request?.['_meta'] as Meta);
  return signal === undefined ? { timeout, onprogress } : { timeout, signal, onprogress };
}

/** Gives each step the caller's own token, as the native path does. */
function progressListener(
  onProgress: (progress: Progress) => void,
  meta: Meta,
): (step: SdkProgress) => void {
  const progressToken = tokenOf(meta);
  return ({ progress, total, message }) =>
    onProgress({
      progress,
      ...(total === undefined ? {} : { total }),
      ...(message === undefined ? {} : { message }),
      ...(progressToken === undefined ? {} : { progressToken }),
    });
}
