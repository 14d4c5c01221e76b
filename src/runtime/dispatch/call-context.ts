/**
 * What a handler sees of the call it is handling.
 *
 * One is made for every call, so it holds three references and makes everything else when asked:
 * an `AbortController` alone costs more than a whole native call.
 */

import type { Logger } from '../telemetry/logger.ts';
import { nextRequestId } from '../telemetry/request-id.ts';
import { raiseAside } from './listeners.ts';

/** One step of a long call, as the specification's `notifications/progress`. */
export interface Progress {
  readonly progress: number;
  readonly total?: number;
  readonly message?: string;
  /** The token given with the call, if one was. */
  readonly progressToken?: string | number;
}

/** Time that a call is allowed unless it says otherwise, in ms. */
export const DEFAULT_TIMEOUT_MS = 5_000;

export interface CallOptions {
  /** Time allowed, in ms; `Infinity` for no limit. Default: 5,000. */
  readonly timeoutMs?: number;
  /** Cancels the call: it rejects with `ERR_CANCELLED` and the handler's own signal aborts. */
  readonly signal?: AbortSignal;
  /** Carried to the handler, and back with each progress step. */
  readonly progressToken?: string | number;
  /** Called for each step that the handler reports. */
  readonly onProgress?: (progress: Progress) => void;
  /** Carried to the handler as `context.meta`. */
  readonly meta?: Readonly<Record<string, unknown>>;
  /** Names the call in logs, events and the audit log. Default: one of its own, made when needed. */
  readonly requestId?: string;
}

/** The second argument of every handler. */
export interface CallContext<TState = unknown> {
  /** What `init` made; assign to replace it. */
  state: TState;
  /** Name of the service. */
  readonly service: string;
  /** Aborts when the deadline passes, the caller cancels or the service ends. Made when first read. */
  readonly signal: AbortSignal;
  /** The call's `meta` option, over `params._meta`. */
  readonly meta: Readonly<Record<string, unknown>>;
  readonly progressToken: string | number | undefined;
  /** Names the call: the `requestId` option, or one of its own. */
  readonly requestId: string;
  /** Logs under the service's name and the request's id. */
  readonly log: Logger;
  /** Reports a step to the caller; does nothing when nobody asked or the caller gave up. */
  progress(progress: number, total?: number, message?: string): void;
}

/** What a context needs of the service that makes it. */
export interface ContextHost {
  readonly name: string;
  readonly logger: Logger;
  state: unknown;
}

const NO_META: Readonly<Record<string, unknown>> = Object.freeze({});

type Settle = (reply: unknown) => void;

/** The caller's options, and what the context has made since. */
interface ContextOptions extends CallOptions {
  readonly log?: Logger;
}

export class RequestContext implements CallContext {
  readonly #host: ContextHost;
  readonly #params: unknown;
  /** Replaced, not added to, when the id or the logger is first read: most calls need neither. */
  #options: ContextOptions | undefined;
  /** Made when the signal is first read, or when nobody waits for the reply any more. */
  #controller: AbortController | undefined = undefined;

  /** Answers the caller of a call that is pending. It lives here because this object is young. */
  resolve: Settle | undefined = undefined;

  constructor(host: ContextHost, params: unknown, options: CallOptions | undefined) {
    this.#host = host;
    this.#params = params;
    this.#options = options;
  }

  get state(): unknown {
    return this.#host.state;
  }

  set state(value: unknown) {
    this.#host.state = value;
  }

  get service(): string {
    return this.#host.name;
  }

  get requestId(): string {
    const given = this.#options?.requestId;
    if (given !== undefined) return given;
    const requestId = nextRequestId();
    this.#options = { ...this.#options, requestId };
    return requestId;
  }

  get log(): Logger {
    const made = this.#options?.log;
    if (made !== undefined) return made;
    const log = this.#host.logger.child({ requestId: this.requestId });
    this.#options = { ...this.#options, log };
    return log;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  get meta(): Readonly<Record<string, unknown>> {
    return metaOf(this.#params, this.#options) ?? NO_META;
  }

  get progressToken(): string | number | undefined {
    const token = this.#options?.progressToken ?? this.meta['progressToken'];
    return typeof token === 'string' || typeof token === 'number' ? token : undefined;
  }

  progress(progress: number, total?: number, message?: string): void {
    const listener = this.#options?.onProgress;
    if (listener === undefined || this.#controller?.signal.aborted === true) return;
    const token = this.progressToken;
    const step = {
      progress,
      ...(total === undefined ? {} : { total }),
      ...(message === undefined ? {} : { message }),
      ...(token === undefined ? {} : { progressToken: token }),
    };
    try {
      listener(step);
    } catch (thrown) {
      // The caller's defect must not end the service.
      raiseAside(thrown);
    }
  }

  /** Tells the handler that nobody waits for its reply any more. */
  abandon(reason: unknown): void {
    this.#controller ??= new AbortController();
    this.#controller.abort(reason);
  }
}

/** What a call says beside its params: its `meta` option, over `params._meta`. */
export function metaOf(
  params: unknown,
  options: CallOptions | undefined,
): Readonly<Record<string, unknown>> | undefined {
  const inParams = (params as { _meta?: Record<string, unknown> } | null | undefined)?._meta;
  const given = options?.meta;
  if (inParams === undefined || given === undefined) return given ?? inParams;
  return { ...inParams, ...given };
}

/** The id that a call is given, or one of its own. */
export function requestIdOf(options: CallOptions | undefined): string {
  const given = options?.requestId;
  // What is none the service refuses; whoever records that names the call all the same.
  return typeof given === 'string' ? given : nextRequestId();
}

/** The options with an id; what is no options the service is to refuse as it is. */
export function withRequestId(
  options: CallOptions | undefined,
  requestId: string,
): CallOptions | undefined {
  if (options !== undefined && (typeof options !== 'object' || options === null)) return options;
  return { ...options, requestId: options?.requestId ?? requestId };
}
