/**
 * A running service: state, a mailbox and handlers, behaving as a GenServer does.
 *
 *   call() ──▶ idle, handler synchronous? ──▶ answered on the spot: no queue, no deadline, no signal
 *                 │ no
 *                 ▼
 *            [ mailbox ] ──▶ free slot ──▶ handler ──▶ reply
 *
 * Requests are handled in order of arrival, `concurrency` at a time. A handler that throws a
 * `ToolError` or a `ToolrigError` has answered; anything else it throws ends the service, and
 * every caller that waits hears `ERR_SERVICE_EXIT`. Restarting it is a supervisor's business.
 *
 * `bench/dispatch.bench.ts` shows what a call costs on either branch.
 */

import { type Clock, SYSTEM_CLOCK } from '../../core/clock.ts';
import type { DeadlineWheel } from '../../core/deadline-wheel.ts';
import { ToolError, ToolrigError } from '../../core/errors.ts';
import { keepScope } from '../telemetry/call-channels.ts';
import { type Logger, SILENT_LOGGER } from '../telemetry/logger.ts';
import { builtInMethods } from './built-in-methods.ts';
import { type CallOptions, type ContextHost, RequestContext } from './call-context.ts';
import {
  cancelled,
  invalidArguments,
  invalidTimeout,
  missingToolName,
  objectionTo,
  overloaded,
  serviceExit,
  timedOut,
  unknownMethod,
  unknownTool,
} from './call-errors.ts';
import { CallList } from './call-list.ts';
import { callInTurn } from './call-many.ts';
import { PendingCall, type PendingCallOwner } from './pending-call.ts';
import type { ToolResult } from './protocol.ts';
import { checkResult, failedResult, isNoDefect, isThenable } from './reply.ts';
import { describeMisfit } from './schema.ts';
import { createCounters } from './service-counters.ts';
import type { Endpoint, ServiceDefinition } from './service-definition.ts';
import type { ServiceReference, ServiceStats, ServiceStatus } from './service-reference.ts';

/** Time that a call is allowed unless it says otherwise. */
const DEFAULT_TIMEOUT_MS = 5_000;
const NO_ARGUMENTS = Object.freeze({});
/** Idle calls kept for use again; a burst beyond it is left to the collector. */
const MAX_POOLED_CALLS = 256;

export interface ServiceEnvironment {
  readonly wheel: DeadlineWheel;
  readonly logger?: Logger;
  readonly clock?: Clock;
}

export class Service<TState = unknown> implements ServiceReference, ContextHost, PendingCallOwner {
  readonly name: string;
  readonly placement = 'inline';
  readonly where = 'this thread';
  readonly logger: Logger;
  readonly exited: Promise<unknown>;
  state: unknown = undefined;

