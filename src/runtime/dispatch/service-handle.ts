/**
 * A name, held: looks its service up once and keeps it until the registry changes, so that it
 * survives the service's end and the registration of another under the same name.
 */

import type { Caller } from './access/identity.ts';
import type { CallOptions } from './call-context.ts';
import type { CallRoute } from './call-route.ts';
import type { ServiceReference } from './service-reference.ts';

export class ServiceHandle {
  readonly name: string;
  readonly #route: CallRoute;
  readonly #caller: Caller | undefined;
  #reference: ServiceReference | undefined;
  #version = -1;

  /** @param caller - `undefined` for calls without an identity */
  constructor(route: CallRoute, caller: Caller | undefined, name: string) {
    this.#route = route;
    this.#caller = caller;
    this.name = name;
  }

  /** Whether somebody holds the name now. */
  get isAvailable(): boolean {
    return this.#resolve() !== undefined;
  }

  /** As `transport.call`, without the name. */
  call(method: string, params?: unknown, options?: CallOptions): Promise<unknown> {
    const reference = this.#resolve();
    if (reference === undefined) {
      return this.#route.call(this.#caller, this.name, method, params, options);
    }
    return this.#route.callReference(this.#caller, reference, method, params, options);
  }

  /** As `transport.notify`, without the name. */
  notify(method: string, params?: unknown): void {
    this.#route.notify(this.#caller, this.name, method, params);
  }

  #resolve(): ServiceReference | undefined {
    const { registry } = this.#route;
    if (this.#version !== registry.version) {
      this.#reference = registry.lookup(this.name);
      this.#version = registry.version;
    }
    return this.#reference;
  }
}
