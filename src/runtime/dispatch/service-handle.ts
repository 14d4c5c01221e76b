/**
 * A name, held: looks its service up once and keeps it until the registry changes, so that it
 * survives the service's end and the registration of another under the same name.
 */

import type { CallOptions } from './call-context.ts';
import type { Registry } from './registry.ts';
import type { ServiceReference } from './service-reference.ts';

/** What a handle needs of the transport that made it. */
interface HandleTransport {
  call(name: string, method: string, params?: unknown, options?: CallOptions): Promise<unknown>;
  callReference(
    reference: ServiceReference,
    method: string,
    params?: unknown,
    options?: CallOptions,
  ): Promise<unknown>;
  notify(name: string, method: string, params?: unknown): void;
}

export class ServiceHandle {
  readonly name: string;
  readonly #transport: HandleTransport;
  readonly #registry: Registry;
  #reference: ServiceReference | undefined;
  #version = -1;

  constructor(transport: HandleTransport, registry: Registry, name: string) {
    this.#transport = transport;
    this.#registry = registry;
    this.name = name;
  }

  /** Whether somebody holds the name now. */
  get isAvailable(): boolean {
    return this.#resolve() !== undefined;
  }

  /** As `transport.call`, without the name. */
  call(method: string, params?: unknown, options?: CallOptions): Promise<unknown> {
    const reference = this.#resolve();
    // Nobody has the name: the transport says so.
    if (reference === undefined) return this.#transport.call(this.name, method, params, options);
    return this.#transport.callReference(reference, method, params, options);
  }

  /** As `transport.notify`, without the name. */
  notify(method: string, params?: unknown): void {
    this.#transport.notify(this.name, method, params);
  }

  #resolve(): ServiceReference | undefined {
    const { version } = this.#registry;
    if (this.#version !== version) {
      this.#reference = this.#registry.lookup(this.name);
      this.#version = version;
    }
    return this.#reference;
  }
}
