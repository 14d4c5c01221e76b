/**
 * A service's mailbox, and the slots that empty it.
 *
 *   deliver() ──▶ free slot, handler synchronous? ──▶ answered on the spot: no queue, no deadline
 *                    │ no
 *                    ▼
 *               [ waiting ] ──▶ free slot ──▶ handler ──▶ reply
 *
 * Requests are handled in order of arrival, `concurrency` at a time; while a slot is free nothing
 * waits. It watches deadlines and cancellation, answers whoever waits and counts what became of
 * everything. What a request means, and what a defect means for the service, it does not know.
 */

import type { DeadlineWheel } from '../../core/deadline-wheel.ts';
import { ToolError, ToolrigError } from '../../core/errors.ts';
import { keepScope } from '../telemetry/call-channels.ts';
import { type CallOptions, DEFAULT_TIMEOUT_MS, type RequestContext } from './call-context.ts';
import { cancelled, overloaded, serviceExit, timedOut } from './call-errors.ts';
import { CallList } from './call-list.ts';
import { PendingCall, type PendingCallOwner } from './pending-call.ts';
import type { ToolResult } from './protocol.ts';
import { checkResult, failedResult, isNoDefect, isThenable } from './reply.ts';
import { countRefusal, createCounters } from './service-counters.ts';
import type { Endpoint } from './service-definition.ts';
import type { ServiceLifecycle } from './service-lifecycle.ts';

/** Idle calls kept for use again; a burst beyond it is left to the collector. */
const MAX_POOLED_CALLS = 256;

/** What a mailbox tells its service. */
export interface MailboxOwner {
  readonly name: string;
  /** A handler threw what is no answer. */
  onDefect(defect: unknown): void;
  /** The service is stopping, and the last request has been dealt with. */
  onDrained(): void;
}

interface MailboxOptions {
  /** Handlers that may be in progress at a time. */
  readonly concurrency: number;
  /** Requests that may wait. */
  readonly maxMailbox: number;
}

export class Mailbox implements PendingCallOwner {
  readonly counters = createCounters();
  readonly #owner: MailboxOwner;
  readonly #lifecycle: ServiceLifecycle;
  readonly #wheel: DeadlineWheel;
  readonly #concurrency: number;
  readonly #maxMailbox: number;
  readonly #waiting = new CallList<PendingCall>();
  readonly #running = new CallList<PendingCall>();
  readonly #pool: PendingCall[] = [];
  /** Handlers that may still be started. */
  #freeSlots: number;
  /** While it is being emptied there may be free slots, and calls that come behind it. */
  #isDraining = false;

  constructor(
    owner: MailboxOwner,
    lifecycle: ServiceLifecycle,
    wheel: DeadlineWheel,
    options: MailboxOptions,
  ) {
    const { concurrency, maxMailbox } = options;
    this.#owner = owner;
    this.#lifecycle = lifecycle;
    this.#wheel = wheel;
    this.#concurrency = concurrency;
    this.#maxMailbox = maxMailbox;
    this.#freeSlots = concurrency;
  }

  /** Requests that wait. */
  get length(): number {
    return this.#waiting.size;
  }

  /** Requests that are being handled. */
  get inFlight(): number {
    return this.#concurrency - this.#freeSlots;
  }

