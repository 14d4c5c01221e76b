/**
 * A client of Streamable HTTP that costs its calls little: for load on a server that is not ours, where the SDK's client –
 * a millisecond of CPU a call – would be measured instead of it.
 *
 * It speaks the stateful protocol (handshake, 2025-11-25 or what the server answers), in one session, on as many sockets as
 * calls are in flight. It opens no stream of its own and offers a server nothing to call but `ping`.
 */

import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeadlineWheel } from '../core/deadline-wheel.ts';
import { ToolrigError } from '../core/errors.ts';
import type { Caller } from './caller.ts';
import { HttpExchange, type Outcome } from './http-exchange.ts';
import { endOf, type Loss, noReply } from './http-failure.ts';
import { lost, timedOut } from './local-errors.ts';
import { BASE_HEADERS, INITIALIZE_PARAMS, nativeReply, replyIn, requestBody } from './raw-http.ts';

export interface HttpCallerOptions {
  /** Sent with every request, names in small letters. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Time that a call is allowed unless it says otherwise, in ms. Default: 5,000. */
  readonly timeoutMs?: number;
  /** Time allowed for each step of the handshake, in ms. Default: 10,000. */
  readonly connectTimeoutMs?: number;
  /** What to do about a call that ran into its deadline, for its message. */
  readonly timeoutHint?: string;
}

/** Idle sockets go before a server takes them away: most do after 5 s. */
const IDLE_MS = 3_000;
const MAX_IDLE_SOCKETS = 100_000;
/** How long the goodbye to a server may take: one that hangs would keep whoever leaves. */
const GOODBYE_MS = 1_000;
const METHOD_NOT_FOUND = -32601;

export class HttpCaller implements Caller {
  service = 'unknown';
  readonly #options: HttpCallerOptions;
  readonly #agent: http.Agent;
  readonly #wheel = new DeadlineWheel();
  #url: URL;
  #headers: Record<string, string>;
  #nextId = 0;
  #closing: Promise<void> | undefined;

