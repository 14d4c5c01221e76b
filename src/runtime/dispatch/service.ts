/**
 * A running service, behaving as a GenServer does: state, a {@link Mailbox} and handlers.
 *
 *   call() ──▶ endpoint, arguments checked ──▶ mailbox ──▶ handler ──▶ reply
 *
 * A handler that throws a `ToolError` or a `ToolrigError` has answered; anything else it throws
 * ends the service, and every caller that waits hears `ERR_SERVICE_EXIT`. Restarting it is a
 * supervisor's business.
 *
 * `bench/dispatch.bench.ts` shows what a call costs.
 */

import { type Clock, SYSTEM_CLOCK } from '../../core/clock.ts';
import type { DeadlineWheel } from '../../core/deadline-wheel.ts';
import { type Logger, SILENT_LOGGER } from '../telemetry/logger.ts';
import { builtInMethods } from './built-in-methods.ts';
import { type CallOptions, type ContextHost, RequestContext } from './call-context.ts';
import {
  invalidArguments,
  invalidTimeout,
  missingToolName,
  serviceExit,
  unknownMethod,
  unknownTool,
} from './call-errors.ts';
import { callInTurn } from './call-many.ts';
import { objectionTo } from './call-objection.ts';
import { Mailbox, type MailboxOwner } from './mailbox.ts';
import { describeMisfit } from './schema.ts';
import type { Endpoint, ServiceDefinition } from './service-definition.ts';
import { ServiceLifecycle } from './service-lifecycle.ts';
import type { ServiceReference, ServiceStats, ServiceStatus } from './service-reference.ts';

/** Time that `stop` allows unless it says otherwise, and that `terminate` has after a crash. */
const DEFAULT_STOP_TIMEOUT_MS = 5_000;
const NO_ARGUMENTS = Object.freeze({});

export interface ServiceEnvironment {
  readonly wheel: DeadlineWheel;
  readonly logger?: Logger;
  readonly clock?: Clock;
}

export class Service<TState = unknown> implements ServiceReference, ContextHost, MailboxOwner {
  readonly name: string;
  readonly placement = 'inline';
  readonly where = 'this thread';
  readonly logger: Logger;
  state: unknown = undefined;

  readonly #definition: ServiceDefinition<TState>;
  readonly #methods: ReadonlyMap<string, Endpoint>;
  readonly #tools: ReadonlyMap<string, Endpoint>;
  readonly #clock: Clock;
  readonly #lifecycle: ServiceLifecycle;
  readonly #mailbox: Mailbox;
  #isCrashed = false;
  /** The tool that was called last: callers tend to call one many times. */
  #lastToolName = '';
  #lastTool: Endpoint | undefined = undefined;

