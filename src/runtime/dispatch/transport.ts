/**
 * The native transport: calls services of this process by name, by reference, without
 * serialization.
 *
 *   call(name) ──▶ registry ──▶ service ──▶ handler
 *
 * It adds nothing to a call but the look-up; the rest is the service's own doing.
 */

import { type Clock, SYSTEM_CLOCK } from '../../core/clock.ts';
import { DeadlineWheel } from '../../core/deadline-wheel.ts';
import { requireOneOf } from '../../core/options.ts';
import { isCallObserved, observeCall } from '../telemetry/call-channels.ts';
import { type Logger, SILENT_LOGGER } from '../telemetry/logger.ts';
import type { CallOptions } from './call-context.ts';
import { serviceNotFound } from './call-errors.ts';
import { COPY_MODES, type CopyMode, handOver } from './ownership.ts';
import { Registry, type ServiceListing } from './registry.ts';
import { Service } from './service.ts';
import type { ServiceDefinition } from './service-definition.ts';
import { ServiceHandle } from './service-handle.ts';
import type { ServiceReference } from './service-reference.ts';

export interface TransportOptions {
  /** How what is passed is protected. Default: `'reference'`. */
  readonly copy?: CopyMode;
  /** Where services log, in pino's shape. Default: nowhere. */
  readonly logger?: Logger;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/** What a client needs of a transport. */
export type CallTransport = Pick<NativeTransport, 'call'>;

export class NativeTransport {
  readonly #registry: Registry;
  /** Those that were started here and have not ended, in order of start. */
  readonly #started = new Set<ServiceReference>();
  readonly #copy: CopyMode;
  readonly #environment: { readonly wheel: DeadlineWheel; logger: Logger; clock: Clock };

  constructor(options: TransportOptions = {}) {
    const { copy = 'reference', logger = SILENT_LOGGER, clock = SYSTEM_CLOCK } = options;
    this.#copy = requireOneOf('copy', copy, COPY_MODES);
    this.#registry = new Registry(clock);
    this.#environment = { wheel: new DeadlineWheel({ clock }), logger, clock };
  }

  /**
   * Starts a service and registers it; requests that come while `init` runs wait for it.
   *
   * @param name - Default: the definition's own name.
   * @throws `ERR_ALREADY_REGISTERED` when the name is taken, `ERR_SERVICE_EXIT` when `init` throws
   */
  async start<TState>(
    definition: ServiceDefinition<TState>,
    name: string = definition.name,
  ): Promise<ServiceReference> {
    const service = new Service(definition, this.#environment, name);
    this.#registry.register(name, service);
    this.#started.add(service);
    void service.exited.then(() => this.#started.delete(service));
    await service.start();
    return service;
  }

  /**
   * Stops every service that was started here, whatever names it has now, in reverse order of
   * start. One that another transport started and that is registered here lives on. Idempotent.
   */
  async stop(): Promise<void> {
    for (const reference of [...this.#started].toReversed()) await reference.stop();
  }

  /** Gives a running service another name. Throws `ERR_ALREADY_REGISTERED` when it is taken. */
  register(name: string, reference: ServiceReference): void {
    this.#registry.register(name, reference);
  }

  /** Takes a name away; the service lives on. Idempotent; `false` when nobody held it. */
  unregister(name: string): boolean {
    return this.#registry.unregister(name);
  }

  /** The service behind `name`, or `undefined`. */
  lookup(name: string): ServiceReference | undefined {
    return this.#registry.lookup(name);
  }

  listServices(): ServiceListing[] {
    return this.#registry.list();
  }

  serviceAvailable(name: string): boolean {
    return this.#registry.lookup(name) !== undefined;
  }

  /** A handle that looks the name up once, and again only after the registry has changed. */
  service(name: string): ServiceHandle {
    return new ServiceHandle(this, this.#registry, name);
  }

  /**
   * Calls a method of a service and resolves with its reply.
   *
   * @param params - for `tools/call`: `{ name, arguments }`; belongs to the service until it replies
   * @throws (rejects) a `ToolrigError` with one of the codes of `CallErrorCode`
   */
  call(name: string, method: string, params?: unknown, options?: CallOptions): Promise<unknown> {
    const reference = this.#registry.lookup(name);
    if (reference === undefined) {
      return Promise.reject(serviceNotFound(name, this.#registry.names()));
    }
    return this.callReference(reference, method, params, options);
  }

  /** As {@link call}, for a service that has been looked up already. */
  callReference(
    reference: ServiceReference,
    method: string,
    params?: unknown,
    options?: CallOptions,
  ): Promise<unknown> {
    if (isCallObserved()) {
      const tool = method === 'tools/call' ? toolName(params) : undefined;
      return observeCall(reference.name, method, tool, () =>
        this.#handOverCall(reference, method, params, options),
      );
    }
    if (this.#copy === 'reference') return reference.call(method, params, options);
    return this.#handOverCall(reference, method, params, options);
  }

  /**
   * Sends without waiting for a reply; failures of the handler are counted, not reported.
   *
   * @throws `ERR_SERVICE_NOT_FOUND` when nobody has the name
   */
  notify(name: string, method: string, params?: unknown): void {
    const reference = this.#registry.lookup(name);
    if (reference === undefined) throw serviceNotFound(name, this.#registry.names());
    reference.notify(method, handOver(params, this.#copy));
  }

  async #handOverCall(
    reference: ServiceReference,
    method: string,
    params: unknown,
    options: CallOptions | undefined,
  ): Promise<unknown> {
    const reply = await reference.call(method, handOver(params, this.#copy), options);
    return handOver(reply, this.#copy);
  }
}

function toolName(params: unknown): string | undefined {
  const name = (params as { name?: unknown } | null | undefined)?.name;
  return typeof name === 'string' ? name : undefined;
}
