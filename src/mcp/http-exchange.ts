/**
 * One request to a server and what comes of it: the reply to a JSON-RPC request, be it a body or one event of a
 * stream, or why there is none. It ends with the reply, not with the stream, and at the latest at its deadline.
 */

import type { ClientRequest, IncomingMessage } from 'node:http';
import type { DeadlineNode } from '../core/deadline-wheel.ts';
import { messageOf } from '../core/errors.ts';
import { EventStream } from './event-stream.ts';
import { type Loss, lossOfStatus, noReply } from './http-failure.ts';

/** What a server sent. */
export type Outcome =
  /** The JSON-RPC message that answers, or for a notification `undefined`. */
  | { readonly kind: 'reply'; readonly message: unknown; readonly response: IncomingMessage }
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'late' }
  | { readonly kind: 'lost'; readonly loss: Loss };

/** A message that is neither the reply nor anything else that ends the exchange: a notification, or a request of the server's. */
type OnMessage = (message: unknown) => void;

export class HttpExchange implements DeadlineNode {
  wheelPrevious: DeadlineNode | null = null;
  wheelNext: DeadlineNode | null = null;
  timeoutMs = 0;
  expiryTick = 0;
  readonly #request: ClientRequest;
  /** Of the message that is sent; `undefined` for a notification. */
  readonly #id: number | undefined;
  readonly #onMessage: OnMessage;
  #settle: ((outcome: Outcome) => void) | undefined;

  /**
   * @param request - made, and not yet sent
   * @param settle - called once
   */
  constructor(
    request: ClientRequest,
    id: number | undefined,
    onMessage: OnMessage,
    settle: (outcome: Outcome) => void,
  ) {
    this.#request = request;
    this.#id = id;
    this.#onMessage = onMessage;
    this.#settle = settle;
    request.on('error', (error: NodeJS.ErrnoException) => {
      this.#end({ kind: 'lost', loss: noReply(error.message || String(error.code)) });
    });
    request.once('response', (response: IncomingMessage) => this.#read(response));
  }

  send(body: string): void {
    this.#request.end(body);
  }

  onDeadline(): void {
    this.#end({ kind: 'late' });
    this.#request.destroy();
  }

  #read(response: IncomingMessage): void {
    const { statusCode = 0, statusMessage = '', headers } = response;
    const [type = ''] = (headers['content-type'] ?? '').split(';');
    response.setEncoding('utf8');
    response.once('error', () =>
      this.#lose('the connection was closed in the middle of its reply'),
    );
    if (statusCode === 200 && this.#id !== undefined && type.trim() === 'text/event-stream') {
      this.#readEvents(response);
      return;
    }
    let body = '';
    response.on('data', (text: string) => {
      body += text;
    });
    response.once('end', () => {
      const isRedirect = statusCode >= 300 && statusCode < 400 && headers.location !== undefined;
      if (isRedirect) this.#end({ kind: 'redirect', location: headers.location ?? '' });
      else if (statusCode < 200 || statusCode > 299) {
        this.#end({ kind: 'lost', loss: lossOfStatus(statusCode, statusMessage, body) });
      } else if (this.#id === undefined) this.#end({ kind: 'reply', message: undefined, response });
      else if (type.trim() !== 'application/json') {
        this.#lose(`it answers neither JSON nor events, but ${type === '' ? 'nothing' : type}`);
      } else {
        this.#hear(body, response);
        this.#lose('its reply answers another request');
      }
    });
  }

  #readEvents(response: IncomingMessage): void {
    const events = new EventStream();
    response.on('data', (text: string) => {
      for (const data of events.push(text)) if (data !== '') this.#hear(data, response);
    });
    response.once('end', () => this.#lose('its stream of events ended without a reply'));
  }

  #hear(text: string, response: IncomingMessage): void {
    let message: { readonly id?: unknown; readonly method?: unknown } | null;
    try {
      message = JSON.parse(text);
    } catch (error) {
      this.#lose(`its reply is no JSON: ${messageOf(error)}`);
      return;
    }
    if (message?.method !== undefined) this.#onMessage(message);
    else if (message?.id === this.#id) this.#end({ kind: 'reply', message, response });
  }

  #lose(reason: string): void {
    this.#end({ kind: 'lost', loss: noReply(reason) });
  }

  /** What comes after the first outcome is nobody's. */
  #end(outcome: Outcome): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(outcome);
  }
}
