/**
 * How the requests of one service are put into frames. One that is nothing but a method and its
 * params takes the number of a route, which says the service and the method once for all; one that
 * carries more for its handler is sent with all of it.
 */

import type { CallOptions } from '../dispatch/call-context.ts';
import { HOST_FRAME, type RichCall } from './frames.ts';
import type { GuestConnection } from './guest-connection.ts';

/** Methods of a service with numbers of their own; callers choose the names, so they are bounded. */
const MAX_ROUTES = 256;
const MAX_METHOD_LENGTH = 256;

export class RequestFrames {
  readonly #connection: GuestConnection;
  readonly #service: number;
  readonly #routes = new Map<string, number>();

  constructor(connection: GuestConnection, service: number) {
    this.#connection = connection;
    this.#service = service;
  }

  /** The routes that were opened. */
  routes(): Iterable<number> {
    return this.#routes.values();
  }

  /** The route for a request; `undefined` when it has to be sent with all that it carries. */
  routeOf(method: string, options: CallOptions | undefined): number | undefined {
    if (!isPlain(options)) return undefined;
    const known = this.#routes.get(method);
    if (known !== undefined || this.#routes.size >= MAX_ROUTES) return known;
    if (typeof method !== 'string' || method.length > MAX_METHOD_LENGTH) return undefined;
    const route = this.#connection.openRoute(this.#service, method);
    if (route !== undefined) this.#routes.set(method, route);
    return route;
  }

  /** Sends a request. Throws when it cannot leave this isolate; nothing of it has been sent then. */
  send(id: number, method: string, params: unknown, options: CallOptions | undefined): void {
    const route = this.routeOf(method, options);
    if (route !== undefined) {
      this.#connection.send(HOST_FRAME.call, id, route, params);
      return;
    }
    const request: RichCall = {
      service: this.#service,
      method,
      params,
      meta: options?.meta,
      requestId: options?.requestId,
      progressToken: options?.progressToken,
      wantsProgress: options?.onProgress !== undefined,
    };
    this.#connection.send(HOST_FRAME.richCall, id, 0, request);
  }

  /**
   * Sends several requests in one frame. Throws when one of them cannot leave this isolate, or
   * together they are too long; nothing has been sent then.
   *
   * @returns length of the frame in bytes
   */
  sendMany(id: number, route: number, paramsList: readonly unknown[]): number {
    this.#connection.send(HOST_FRAME.callMany, id, route, paramsList);
    this.#connection.flush(); // the guest begins while the next chunk is being written
    return this.#connection.lastFrameBytes;
  }
}

/** Whether there is nothing in the options that the guest has to know. */
function isPlain(options: CallOptions | undefined): boolean {
  return (
    options === undefined ||
    (options.meta === undefined &&
      options.requestId === undefined &&
      options.progressToken === undefined &&
      options.onProgress === undefined)
  );
}
