/**
 * A service that runs in another isolate, as the host holds it.
 *
 * It behaves as `dispatch/service.ts` does, and is made alike: a life cycle here, and a mailbox for
 * what callers are owed. The guest says when the service has left and when it has exited; one that
 * says nothing is ended by force.
 */

import type { CallOptions } from '../dispatch/call-context.ts';
import { invalidTimeout, serviceExit } from '../dispatch/call-errors.ts';
import { raiseAside } from '../dispatch/listeners.ts';
import type { Placement } from '../dispatch/placement.ts';
import type { HostEnvironment, ServiceModule, StartableService } from '../dispatch/service-host.ts';
import { ServiceLifecycle } from '../dispatch/service-lifecycle.ts';
import type { ServiceStats, ServiceStatus } from '../dispatch/service-reference.ts';
import { type Logger, SILENT_LOGGER } from '../telemetry/logger.ts';
import type { LogLevel } from './forwarding-logger.ts';
import { HOST_FRAME, type StartReply, type StartRequest } from './frames.ts';
import type { GuestConnection, GuestService } from './guest-connection.ts';
import { RemoteBatch } from './remote-batch.ts';
import { RemoteMailbox } from './remote-mailbox.ts';

/** Time that `stop` allows unless it says otherwise. */
const DEFAULT_STOP_TIMEOUT_MS = 5_000;
/** Beyond the time that the guest needs to stop the service, until it is taken for hung. */
const STOP_GRACE_MS = 250;

/** Where the guest runs. */
export interface GuestPlace {
  readonly placement: Placement;
  readonly connection: GuestConnection;
  /** In words: `scheduler 2`, `process 4711`. */
  readonly description: string;
  /** Ends the guest by force, if it does not say very soon that the service has ended. */
  forceExit(exited: Promise<unknown>): void;
}

export class RemoteService implements StartableService, GuestService {
  readonly name: string;
  readonly placement: Placement;
  readonly #place: GuestPlace;
  readonly #connection: GuestConnection;
  readonly #environment: HostEnvironment;
  readonly #logger: Logger;
  readonly #source: ServiceModule;
  readonly #number: number;
  readonly #lifecycle: ServiceLifecycle;
  readonly #mailbox: RemoteMailbox;
  #exitReason: unknown = undefined;

  constructor(
    source: ServiceModule,
    name: string,
    place: GuestPlace,
    environment: HostEnvironment,
  ) {
    const { connection, placement } = place;
    this.name = name;
    this.placement = placement;
    this.#place = place;
    this.#connection = connection;
    this.#environment = environment;
    this.#logger = environment.logger.child({ service: name });
    this.#source = source;
    this.#number = connection.add(this);
    const lifecycle = new ServiceLifecycle(environment.clock);
    this.#lifecycle = lifecycle;
    this.#mailbox = new RemoteMailbox(name, lifecycle, connection, this.#number, environment);
  }

  get exited(): Promise<unknown> {
    return this.#lifecycle.exited;
  }

  get status(): ServiceStatus {
    return this.#lifecycle.status;
  }

  /** Where it runs, in words. */
  get where(): string {
    return this.#place.description;
  }

  /** As the mailbox's. */
  measurePace(): void {
    this.#mailbox.measurePace();
  }

  /** As the mailbox's. */
  get msPerCall(): number {
    return this.#mailbox.msPerCall;
  }

  /** As the mailbox's. */
  get unanswered(): number {
    return this.#mailbox.unanswered;
  }

  async start(): Promise<void> {
    const { module, export: exportName, args } = this.#source;
    const request: StartRequest = {
      service: this.#number,
      name: this.name,
      module,
      export: exportName,
      args,
      isLogged: this.#environment.logger !== SILENT_LOGGER,
    };
    let reply: StartReply;
    try {
      reply = (await this.#mailbox.requestStart(request)) as StartReply;
    } catch (thrown) {
      // One that was killed has ended when the guest says so, or is gone.
      if (this.#exitReason === undefined) this.onExited(thrown);
      throw thrown;
    }
    if (this.#lifecycle.status !== 'starting') return; // it was stopped meanwhile
    this.#lifecycle.status = 'running';
    this.#mailbox.open(reply);
  }

  call(method: string, params?: unknown, options?: CallOptions): Promise<unknown> {
    return this.#mailbox.call(method, params, options);
  }

  callMany(
    method: string,
    paramsList: readonly unknown[],
    options?: CallOptions,
  ): Promise<unknown[]> {
    return new RemoteBatch(this.#mailbox, method, paramsList, options).run();
  }

  notify(method: string, params?: unknown): void {
    this.#mailbox.notify(method, params);
  }

  async stop(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    const { timeoutMs = DEFAULT_STOP_TIMEOUT_MS } = options;
    if (!(timeoutMs > 0)) throw invalidTimeout(timeoutMs);
    if (this.#lifecycle.status === 'starting') this.kill('normal');
    if (this.#lifecycle.status === 'running') {
      this.onLeft('normal');
      this.#connection.send(HOST_FRAME.stop, 0, 0, { service: this.#number, timeoutMs });
    }
    // The guest allows the time twice, to the requests and to terminate; a blocked one keeps no time.
    const limit = this.#environment.clock.createTimer(2 * timeoutMs + STOP_GRACE_MS, () => {
      // No timer waits for ever, but this one keeps the process alive until the service has ended.
      if (timeoutMs === Number.POSITIVE_INFINITY) limit.start();
      else this.kill('it did not stop in time');
    });
    limit.start();
    await this.#lifecycle.exited;
    limit.stop();
  }

  kill(reason: unknown = 'killed'): void {
    if (this.#lifecycle.status === 'ended' || this.#exitReason !== undefined) return;
    this.#exitReason = reason;
    this.onLeft(reason);
    this.#mailbox.abandonAll(serviceExit(this.name, reason));
    this.#connection.send(HOST_FRAME.kill, 0, this.#number, undefined);
    this.#place.forceExit(this.#lifecycle.exited);
  }

  onLeave(listener: (reason: unknown) => void): void {
    this.#lifecycle.onLeave(listener);
  }

  stats(): ServiceStats {
    return {
      startedAt: this.#lifecycle.startedAt,
      ...this.#mailbox.counters,
      uptimeSeconds: this.#lifecycle.uptimeSeconds,
      mailboxLength: this.#mailbox.length,
      inFlight: this.#mailbox.inFlight,
    };
  }

  onLeft(reason: unknown): void {
    if (this.#lifecycle.takesRequests) this.#lifecycle.leave('stopping', reason);
  }

  onExited(reason: unknown): void {
    if (this.#lifecycle.status === 'ended') return;
    this.#exitReason ??= reason;
    this.onLeft(this.#exitReason);
    this.#lifecycle.status = 'ended';
    this.#mailbox.abandonAll(serviceExit(this.name, this.#exitReason));
    this.#connection.remove(this.#number, this.#mailbox.routes());
    this.#lifecycle.exit(this.#exitReason);
  }

  onLog(level: LogLevel, fields: object, message: string): void {
    try {
      this.#logger[level](fields, message);
    } catch (thrown) {
      raiseAside(thrown);
    }
  }
}
