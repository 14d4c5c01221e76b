/**
 * The native transport: calls services by name; those of this isolate by reference, without
 * serialization.
 *
 *   call(name) ──▶ registry ──▶ service ──▶ handler
 *
 * It adds nothing to a call but the look-up; the rest is the service's own doing.
 */

import { type Clock, SYSTEM_CLOCK } from '../../core/clock.ts';
import { DeadlineWheel } from '../../core/deadline-wheel.ts';
import { ToolrigError } from '../../core/errors.ts';
import { MAX_REPLICAS } from '../../core/max-replicas.ts';
import { requireInteger, requireKnownKeys, requireName, requireOneOf } from '../../core/options.ts';
import type { AuditLog } from '../telemetry/audit-log.ts';
import { isCallObserved } from '../telemetry/call-channels.ts';
import { type Logger, SILENT_LOGGER } from '../telemetry/logger.ts';
import { Gate } from './access/gate.ts';
import { checkIdentity, type Identity } from './access/identity.ts';
import type { PolicyData } from './access/policy-data.ts';
import type { CallOptions } from './call-context.ts';
import { CallRoute } from './call-route.ts';
import { IdentifiedCaller } from './identified-caller.ts';
import { COPY_MODES, type CopyMode } from './ownership.ts';
import { PLACEMENTS, type Placement } from './placement.ts';
import { Registry, type ServiceListing } from './registry.ts';
import { Service } from './service.ts';
import type { ServiceDefinition } from './service-definition.ts';
import { ServiceHandle } from './service-handle.ts';
import type {
  HostEnvironment,
  ServiceHost,
  ServiceModule,
  StartableService,
  StartOptions,
} from './service-host.ts';
import { loadServiceModule } from './service-module.ts';
import type { ServiceReference } from './service-reference.ts';

export interface TransportOptions {
  /** How what is passed is protected. Default: `'reference'`. */
  readonly copy?: CopyMode;
  /** Where services log, in pino's shape. Default: nowhere. */
  readonly logger?: Logger;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Who starts services that are not inline. Default: nobody. */
  readonly hosts?: Partial<Readonly<Record<Placement, ServiceHost>>>;
  /** Who may call what, and how much of it; what it does not allow is denied. Default: no policy. */
  readonly policy?: PolicyData;
  /** Records every call; to be closed after the transport has stopped. Default: none. */
  readonly audit?: AuditLog;
}

const START_KEYS = [
  'name',
  'placement',
  'replicas',
  'memoryLimitBytes',
] as const satisfies (keyof StartOptions)[];

/** What a client needs of a transport. */
export type CallTransport = Pick<Transport, 'call'>;

export class Transport {
  readonly #registry: Registry;
  /** Those that were started here and have not ended, in order of start. */
  readonly #started = new Set<ServiceReference>();
  readonly #route: CallRoute;
  /** The route's, kept here for the hot path. */
  readonly #isPlain: boolean;
  readonly #environment: HostEnvironment;
  /** Of services elsewhere: whoever waits for one keeps the process alive by the link to it. */
  readonly #environmentElsewhere: HostEnvironment;
  readonly #hosts: Partial<Readonly<Record<Placement, ServiceHost>>>;

