/**
 * The mailbox of a service elsewhere, as the host keeps it: who waits, until when, and how many the
 * guest has not answered. It does what must hold when the guest is blocked; the requests themselves
 * wait in the guest, in the service's own `Mailbox`.
 *
 *   call() ──▶ room? ──▶ starting? ──▶ kept until it has started ─┐
 *                           └─────────────────────────────────────┴─▶ sent ──▶ answered
 *
 * Whoever gives up is answered at once, and the guest is told; the call counts as unanswered until
 * its answer comes all the same, for a blocked guest refuses nothing.
 */

import type { DeadlineWheel } from '../../core/deadline-wheel.ts';
import type { ToolrigError } from '../../core/errors.ts';
import { type CallOptions, DEFAULT_TIMEOUT_MS } from '../dispatch/call-context.ts';
import { cancelled, notTaken, overloaded, timedOut } from '../dispatch/call-errors.ts';
import { objectionTo } from '../dispatch/call-objection.ts';
import { countRefusal, createCounters } from '../dispatch/service-counters.ts';
import type { HostEnvironment } from '../dispatch/service-host.ts';
import type { ServiceLifecycle } from '../dispatch/service-lifecycle.ts';
import { HOST_FRAME, type StartReply, type StartRequest } from './frames.ts';
import type { GuestConnection } from './guest-connection.ts';
import { PaceMeter } from './pace-meter.ts';
import type { BatchService } from './remote-batch.ts';
import type { BatchReceiver, RemoteCall, RemoteCallOwner } from './remote-call.ts';
import { RequestFrames } from './request-frames.ts';

const NO_DEADLINE: CallOptions = { timeoutMs: Number.POSITIVE_INFINITY };
/** Requests that may wait until the service has started. */
const MAX_WAITING = 10_000;

interface WaitingCall {
  readonly call: RemoteCall;
  readonly method: string;
  readonly params: unknown;
  readonly options: CallOptions | undefined;
}

export class RemoteMailbox implements RemoteCallOwner, BatchService {
  readonly counters = createCounters();
  readonly #name: string;
  readonly #lifecycle: ServiceLifecycle;
  readonly #connection: GuestConnection;
  /** The service's number on the connection. */
  readonly #service: number;
  readonly #wheel: DeadlineWheel;
  readonly #nowMs: () => number;
  readonly #frames: RequestFrames;
  #waiting: WaitingCall[] = [];
  /** Calls that the guest has not answered. */
  #unanswered = 0;
  #pace: PaceMeter | undefined = undefined;
  #concurrency = 1;
  #maxUnanswered = MAX_WAITING;

  constructor(
    name: string,
    lifecycle: ServiceLifecycle,
    connection: GuestConnection,
    service: number,
    environment: HostEnvironment,
  ) {
    this.#name = name;
    this.#lifecycle = lifecycle;
    this.#connection = connection;
    this.#service = service;
    this.#wheel = environment.wheel;
    this.#nowMs = () => environment.clock.nowMs();
    this.#frames = new RequestFrames(connection, service);
  }

  /** Routes of the connection that it has taken. */
  routes(): Iterable<number> {
    return this.#frames.routes();
  }

  /** Begins to measure {@link msPerCall}: somebody is going to choose by it. */
  measurePace(): void {
    this.#pace ??= new PaceMeter(this.#nowMs);
  }

  /** Mean time of a call lately, in ms; 0 until it is known, or when it is not measured. */
  get msPerCall(): number {
    return this.#pace === undefined ? 0 : this.#pace.msPerCall;
  }

  get capacity(): number {
    return this.#maxUnanswered;
  }

  get room(): number {
    return this.#maxUnanswered - this.#unanswered;
  }