  readonly #definition: ServiceDefinition<TState>;
  readonly #methods: ReadonlyMap<string, Endpoint>;
  readonly #tools: ReadonlyMap<string, Endpoint>;
  readonly #wheel: DeadlineWheel;
  readonly #clock: Clock;
  readonly #startedAtWallMs: number;
  readonly #startedAtMs: number;
  readonly #mailbox = new CallList<PendingCall>();
  readonly #running = new CallList<PendingCall>();
  readonly #pool: PendingCall[] = [];
  readonly #counters = createCounters();
  #status: ServiceStatus = 'starting';
  #isCrashed = false;
  /** Handlers that may still be started; while any is free the mailbox is empty. */
  #freeSlots: number;
  /** While the mailbox is being emptied there may be free slots, and calls that come behind it. */
  #isDraining = false;
  /** The tool that was called last: callers tend to call one many times. */
  #lastToolName = '';
  #lastTool: Endpoint | undefined = undefined;
  #announceExit: (reason: unknown) => void = () => {};
  #leaveListeners: ((reason: unknown) => void)[] = [];

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
    this.#wheel = wheel;
    this.#clock = clock;
    this.#startedAtWallMs = clock.wallMs();
    this.#startedAtMs = clock.nowMs();
    this.#freeSlots = definition.concurrency;
    this.exited = new Promise((resolve) => {
      this.#announceExit = resolve;
    });
  }

  get status(): ServiceStatus {
    return this.#status;
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
    if (this.#status !== 'starting') return; // it was stopped meanwhile
    this.#status = 'running';
    this.#drain();
  }

  call(method: string, params?: unknown, options?: CallOptions): Promise<unknown> {
    const answer = this.answer(method, params, options);
    return answer instanceof Promise ? answer : Promise.resolve(answer);
  }

  /**
   * As {@link call}, but gives a reply that is there at once as it is: a thread that serves others
   * sends it on without waiting for a promise.
   */
  answer(method: string, params?: unknown, options?: CallOptions): unknown {
    let endpoint: Endpoint | undefined;
    let args = params;
    if (method === 'tools/call') {
      const request = params as { name?: unknown; arguments?: unknown } | null | undefined;
      const tool = request?.name;
      if (typeof tool !== 'string') return this.#refuse(missingToolName(this.name, params));
      endpoint = this.#tool(tool);
      if (endpoint === undefined) {
        return this.#refuse(unknownTool(this.name, tool, this.#tools.keys()));
      }
      args = request?.arguments ?? NO_ARGUMENTS;
      const { input } = endpoint;
      if (input !== undefined) {
        if (!input.fits(args)) {
          return this.#refuse(invalidArguments(this.name, tool, describeMisfit(input)));
        }
        if (input.parse !== undefined) {
          const { value, objection } = input.parse(args);
          if (objection !== undefined) {
            return this.#refuse(invalidArguments(this.name, tool, objection));
          }
          args = value;
        }
      }
    } else {
      endpoint = this.#methods.get(method);
      if (endpoint === undefined) {
        return this.#refuse(unknownMethod(this.name, method, this.#methods.keys()));
      }
    }
    if (options !== undefined) {
      const error = objectionTo(this.name, options);
      if (error !== undefined) {
        if (error.code === 'ERR_CANCELLED') this.#counters.cancelCount++;
        return this.#refuse(error);
      }
    }
    return this.#dispatch(endpoint, args, new RequestContext(this, params, options), options);
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
      this.#counters.droppedNotificationCount++;
    });
  }

  async stop(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    if (!(timeoutMs > 0)) throw invalidTimeout(timeoutMs);
    if (this.#status === 'starting') {
      this.#end('normal');
    } else if (this.#status === 'running') {
      this.#status = 'stopping';
      this.#leave('normal');
      this.#drain();
    }
    // No timer holds Infinity: Node's would fire at once.
    if (timeoutMs === Number.POSITIVE_INFINITY) {
      await this.exited;
      return;
    }
    const limit = this.#clock.createTimer(timeoutMs, () => {
      if (this.#status === 'ended') {
        this.#announceExit('its terminate did not finish in time');
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
    if (this.#status !== 'ended') this.#close(reason);
    this.#announceExit(reason); // if its terminate still runs, nobody waits for it
  }

  onLeave(listener: (reason: unknown) => void): void {
    if (this.#status === 'starting' || this.#status === 'running') {
      this.#leaveListeners.push(listener);
    } else {
      listener('normal');
    }
  }

  stats(): ServiceStats {
    return {
      startedAt: new Date(this.#startedAtWallMs).toISOString(),
      ...this.#counters,
      uptimeSeconds: (this.#clock.nowMs() - this.#startedAtMs) / 1_000,
      mailboxLength: this.#mailbox.size,
      inFlight: this.#definition.concurrency - this.#freeSlots,
    };
  }

  onReply(call: PendingCall, reply: unknown): void {
    this.#running.remove(call);
    if (call.isSettled) {
      this.#counters.lateReplyCount++;
    } else {
      const { endpoint } = call;
      this.#wheel.remove(call);
      this.#counters.requestCount++;
      call.resolve(endpoint?.isTool === true ? checkResult(endpoint.output, reply) : reply);
    }
    this.#recycle(call);
    this.#release();
  }

  onThrow(call: PendingCall, thrown: unknown): void {
    this.#running.remove(call);
    if (call.isSettled) {
      this.#counters.lateReplyCount++;
      if (!isNoDefect(thrown)) this.#crash(thrown);
    } else {
      this.#wheel.remove(call);
      const answer = this.#answerThrown(thrown);
      if (answer instanceof ToolrigError) call.reject(answer);
      else call.resolve(answer);
    }
    this.#recycle(call);
    this.#release();
  }

  onDeadline(call: PendingCall): void {
    this.#counters.timeoutCount++;
    this.#abandon(call, timedOut(this.name, call.timeoutMs));
  }

  onCancel(call: PendingCall, reason: unknown): void {
    // The deadline of a call from another isolate is watched there.
    if (reason instanceof ToolrigError && reason.code === 'ERR_TIMEOUT') {
      this.#counters.timeoutCount++;
      this.#abandon(call, reason);
      return;
    }
    this.#counters.cancelCount++;
    this.#abandon(call, cancelled(this.name, reason));
  }

  #tool(name: string): Endpoint | undefined {
    if (name === this.#lastToolName) return this.#lastTool;
    const endpoint = this.#tools.get(name);
    this.#lastToolName = name;
    this.#lastTool = endpoint;
    return endpoint;
  }

  #dispatch(
    endpoint: Endpoint,
    args: unknown,
    context: RequestContext,
    options: CallOptions | undefined,
  ): unknown {
    if (this.#freeSlots === 0 || this.#isDraining || this.#status !== 'running') {
      return this.#enqueue(endpoint, args, context, options);
    }
    this.#freeSlots--;
    let reply: unknown;
    try {
      reply = endpoint.invoke(args as never, context as never);
    } catch (thrown) {
      const answer = this.#answerThrown(thrown);
      this.#release();
      return answer instanceof ToolrigError ? Promise.reject(answer) : answer;
    }
    if (isThenable(reply)) {
      const call = this.#pool.pop() ?? new PendingCall(this);
      const promise = call.open(endpoint, context, options?.signal);
      this.#watch(call, options);
      this.#follow(call, reply);
      // The handler itself may have made the caller give up, before the call could listen for it.
      const signal = options?.signal;
      if (signal !== undefined && signal.aborted) this.onCancel(call, signal.reason);
      return promise;
    }
    this.#counters.requestCount++;
    this.#release();
    return endpoint.isTool ? checkResult(endpoint.output, reply) : reply;
  }

  #refuse(error: ToolrigError): Promise<never> {
    this.#counters.errorCount++;
    return Promise.reject(error);
  }

  #enqueue(
    endpoint: Endpoint,
    args: unknown,
    context: RequestContext,
    options: CallOptions | undefined,
  ): Promise<unknown> {
    if (this.#status === 'stopping' || this.#status === 'ended') {
      return this.#refuse(serviceExit(this.name, `it is ${this.#status}`));
    }
    if (this.#mailbox.size >= this.#definition.maxMailbox) {
      this.#counters.overloadCount++;
      return this.#refuse(overloaded(this.name, this.#definition.maxMailbox));
    }
    const call = this.#pool.pop() ?? new PendingCall(this);
    const invoke = keepScope(endpoint.invoke);
    const kept = invoke === endpoint.invoke ? endpoint : { ...endpoint, invoke };
    const promise = call.open(kept, context, options?.signal);
    call.args = args;
    this.#watch(call, options);
    this.#mailbox.push(call);
    return promise;
  }

  #watch(call: PendingCall, options: CallOptions | undefined): void {
    const timeoutMs = options?.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    if (timeoutMs !== Number.POSITIVE_INFINITY) this.#wheel.add(call, timeoutMs);
  }

  #follow(call: PendingCall, reply: PromiseLike<unknown>): void {
    this.#running.push(call);
    // A thenable that is no promise might call back twice, and a call in use again would hear it.
    const promise = reply instanceof Promise ? reply : Promise.resolve(reply);
    promise.then(call.onFulfilled, call.onRejected);
  }

  /** Starts waiting calls while there are slots for them; ends a stopping service that has no more. */
  #drain(): void {
    if (this.#isDraining) return; // a handler that answered at once, from the loop below
    this.#isDraining = true;
    while (this.#freeSlots > 0 && this.#status !== 'ended') {
      const call = this.#mailbox.shift();
      if (call === undefined) break;
      this.#freeSlots--;
      let reply: unknown;
      try {
        reply = call.endpoint?.invoke(call.args as never, call.context as never);
      } catch (thrown) {
        this.onThrow(call, thrown);
        continue;
      }
      if (isThenable(reply)) this.#follow(call, reply);
      else this.onReply(call, reply);
    }
    this.#isDraining = false;
    const isQuiet = this.#mailbox.size === 0 && this.#freeSlots === this.#definition.concurrency;
    if (this.#status === 'stopping' && isQuiet) this.#end('normal');
  }

  #release(): void {
    this.#freeSlots++;
    if (this.#mailbox.size > 0 || this.#status === 'stopping') this.#drain();
  }

  #recycle(call: PendingCall): void {
    call.clear();
    if (this.#pool.length < MAX_POOLED_CALLS) this.#pool.push(call);
  }

  /** What a caller hears of something thrown. A defect ends the service. */
  #answerThrown(thrown: unknown): ToolResult | ToolrigError {
    if (thrown instanceof ToolError) {
      this.#counters.requestCount++;
      return failedResult(thrown.message);
    }
    this.#counters.errorCount++;
    if (thrown instanceof ToolrigError) return thrown;
    this.#crash(thrown);
    return serviceExit(this.name, thrown);
  }

  #crash(defect: unknown): void {
    this.logger.error({ err: defect }, 'service crashed');
    this.#isCrashed = true;
    this.#end(defect);
  }

  /** Answers the caller now; a handler that runs goes on, and what it returns will be dropped. */
  #abandon(call: PendingCall, error: ToolrigError): void {
    const { context } = call;
    this.#wheel.remove(call);
    this.#counters.errorCount++;
    call.reject(error);
    context?.abandon(error);
    // Still waiting: it will never run, so nobody else will give it back.
    if (this.#mailbox.remove(call)) this.#recycle(call);
  }

  #leave(reason: unknown): void {
    for (const listener of this.#leaveListeners.splice(0)) listener(reason);
  }

  #end(reason: unknown): void {
    if (this.#status === 'ended') return;
    this.#close(reason);
    void this.#terminate(reason);
  }

  /** Leaves, and answers everybody who waits. */
  #close(reason: unknown): void {
    this.#status = 'ended';
    this.#leave(reason);
    const error = serviceExit(this.name, reason);
    for (const list of [this.#running, this.#mailbox]) {
      for (let call = list.shift(); call !== undefined; call = list.shift()) {
        if (!call.isSettled) this.#abandon(call, error);
      }
    }
  }

  async #terminate(reason: unknown): Promise<void> {
    // One that never returns must not keep its supervisor from starting another; `stop` and `kill`
    // may be in less of a hurry, or more.
    const limit = this.#clock.createTimer(DEFAULT_TIMEOUT_MS, () => this.#announceExit(reason));
    if (this.#isCrashed) limit.start();
    limit.keepAlive(false);
    try {
      await this.#definition.terminate(reason, this.state as TState);
    } catch (thrown) {
      this.logger.error({ err: thrown }, 'terminate failed');
    }
    limit.stop();
    this.#announceExit(reason);
  }
}
