/**
 * A service that runs in another isolate, as the host holds it.
 *
 * It behaves as `dispatch/service.ts` does, and leaves to the guest what needs the service itself:
 * the mailbox, validation, the handler. Deadlines and cancellation are watched here, so that they
 * hold when the other thread is blocked; and so is the length of the mailbox, for a blocked thread
 * refuses nothing.
 */

import { ToolrigError } from '../../core/errors.ts';
import type { CallOptions } from '../dispatch/call-context.ts';
import {
  cancelled,
  invalidTimeout,
  objectionTo,
  overloaded,
  serviceExit,
  timedOut,
} from '../dispatch/call-errors.ts';
import { raiseAside } from '../dispatch/listeners.ts';
import type { Placement } from '../dispatch/placement.ts';
import { createCounters } from '../dispatch/service-counters.ts';
import type { HostEnvironment, ServiceModule, StartableService } from '../dispatch/service-host.ts';
import { ServiceLifecycle } from '../dispatch/service-lifecycle.ts';
import type { ServiceStats, ServiceStatus } from '../dispatch/service-reference.ts';
import { type Logger, SILENT_LOGGER } from '../telemetry/logger.ts';
import type { LogLevel } from './forwarding-logger.ts';
import { HOST_FRAME, type RichCall, type StartReply, type StartRequest } from './frames.ts';
import type { GuestConnection, GuestService } from './guest-connection.ts';
import { PaceMeter } from './pace-meter.ts';
import { RemoteBatch } from './remote-batch.ts';
import type { BatchReceiver, RemoteCall, RemoteCallOwner } from './remote-call.ts';

const DEFAULT_TIMEOUT_MS = 5_000;
const NO_DEADLINE: CallOptions = { timeoutMs: Number.POSITIVE_INFINITY };
/** Requests that may wait until the service has started. */
const MAX_WAITING = 10_000;
/** Methods of a service with numbers of their own; callers choose the names, so they are bounded. */
const MAX_ROUTES = 256;
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

interface WaitingCall {
  readonly call: RemoteCall;
  readonly method: string;
  readonly params: unknown;
  readonly options: CallOptions | undefined;
}

export class RemoteService implements StartableService, RemoteCallOwner, GuestService {
  readonly name: string;
  readonly placement: Placement;
  readonly #place: GuestPlace;
  readonly #connection: GuestConnection;
  readonly #environment: HostEnvironment;
  readonly #logger: Logger;
  readonly #source: ServiceModule;
  readonly #number: number;
  readonly #routes = new Map<string, number>();
  readonly #counters = createCounters();
  readonly #lifecycle: ServiceLifecycle;
  #waiting: WaitingCall[] = [];
  /** Calls that the guest has not answered. */
  #unanswered = 0;
  #pace: PaceMeter | undefined = undefined;
  #concurrency = 1;
  #maxUnanswered = MAX_WAITING;
  #exitReason: unknown = undefined;