  private constructor(url: URL, options: HttpCallerOptions) {
    this.#url = url;
    this.#options = options;
    this.#headers = { ...options.headers, ...BASE_HEADERS };
    const { Agent } = url.protocol === 'https:' ? https : http;
    this.#agent = new Agent({
      keepAlive: true,
      timeout: IDLE_MS,
      maxFreeSockets: MAX_IDLE_SOCKETS,
    });
  }

  /**
   * Shakes hands with the server at `url`; a redirect within its origin is followed once.
   *
   * @throws `ERR_TARGET` with the reason, when it does not answer as an MCP server; `data.code` is what a call would
   *   have failed with
   */
  static async connect(url: URL, options: HttpCallerOptions = {}): Promise<HttpCaller> {
    const caller = new HttpCaller(url, options);
    try {
      await caller.#shakeHands();
    } catch (error) {
      caller.#agent.destroy();
      throw error;
    }
    return caller;
  }

  async call(
    method: string,
    params?: unknown,
    { timeoutMs = this.#options.timeoutMs ?? 5_000 }: { readonly timeoutMs?: number } = {},
  ): Promise<unknown> {
    const id = this.#nextId++;
    const outcome =
      this.#closing === undefined
        ? await this.#post(requestBody(method, params, id), id, timeoutMs)
        : lostBy(endOf('connection closed'));
    if (outcome.kind !== 'reply') throw this.#failure(outcome, timeoutMs, id);
    const reply = replyIn(outcome.message);
    if (reply === undefined)
      throw lost(this.service, noReply('it has neither result nor error'), undefined);
    if ('error' in reply) throw reply.error;
    return nativeReply(method, reply.result);
  }

  /** Ends the session; calls in flight reject with `ERR_SERVICE_EXIT`. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #shakeHands(): Promise<void> {
    const { connectTimeoutMs = 10_000 } = this.#options;
    const id = this.#nextId++;
    const body = requestBody('initialize', INITIALIZE_PARAMS, id);
    let outcome = await this.#post(body, id, connectTimeoutMs);
    if (outcome.kind === 'redirect' && this.#follow(outcome.location)) {
      outcome = await this.#post(body, id, connectTimeoutMs);
    }
    if (outcome.kind !== 'reply') throw unconnected(lossOf(outcome, connectTimeoutMs));
    const reply = replyIn(outcome.message);
    if (reply === undefined || 'error' in reply) {
      throw unconnected(noReply(reply?.error.message ?? 'it answers the handshake with nothing'));
    }
    const { protocolVersion, serverInfo } = (reply.result ?? {}) as {
      readonly protocolVersion?: unknown;
      readonly serverInfo?: { readonly name?: unknown };
    };
    if (typeof protocolVersion !== 'string') {
      throw unconnected(noReply('it answers the handshake without a version of the protocol'));
    }
    if (typeof serverInfo?.name === 'string') this.service = serverInfo.name;
    const session = outcome.response.headers['mcp-session-id'];
    this.#headers = {
      ...this.#headers,
      'mcp-protocol-version': protocolVersion,
      ...(typeof session === 'string' ? { 'mcp-session-id': session } : {}),
    };
    const greeted = await this.#notify('notifications/initialized', {}, connectTimeoutMs);
    if (greeted.kind !== 'reply') throw unconnected(lossOf(greeted, connectTimeoutMs));
  }

  /** Whether the server may send us there. */
  #follow(location: string): boolean {
    if (!URL.canParse(location, this.#url.href)) return false;
    const url = new URL(location, this.#url);
    if (url.origin !== this.#url.origin) return false;
    this.#url = url;
    return true;
  }

  #failure(
    outcome: Exclude<Outcome, { kind: 'reply' }>,
    timeoutMs: number,
    id: number,
  ): ToolrigError {
    if (outcome.kind !== 'late') return lost(this.service, lossOf(outcome, timeoutMs), undefined);
    // Nobody waits any more; the server may stop. Whether it hears of it is its own affair.
    const params = { requestId: id, reason: 'deadline' };
    void this.#notify('notifications/cancelled', params, GOODBYE_MS);
    return timedOut(this.service, timeoutMs, undefined, this.#options.timeoutHint);
  }

  #notify(method: string, params: object, timeoutMs: number): Promise<Outcome> {
    const body = JSON.stringify({ jsonrpc: '2.0', method, params });
    return this.#post(body, undefined, timeoutMs);
  }

  #post(body: string, id: number | undefined, timeoutMs: number): Promise<Outcome> {
    return new Promise((resolve) => {
      const exchange = new HttpExchange(
        this.#request('POST'),
        id,
        (message) => this.#answer(message),
        (outcome) => {
          this.#wheel.remove(exchange);
          resolve(outcome);
        },
      );
      this.#wheel.add(exchange, timeoutMs);
      exchange.send(body);
    });
  }

  #request(method: string): http.ClientRequest {
    const options = { method, headers: this.#headers, agent: this.#agent };
    return this.#url.protocol === 'https:'
      ? https.request(this.#url, options)
      : http.request(this.#url, options);
  }

  /** Answers what a server asks while it works on a call; notifications need none. */
  #answer(message: unknown): void {
    const { id, method } = message as { readonly id?: unknown; readonly method?: unknown };
    if (id === undefined) return;
    const error = { code: METHOD_NOT_FOUND, message: `Method not found: ${String(method)}` };
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id,
      ...(method === 'ping' ? { result: {} } : { error }),
    });
    void this.#post(body, undefined, GOODBYE_MS);
  }

  async #close(): Promise<void> {
    if (this.#headers['mcp-session-id'] !== undefined) {
      const said = new Promise<void>((resolve) => {
        const request = this.#request('DELETE');
        request.once('error', () => resolve());
        request.once('response', (response) => response.resume().once('end', () => resolve()));
        request.end();
      });
      await Promise.race([said, sleep(GOODBYE_MS, undefined, { ref: false })]);
    }
    this.#agent.destroy();
  }
}

function lostBy(loss: Loss): Outcome {
  return { kind: 'lost', loss };
}

function lossOf(outcome: Exclude<Outcome, { kind: 'reply' }>, timeoutMs: number): Loss {
  if (outcome.kind === 'lost') return outcome.loss;
  if (outcome.kind === 'redirect') return noReply(`it redirects to ${outcome.location}`);
  return {
    code: 'ERR_TIMEOUT',
    outcome: 'did not reply',
    reason: `it did not answer within ${timeoutMs} ms`,
  };
}

function unconnected({ code, reason }: Loss): ToolrigError {
  return new ToolrigError('ERR_TARGET', `cannot connect to the MCP server: ${reason}`, {
    data: { code, reason },
  });
}