  constructor(options: TransportOptions = {}) {
    const {
      copy = 'reference',
      logger = SILENT_LOGGER,
      clock = SYSTEM_CLOCK,
      hosts = {},
      policy,
      audit,
    } = options;
    requireOneOf('copy', copy, COPY_MODES);
    this.#registry = new Registry(clock);
    const gate =
      policy === undefined && audit === undefined ? undefined : new Gate(policy, audit, clock);
    this.#route = new CallRoute(this.#registry, copy, gate);
    this.#isPlain = this.#route.isPlain;
    this.#environment = { wheel: new DeadlineWheel({ clock }), logger, clock };
    this.#environmentElsewhere = {
      ...this.#environment,
      wheel: new DeadlineWheel({ clock, keepsAlive: false }),
    };
    this.#hosts = hosts;
  }

  /**
   * Starts a service and registers it; requests that come while `init` runs wait for it.
   *
   * @param service - a definition, or the module it comes from; only the latter can run elsewhere
   * @param options - a string is short for `{ name }`
   * @throws `ERR_ALREADY_REGISTERED` when the name is taken, `ERR_SERVICE_EXIT` when `init` throws,
   *   `ERR_INVALID_OPTION` for options that make no sense
   */
  async start<TState>(
    service: ServiceDefinition<TState> | ServiceModule,
    options: StartOptions | string = {},
  ): Promise<ServiceReference> {
    const given = typeof options === 'string' ? { name: options } : options;
    const isElsewhere = (given.placement ?? 'inline') !== 'inline' || (given.replicas ?? 1) > 1;
    // A definition is registered before anything is awaited, so that the next line may call it.
    const definition =
      'module' in service && !isElsewhere ? await loadServiceModule(service) : service;
    const starting = this.#create(definition as ServiceDefinition | ServiceModule, given);
    this.#registry.register(starting.name, starting);
    this.#started.add(starting);
    void starting.exited.then(() => this.#started.delete(starting));
    await starting.start();
    return starting;
  }

  /**
   * Stops every service that was started here, whatever names it has now, in reverse order of
   * start, one after the other: until it has ended a service may call those started before it. So
   * each that hangs costs its own stop time. One that another transport started and that is registered here lives on. Idempotent.
   * What supervises them is to be stopped first: a supervisor would start them again.
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

  /**
   * The service behind `name`, or `undefined`. A reference is a right in itself: no policy stands
   * before its own `call`.
   */
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
    return new ServiceHandle(this.#route, undefined, name);
  }

  /**
   * The calls of somebody: a policy decides by who it is, limits count by its id, the audit log
   * names it. Cheap, so that each request may have its own.
   *
   * @param identity - as the host knows it; `SYSTEM` for the host itself
   * @throws `ERR_INVALID_OPTION` for an id that is empty or reserved, or roles that are no names
   */
  as(identity: Identity): IdentifiedCaller {
    return new IdentifiedCaller(this.#route, checkIdentity(identity));
  }

  /**
   * Calls a method of a service and resolves with its reply. Where there is a policy it is an
   * anonymous call, as all of this object's are; `as` gives it a caller.
   *
   * @param params - for `tools/call`: `{ name, arguments }`; belongs to the service until it replies
   * @throws (rejects) a `ToolrigError` with one of the codes of `CallErrorCode`
   */
  call(name: string, method: string, params?: unknown, options?: CallOptions): Promise<unknown> {
    const reference = this.#registry.lookup(name);
    if (reference === undefined) return this.#route.call(undefined, name, method, params, options);
    return this.callReference(reference, method, params, options);
  }

  /** As {@link call}, for a service that has been looked up already. */
  callReference(
    reference: ServiceReference,
    method: string,
    params?: unknown,
    options?: CallOptions,
  ): Promise<unknown> {
    if (this.#isPlain && !isCallObserved()) return reference.call(method, params, options);
    return this.#route.callReference(undefined, reference, method, params, options);
  }

  /**
   * Makes many calls of one method for one promise: replies in the order of `paramsList`. In the
   * place of a call that failed stands its `ToolrigError`.
   *
   * @throws (rejects) `ERR_SERVICE_NOT_FOUND` when nobody has the name, `ERR_INVALID_OPTION` when
   *   `paramsList` is no array
   */
  callMany(
    name: string,
    method: string,
    paramsList: readonly unknown[],
    options?: CallOptions,
  ): Promise<unknown[]> {
    return this.#route.callMany(undefined, name, method, paramsList, options);
  }

  /**
   * Sends without waiting for a reply; failures of the handler are counted, not reported.
   *
   * @throws `ERR_SERVICE_NOT_FOUND` when nobody has the name
   */
  notify(name: string, method: string, params?: unknown): void {
    this.#route.notify(undefined, name, method, params);
  }

  #create(service: ServiceDefinition | ServiceModule, options: StartOptions): StartableService {
    const { name, placement = 'inline', replicas = 1, memoryLimitBytes } = options;
    requireKnownKeys('options of start', options, START_KEYS);
    requireOneOf('placement', placement, PLACEMENTS);
    requireInteger('replicas', replicas, 1, MAX_REPLICAS);
    if (memoryLimitBytes !== undefined) requireInteger('memoryLimitBytes', memoryLimitBytes, 1);
    if (memoryLimitBytes !== undefined && placement === 'inline') {
      throw new ToolrigError(
        'ERR_INVALID_OPTION',
        "memoryLimitBytes is not for an inline service, which shares the host's memory: set " +
          "placement to 'worker' or 'process'",
      );
    }
    if (!('module' in service) && placement === 'inline' && replicas === 1) {
      return new Service(service, this.#environment, name);
    }
    // Before it is made: one that is never started would keep its place on a thread.
    if (name !== undefined) this.#registry.requireFree(name);
    const host = this.#hosts[placement];
    if (host === undefined || !('module' in service)) {
      throw new ToolrigError(
        'ERR_INVALID_OPTION',
        `a service with placement '${placement}' and ${replicas} replicas is given as ` +
          '{ module, export, args }, to a transport that has hosts for it',
      );
    }
    return host.create(service, requireName('name', name), options, this.#environmentElsewhere);
  }
}
