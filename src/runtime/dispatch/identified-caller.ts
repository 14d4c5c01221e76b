/**
 * A caller that has said who it is: what a host hands to those it lets call its services.
 *
 * It has the transport's ways of calling and none of its others: no references, no names to take
 * or give away.
 */

import type { Caller } from './access/identity.ts';
import type { CallOptions } from './call-context.ts';
import type { CallRoute } from './call-route.ts';
import { ServiceHandle } from './service-handle.ts';

export class IdentifiedCaller {
  /** Who calls; frozen. */
  readonly identity: Caller;
  readonly #route: CallRoute;

  constructor(route: CallRoute, identity: Caller) {
    this.#route = route;
    this.identity = identity;
  }

  /**
   * As `transport.call`.
   *
   * @throws (rejects) `ERR_FORBIDDEN` when the policy does not allow it, `ERR_OVERLOADED` with
   *   `data.retryAfterMs` when this caller is over a limit
   */
  call(name: string, method: string, params?: unknown, options?: CallOptions): Promise<unknown> {
    return this.#route.call(this.identity, name, method, params, options);
  }

  /** As `transport.callMany`; each call of it is decided on and counted by itself. */
  callMany(
    name: string,
    method: string,
    paramsList: readonly unknown[],
    options?: CallOptions,
  ): Promise<unknown[]> {
    return this.#route.callMany(this.identity, name, method, paramsList, options);
  }

  /** As `transport.notify`; throws `ERR_FORBIDDEN` and `ERR_OVERLOADED` too. */
  notify(name: string, method: string, params?: unknown): void {
    this.#route.notify(this.identity, name, method, params);
  }

  /** As `transport.service`; its calls are this caller's. */
  service(name: string): ServiceHandle {
    return new ServiceHandle(this.#route, this.identity, name);
  }
}