  /**
   * Handles a request, now or when it is its turn.
   *
   * @returns the reply as it is when it is there at once, else a promise of it
   */
  deliver(
    endpoint: Endpoint,
    args: unknown,
    context: RequestContext,
    options: CallOptions | undefined,
  ): unknown {
    if (this.#freeSlots === 0 || this.#isDraining || this.#lifecycle.status !== 'running') {
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
    this.counters.requestCount++;
    this.#release();
    return endpoint.isTool ? checkResult(endpoint.output, reply) : reply;
  }

  /** Counts a request that is not taken. */
  refuse(error: ToolrigError): Promise<never> {
    countRefusal(this.counters, error);
    return Promise.reject(error);
  }

  /** Starts waiting calls while there are slots for them. */
  drain(): void {
    if (this.#isDraining) return; // a handler that answered at once, from the loop below
    this.#isDraining = true;
    while (this.#freeSlots > 0 && this.#lifecycle.status !== 'ended') {
      const call = this.#waiting.shift();
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
    const isQuiet = this.#waiting.size === 0 && this.#freeSlots === this.#concurrency;
    if (this.#lifecycle.status === 'stopping' && isQuiet) this.#owner.onDrained();
  }

  /** Answers everybody who waits; handlers that run go on. */
  abandonAll(error: ToolrigError): void {
    for (const list of [this.#running, this.#waiting]) {
      for (let call = list.shift(); call !== undefined; call = list.shift()) {
        if (!call.isSettled) this.#abandon(call, error);
      }
    }
  }

  onReply(call: PendingCall, reply: unknown): void {
    this.#running.remove(call);
    if (call.isSettled) {
      this.counters.lateReplyCount++;
    } else {
      const { endpoint } = call;
      this.#wheel.remove(call);
      this.counters.requestCount++;
      call.resolve(endpoint?.isTool === true ? checkResult(endpoint.output, reply) : reply);
    }
    this.#recycle(call);
    this.#release();
  }

  onThrow(call: PendingCall, thrown: unknown): void {
    this.#running.remove(call);
    if (call.isSettled) {
      this.counters.lateReplyCount++;
      if (!isNoDefect(thrown)) this.#owner.onDefect(thrown);
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
    this.counters.timeoutCount++;
    this.#abandon(call, timedOut(this.#owner.name, call.timeoutMs));
  }

  onCancel(call: PendingCall, reason: unknown): void {
    // The deadline of a call from another isolate is watched there.
    if (reason instanceof ToolrigError && reason.code === 'ERR_TIMEOUT') {
      this.counters.timeoutCount++;
      this.#abandon(call, reason);
      return;
    }
    this.counters.cancelCount++;
    this.#abandon(call, cancelled(this.#owner.name, reason));
  }

  #enqueue(
    endpoint: Endpoint,
    args: unknown,
    context: RequestContext,
    options: CallOptions | undefined,
  ): Promise<unknown> {
    const { name } = this.#owner;
    const { status, takesRequests } = this.#lifecycle;
    if (!takesRequests) return this.refuse(serviceExit(name, `it is ${status}`));
    if (this.#waiting.size >= this.#maxMailbox) {
      return this.refuse(overloaded(name, this.#maxMailbox));
    }
    const call = this.#pool.pop() ?? new PendingCall(this);
    const invoke = keepScope(endpoint.invoke);
    const kept = invoke === endpoint.invoke ? endpoint : { ...endpoint, invoke };
    const promise = call.open(kept, context, options?.signal);
    call.args = args;
    this.#watch(call, options);
    this.#waiting.push(call);
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

  #release(): void {
    this.#freeSlots++;
    if (this.#waiting.size > 0 || this.#lifecycle.status === 'stopping') this.drain();
  }

  #recycle(call: PendingCall): void {
    call.clear();
    if (this.#pool.length < MAX_POOLED_CALLS) this.#pool.push(call);
  }

  /** What a caller hears of something thrown; a defect is the service's business as well. */
  #answerThrown(thrown: unknown): ToolResult | ToolrigError {
    if (thrown instanceof ToolError) {
      this.counters.requestCount++;
      return failedResult(thrown.message);
    }
    this.counters.errorCount++;
    if (thrown instanceof ToolrigError) return thrown;
    this.#owner.onDefect(thrown);
    return serviceExit(this.#owner.name, thrown);
  }

  /** Answers the caller now; a handler that runs goes on, and what it returns will be dropped. */
  #abandon(call: PendingCall, error: ToolrigError): void {
    const { context } = call;
    this.#wheel.remove(call);
    this.counters.errorCount++;
    call.reject(error);
    context?.abandon(error);
    // Still waiting: it will never run, so nobody else will give it back.
    if (this.#waiting.remove(call)) this.#recycle(call);
  }
}