  /** Calls that have not been answered. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /** Requests that wait, as far as can be told from here. */
  get length(): number {
    return Math.max(0, this.#held - this.#concurrency);
  }

  /** Requests that are being handled, as far as can be told from here. */
  get inFlight(): number {
    return Math.min(this.#held, this.#concurrency);
  }

  /** Asks the guest to start the service. */
  requestStart(request: StartRequest): Promise<unknown> {
    const call = this.#connection.takeCall();
    const started = this.#begin(call, NO_DEADLINE);
    try {
      this.#connection.send(HOST_FRAME.start, call.id, this.#service, request);
    } catch (thrown) {
      this.#onUnsendable(call, thrown);
    }
    return started;
  }

  /** The service runs: sends what waited for it. */
  open({ concurrency, maxMailbox }: StartReply): void {
    this.#concurrency = concurrency;
    this.#maxUnanswered = concurrency + maxMailbox;
    for (const { call, method, params, options } of this.#waiting.splice(0)) {
      if (call.isOpen) this.#send(call, method, params, options);
      else this.#giveBack(call);
    }
  }

  call(method: string, params: unknown, options: CallOptions | undefined): Promise<unknown> {
    const refusal = this.#refusal(options);
    if (refusal !== undefined) return Promise.reject(refusal);
    const call = this.#connection.takeCall();
    const promise = this.#begin(call, options);
    this.#post(call, method, params, options);
    return promise;
  }

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
    this.#post(call, method, params, options);
    return undefined;
  }

  sendChunkForBatch(
    batch: BatchReceiver,
    first: number,
    method: string,
    paramsList: readonly unknown[],
    options: CallOptions | undefined,
  ): number | undefined {
    if (this.#lifecycle.status !== 'running') return undefined;
    // What is wrong with the options is said of each call.
    if (options !== undefined && objectionTo(this.#name, options) !== undefined) return undefined;
    const route = this.#frames.routeOf(method, options);
    if (route === undefined) return undefined;
    const call = this.#connection.takeCall();
    call.openForBatch(this, batch, first, paramsList.length, options?.signal);
    this.#watch(call, options);
    try {
      return this.#frames.sendMany(call.id, route, paramsList);
    } catch {
      const isWithdrawn = call.isOpen; // a getter among them may have ended it meanwhile
      if (isWithdrawn) {
        this.#wheel.remove(call);
        this.#connection.abandon();
        call.withdraw();
      }
      this.#giveBack(call);
      return isWithdrawn ? undefined : 0;
    }
  }

  notify(method: string, params: unknown): void {
    // A call, so that a blocked thread does not gather them without end; nobody waits for its answer.
    this.call(method, params, NO_DEADLINE).catch(() => {
      this.counters.droppedNotificationCount++;
    });
  }

  /** Answers everybody who waits. */
  abandonAll(error: ToolrigError): void {
    for (const call of this.#connection.openCallsOf(this)) this.#reject(call, error);
    for (const { call } of this.#waiting.splice(0)) this.#giveBack(call);
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
    this.counters.errorCount++;
    if (error.code === 'ERR_OVERLOADED') this.counters.overloadCount++;
    if (call.unanswered === 0) this.#wheel.remove(call);
    call.rejectOne(index, error);
  }

  onDeadline(call: RemoteCall): void {
    this.counters.timeoutCount += call.unanswered;
    const { timeoutMs } = call;
    this.#abandon(call, timedOut(this.#name, timeoutMs), timeoutMs);
  }

  onCancel(call: RemoteCall, reason: unknown): void {
    this.counters.cancelCount += call.unanswered;
    this.#abandon(call, cancelled(this.#name, reason), 'its caller cancelled it');
  }

  /** Unanswered calls that may still be answered: not those that a guest took with it. */
  get #held(): number {
    return this.#lifecycle.status === 'ended' ? 0 : this.#unanswered;
  }

  /** Counts replies that have come; `false` when nobody waits for them. */
  #isAwaited(call: RemoteCall, count: number): boolean {
    this.#unanswered -= count;
    if (!call.isOpen) {
      this.counters.lateReplyCount += count;
      return false;
    }
    // What is answered before it runs is its start, which nobody has requested.
    if (this.#lifecycle.status !== 'starting') this.counters.requestCount += count;
    if (this.#pace !== undefined) this.#pace.onAnswers(count);
    if (call.unanswered === 0) this.#wheel.remove(call);
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
    if (timeoutMs !== Number.POSITIVE_INFINITY) this.#wheel.add(call, timeoutMs);
  }

  /** Sends a call, now or when the service has started. */
  #post(call: RemoteCall, method: string, params: unknown, options: CallOptions | undefined): void {
    const isStarting = this.#lifecycle.status === 'starting';
    if (isStarting) this.#waiting.push({ call, method, params, options });
    else this.#send(call, method, params, options);
  }

  #send(call: RemoteCall, method: string, params: unknown, options: CallOptions | undefined): void {
    try {
      this.#frames.send(call.id, method, params, options);
    } catch (thrown) {
      this.#onUnsendable(call, thrown);
    }
  }

  /** What is passed cannot leave this isolate, and nothing of it has been sent. */
  #onUnsendable(call: RemoteCall, thrown: unknown): void {
    this.#reject(call, thrown);
    this.#giveBack(call);
  }

  /** Why a request cannot be taken now, if so; counts it. */
  #refusal(options: CallOptions | undefined): ToolrigError | undefined {
    const refusal = this.#objection(options);
    if (refusal !== undefined) countRefusal(this.counters, refusal);
    return refusal;
  }

  #objection(options: CallOptions | undefined): ToolrigError | undefined {
    const objection = options === undefined ? undefined : objectionTo(this.#name, options);
    if (objection !== undefined) return objection;
    const { status, takesRequests } = this.#lifecycle;
    if (!takesRequests) return notTaken(this.#name, status);
    if (this.room > 0) return undefined;
    return overloaded(this.#name, this.#maxUnanswered - this.#concurrency);
  }

  /** Answers the caller now; the guest is told that nobody waits. */
  #abandon(call: RemoteCall, error: ToolrigError, reason: unknown): void {
    this.#reject(call, error);
    // One that waits for the start is given back when that has come.
    if (this.#lifecycle.status !== 'starting') {
      this.#connection.send(HOST_FRAME.abandon, call.id, this.#service, reason);
    }
  }

  /** Answers the caller; its number stays taken. */
  #reject(call: RemoteCall, error: unknown): void {
    this.counters.errorCount += call.unanswered;
    this.#wheel.remove(call);
    this.#connection.abandon();
    call.reject(error);
  }

  /** It was never sent. */
  #giveBack(call: RemoteCall): void {
    this.#unanswered -= call.unanswered;
    this.#connection.release(call);
  }
}