  constructor(
    definition: ServiceDefinition<TState>,
    environment: ServiceEnvironment,
    name: string = definition.name,
  ) {
    const { wheel, logger = SILENT_LOGGER, clock = SYSTEM_CLOCK } = environment;
    this.name = name;
    this.logger = logger.child({ service: name });
    this.#definition = definition;
    this.#tools = definition.tools;
    this.#methods = new Map([
      ...definition.methods,
      ...builtInMethods(definition, () => this.stats()),
    ]);
    this.#clock = clock;
    this.#lifecycle = new ServiceLifecycle(clock);
    this.#mailbox = new Mailbox(this, this.#lifecycle, wheel, definition);
  }

  get status(): ServiceStatus {
    return this.#lifecycle.status;
  }

  get exited(): Promise<unknown> {
    return this.#lifecycle.exited;
  }

  /**
   * Runs `init`, then the requests that came meanwhile.
   *
   * @throws `ERR_SERVICE_EXIT` with the cause, when `init` throws; the service has ended then
   */
  async start(): Promise<void> {
    try {
      this.state = await this.#definition.init();
    } catch (thrown) {
      this.#end(thrown);
      throw serviceExit(this.name, thrown);
    }
    if (this.#lifecycle.status !== 'starting') return; // it was stopped meanwhile
    this.#lifecycle.status = 'running';
    this.#mailbox.drain();
  }

  call(method: string, params?: unknown, options?: CallOptions): Promise<unknown> {
    if (options !== undefined) {
      const objection = objectionTo(this.name, options);
      if (objection !== undefined) return this.#mailbox.refuse(objection);
    }
    const answer = this.answer(method, params, options);
    return answer instanceof Promise ? answer : Promise.resolve(answer);
  }

  /**
   * As {@link call}, but gives a reply that is there at once as it is: a thread that serves others
   * sends it on without waiting for a promise. What the options are has been looked at.
   */
  answer(method: string, params?: unknown, options?: CallOptions): unknown {
    if (method === 'tools/call') return this.#callTool(params, options);
    const endpoint = this.#methods.get(method);
    if (endpoint === undefined) {
      return this.#mailbox.refuse(unknownMethod(this.name, method, this.#methods.keys()));
    }
    return this.#deliver(endpoint, params, params, options);
  }

  callMany(
    method: string,
    paramsList: readonly unknown[],
    options?: CallOptions,
  ): Promise<unknown[]> {
    return callInTurn(this, method, paramsList, options);
  }

  notify(method: string, params?: unknown): void {
    // Nobody waits for the outcome; the service's own counters have it.
    this.call(method, params, { timeoutMs: Number.POSITIVE_INFINITY }).catch(() => {
      this.#mailbox.counters.droppedNotificationCount++;
    });
  }

  async stop(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    const { timeoutMs = DEFAULT_STOP_TIMEOUT_MS } = options;
    if (!(timeoutMs > 0)) throw invalidTimeout(timeoutMs);
    if (this.#lifecycle.status === 'starting') {
      this.#end('normal');
    } else if (this.#lifecycle.status === 'running') {
      this.#lifecycle.leave('stopping', 'normal');
      this.#mailbox.drain();
    }
    // No timer holds Infinity: Node's would fire at once.
    if (timeoutMs === Number.POSITIVE_INFINITY) {
      await this.exited;
      return;
    }
    const limit = this.#clock.createTimer(timeoutMs, () => {
      if (this.#lifecycle.status === 'ended') {
        this.#lifecycle.exit('its terminate did not finish in time');
      } else {
        this.#end('it did not stop in time');
        limit.start(); // once more, for terminate
      }
    });
    limit.start();
    await this.exited;
    limit.stop();
  }

  kill(reason: unknown = 'killed'): void {
    if (this.#lifecycle.status !== 'ended') this.#close(reason);
    this.#lifecycle.exit(reason); // if its terminate still runs, nobody waits for it
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

  onDefect(defect: unknown): void {
    this.logger.error({ err: defect }, 'service crashed');
    this.#isCrashed = true;
    this.#end(defect);
  }

  onDrained(): void {
    this.#end('normal');
  }

  #callTool(params: unknown, options: CallOptions | undefined): unknown {
    const request = params as { name?: unknown; arguments?: unknown } | null | undefined;
    const tool = request?.name;
    if (typeof tool !== 'string') return this.#mailbox.refuse(missingToolName(this.name, params));
    const endpoint = this.#tool(tool);
    if (endpoint === undefined) {
      return this.#mailbox.refuse(unknownTool(this.name, tool, this.#tools.keys()));
    }
    let args: unknown = request?.arguments ?? NO_ARGUMENTS;
    const { input } = endpoint;
    if (input !== undefined) {
      if (!input.fits(args)) {
        return this.#mailbox.refuse(invalidArguments(this.name, tool, describeMisfit(input)));
      }
      if (input.parse !== undefined) {
        const { value, objection } = input.parse(args);
        if (objection !== undefined) {
          return this.#mailbox.refuse(invalidArguments(this.name, tool, objection));
        }
        args = value;
      }
    }
    return this.#deliver(endpoint, args, params, options);
  }

  #tool(name: string): Endpoint | undefined {
    if (name === this.#lastToolName) return this.#lastTool;
    const endpoint = this.#tools.get(name);
    this.#lastToolName = name;
    this.#lastTool = endpoint;
    return endpoint;
  }

  #deliver(
    endpoint: Endpoint,
    args: unknown,
    params: unknown,
    options: CallOptions | undefined,
  ): unknown {
    return this.#mailbox.deliver(
      endpoint,
      args,
      new RequestContext(this, params, options),
      options,
    );
  }

  #end(reason: unknown): void {
    if (this.#lifecycle.status === 'ended') return;
    this.#close(reason);
    void this.#terminate(reason);
  }

  /** Leaves, and answers everybody who waits. */
  #close(reason: unknown): void {
    this.#lifecycle.leave('ended', reason);
    this.#mailbox.abandonAll(serviceExit(this.name, reason));
  }

  async #terminate(reason: unknown): Promise<void> {
    // One that never returns must not keep its supervisor from starting another; `stop` and `kill`
    // may be in less of a hurry, or more.
    const limit = this.#clock.createTimer(DEFAULT_STOP_TIMEOUT_MS, () =>
      this.#lifecycle.exit(reason),
    );
    if (this.#isCrashed) limit.start();
    limit.keepAlive(false);
    try {
      await this.#definition.terminate(reason, this.state as TState);
    } catch (thrown) {
      this.logger.error({ err: thrown }, 'terminate failed');
    }
    limit.stop();
    this.#lifecycle.exit(reason);
  }
}