  constructor(
    source: ServiceModule,
    name: string,
    place: GuestPlace,
    environment: HostEnvironment,
  ) {
    this.name = name;
    this.placement = place.placement;
    this.#place = place;
    this.#connection = place.connection;
    this.#environment = environment;
    this.#logger = environment.logger.child({ service: name });
    this.#source = source;
    this.#number = place.connection.add(this);
    this.#lifecycle = new ServiceLifecycle(environment.clock);
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

  /** Begins to measure {@link msPerCall}: somebody is going to choose by it. */
  measurePace(): void {
    this.#pace ??= new PaceMeter(() => this.#environment.clock.nowMs());
  }

  /** Mean time of a call lately, in ms; 0 until it is known, or when it is not measured. */
  get msPerCall(): number {
    return this.#pace === undefined ? 0 : this.#pace.msPerCall;
  }

  /** Calls that its mailbox takes when it is empty, those that are handled included. */
  get capacity(): number {
    return this.#maxUnanswered;
  }

  /** Calls that its mailbox takes now. */
  get room(): number {
    return this.#maxUnanswered - this.#unanswered;
  }

  /** Calls that have not been answered. */
  get unanswered(): number {
    return this.#unanswered;
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
    const call = this.#connection.takeCall();
    const started = this.#begin(call, NO_DEADLINE);
    let reply: StartReply;
    try {
      this.#send(call, HOST_FRAME.start, this.#number, request);
      reply = (await started) as StartReply;
    } catch (thrown) {
      // One that was killed has ended when the guest says so, or is gone.
      if (this.#exitReason === undefined) this.onExited(thrown);
      throw thrown;
    }
    if (this.#lifecycle.status !== 'starting') return; // it was stopped meanwhile
    this.#concurrency = reply.concurrency;
    this.#maxUnanswered = reply.concurrency + reply.maxMailbox;
    this.#lifecycle.status = 'running';
    for (const each of this.#waiting.splice(0)) {
      if (each.call.isOpen) this.#sendRequest(each.call, each.method, each.params, each.options);
      else this.#giveBack(each.call);
    }
  }

  call(method: string, params?: unknown, options?: CallOptions): Promise<unknown> {
    const refusal = this.#refusal(options);
    if (refusal !== undefined) return Promise.reject(refusal);
    const call = this.#connection.takeCall();
    const promise = this.#begin(call, options);
    if (this.#lifecycle.status === 'starting')
      this.#waiting.push({ call, method, params, options });
    else this.#sendRequest(call, method, params, options);
    return promise;
  }

  callMany(
    method: string,
    paramsList: readonly unknown[],
    options?: CallOptions,
  ): Promise<unknown[]> {
    return new RemoteBatch(this, method, paramsList, options).run();
  }

  /**
   * Sends one call of a batch, if there is room.
   *
   * @returns `undefined` when it has been sent, or the reason why not
   */
  sendForBatch(
    batch: BatchReceiver,
    index: number,
    method: string,
    params: unknown,
    options: CallOptions | undefined,
  ): ToolrigError | undefined {
    const refusal = this.#refusal(options);
    if (refusal !== undefined) return refusal;
    const call = this.#connection.takeCall();
    call.openForBatch(this, batch, index, 1, options?.signal);
    this.#watch(call, options);
    if (this.#lifecycle.status === 'starting')
      this.#waiting.push({ call, method, params, options });
    else this.#sendRequest(call, method, params, options);
    return undefined;
  }

  /**
   * Sends calls of a batch in one frame; there must be room for them.
   *
   * @param first - the place of the first of them in the batch
   * @returns length of the frame in bytes, 0 when the calls have ended instead; `undefined` when
   *   nothing has been sent, and each call is to be sent by itself
   */
  sendChunkForBatch(
    batch: BatchReceiver,
    first: number,
    method: string,
    paramsList: readonly unknown[],
    options: CallOptions | undefined,
  ): number | undefined {
    if (this.#lifecycle.status !== 'running' || !isPlain(options)) return undefined;
    // What is wrong with the options is said of each call.
    if (options !== undefined && objectionTo(this.name, options) !== undefined) return undefined;
    const route = this.#route(method);
    if (route === undefined) return undefined;
    const call = this.#connection.takeCall();
    call.openForBatch(this, batch, first, paramsList.length, options?.signal);
    this.#watch(call, options);
    try {
      this.#connection.send(HOST_FRAME.callMany, call.id, route, paramsList);
      this.#connection.flush(); // the guest begins while the next chunk is being written
      return this.#connection.lastFrameBytes;
    } catch {
      // One of them cannot leave this isolate, or together they are too long.
      const isWithdrawn = call.isOpen; // a getter among them may have ended it meanwhile
      if (isWithdrawn) {
        this.#environment.wheel.remove(call);
        this.#connection.abandon();
        call.withdraw();
      }
      this.#giveBack(call);
      return isWithdrawn ? undefined : 0;
    }
  }

  notify(method: string, params?: unknown): void {
    // A call, so that a blocked thread does not gather them without end; nobody waits for its answer.
    this.call(method, params, NO_DEADLINE).catch(() => {
      this.#counters.droppedNotificationCount++;
    });
  }

  async stop(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
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
    this.#answerAll(serviceExit(this.name, reason));
    this.#connection.send(HOST_FRAME.kill, 0, this.#number, undefined);
    this.#place.forceExit(this.#lifecycle.exited);
  }

  onLeave(listener: (reason: unknown) => void): void {
    this.#lifecycle.onLeave(listener);
  }

  stats(): ServiceStats {
    // Calls that a guest took with it are answered, and will never be by it.
    const unanswered = this.#lifecycle.status === 'ended' ? 0 : this.#unanswered;
    return {
      startedAt: this.#lifecycle.startedAt,
      ...this.#counters,
      uptimeSeconds: this.#lifecycle.uptimeSeconds,
      mailboxLength: Math.max(0, unanswered - this.#concurrency),
      inFlight: Math.min(unanswered, this.#concurrency),
    };
  }

  onAnswer(call: RemoteCall, index: number, reply: unknown): void {
    if (this.#isAwaited(call, 1)) call.resolve(index, reply);
  }

  onAnswers(call: RemoteCall, first: number, replies: readonly unknown[]): void {
    if (this.#isAwaited(call, replies.length)) call.resolveRun(first, replies);
  }

  onError(call: RemoteCall, index: number, error: ToolrigError): void {
    this.#unanswered--;
    if (!call.isOpen) return; // what was given up was answered then
    this.#counters.errorCount++;
    if (error.code === 'ERR_OVERLOADED') this.#counters.overloadCount++;
    if (call.unanswered === 0) this.#environment.wheel.remove(call);
    call.rejectOne(index, error);
  }

  onDeadline(call: RemoteCall): void {
    this.#counters.timeoutCount += call.unanswered;
    const { timeoutMs } = call;
    this.#abandon(call, timedOut(this.name, timeoutMs), timeoutMs);
  }

  onCancel(call: RemoteCall, reason: unknown): void {
    this.#counters.cancelCount += call.unanswered;
    this.#abandon(call, cancelled(this.name, reason), 'its caller cancelled it');
  }

  onLeft(reason: unknown): void {
    if (this.#lifecycle.takesRequests) this.#lifecycle.leave('stopping', reason);
  }

  onExited(reason: unknown): void {
    if (this.#lifecycle.status === 'ended') return;
    this.#exitReason ??= reason;
    this.onLeft(this.#exitReason);
    this.#lifecycle.status = 'ended';
    this.#answerAll(serviceExit(this.name, this.#exitReason));
    this.#connection.remove(this.#number, this.#routes.values());
    this.#lifecycle.exit(this.#exitReason);
  }

  onLog(level: LogLevel, fields: object, message: string): void {
    try {
      this.#logger[level](fields, message);
    } catch (thrown) {
      raiseAside(thrown);
    }
  }

  /** Counts replies that have come; `false` when nobody waits for them. */
  #isAwaited(call: RemoteCall, count: number): boolean {
    this.#unanswered -= count;
    if (!call.isOpen) {
      this.#counters.lateReplyCount += count;
      return false;
    }
    // What is answered before it runs is its start, which nobody has requested.
    if (this.#lifecycle.status !== 'starting') this.#counters.requestCount += count;
    if (this.#pace !== undefined) this.#pace.onAnswers(count);
    if (call.unanswered === 0) this.#environment.wheel.remove(call);
    return true;
  }

  #begin(call: RemoteCall, options: CallOptions | undefined): Promise<unknown> {
    const promise = call.open(this, options);
    this.#watch(call, options);
    return promise;
  }

  #watch(call: RemoteCall, options: CallOptions | undefined): void {
    if (this.#unanswered === 0 && this.#pace !== undefined) this.#pace.onBusy();
    this.#unanswered += call.unanswered;
    const timeoutMs = options?.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    if (timeoutMs !== Number.POSITIVE_INFINITY) this.#environment.wheel.add(call, timeoutMs);
  }

  #sendRequest(
    call: RemoteCall,
    method: string,
    params: unknown,
    options: CallOptions | undefined,
  ): void {
    const route = isPlain(options) ? this.#route(method) : undefined;
    if (route !== undefined) {
      this.#send(call, HOST_FRAME.call, route, params);
      return;
    }
    const request: RichCall = {
      service: this.#number,
      method,
      params,
      meta: options?.meta,
      requestId: options?.requestId,
      progressToken: options?.progressToken,
      wantsProgress: options?.onProgress !== undefined,
    };
    this.#send(call, HOST_FRAME.richCall, 0, request);
  }

  #send(call: RemoteCall, kind: number, route: number, value: unknown): void {
    try {
      this.#connection.send(kind, call.id, route, value);
    } catch (thrown) {
      // What is passed cannot leave this isolate, and nothing of it has been sent.
      this.#counters.errorCount++;
      this.#environment.wheel.remove(call);
      this.#connection.abandon();
      call.reject(thrown);
      this.#giveBack(call);
    }
  }

  #route(method: string): number | undefined {
    const known = this.#routes.get(method);
    if (known !== undefined || this.#routes.size >= MAX_ROUTES) return known;
    const route = this.#connection.openRoute(this.#number, method);
    if (route !== undefined) this.#routes.set(method, route);
    return route;
  }

  /** Why a request cannot be taken now, if so; counts it. */
  #refusal(options: CallOptions | undefined): ToolrigError | undefined {
    const objection = options === undefined ? undefined : objectionTo(this.name, options);
    if (objection !== undefined) {
      if (objection.code === 'ERR_CANCELLED') this.#counters.cancelCount++;
      this.#counters.errorCount++;
      return objection;
    }
    if (this.#lifecycle.status === 'stopping' || this.#lifecycle.status === 'ended') {
      this.#counters.errorCount++;
      return serviceExit(this.name, `it is ${this.#lifecycle.status}`);
    }
    if (this.room > 0) return undefined;
    this.#counters.errorCount++;
    this.#counters.overloadCount++;
    return overloaded(this.name, this.#maxUnanswered - this.#concurrency);
  }

  /** Answers the caller now; the guest is told that nobody waits. */
  #abandon(call: RemoteCall, error: ToolrigError, reason: unknown): void {
    this.#counters.errorCount += call.unanswered;
    this.#environment.wheel.remove(call);
    this.#connection.abandon();
    call.reject(error);
    // One that waits for the start is given back when that has come.
    if (this.#lifecycle.status !== 'starting') {
      this.#connection.send(HOST_FRAME.abandon, call.id, this.#number, reason);
    }
  }

  #answerAll(error: ToolrigError): void {
    for (const call of this.#connection.openCallsOf(this)) {
      this.#environment.wheel.remove(call);
      this.#connection.abandon();
      this.#counters.errorCount += call.unanswered;
      call.reject(error);
    }
    for (const { call } of this.#waiting.splice(0)) this.#giveBack(call);
  }

  /** It was never sent. */
  #giveBack(call: RemoteCall): void {
    this.#unanswered -= call.unanswered;
    this.#connection.release(call);
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
