/**
 * The host's end of a link to a guest: numbers calls and routes, and gives every frame to the call
 * or the service that it is for. It is the other end of `guest.ts`.
 */

import { ToolrigError } from '../../core/errors.ts';
import type { Progress } from '../dispatch/call-context.ts';
import type { LogLevel } from './forwarding-logger.ts';
import {
  fromWireReason,
  GUEST_FRAME,
  type GuestUsage,
  HOST_FRAME,
  type WireError,
  type WireReason,
} from './frames.ts';
import type { Link, LinkListener } from './link.ts';
import { RemoteCall, type RemoteCallOwner } from './remote-call.ts';

/** Numbers of calls are 24 bits wide. */
const MAX_CALLS = 2 ** 24;
/** Numbers of routes and of services are 16 bits wide. */
const MAX_ROUTES = 2 ** 16;

/** What a connection tells a service that runs at its other end. */
export interface GuestService {
  onLeft(reason: unknown): void;
  onExited(reason: unknown): void;
  onLog(level: LogLevel, fields: object, message: string): void;
}

export class GuestConnection implements LinkListener {
  readonly #onEmpty: () => void;
  readonly #calls: RemoteCall[] = [];
  readonly #freeCalls: RemoteCall[] = [];
  readonly #services = new Map<number, GuestService>();
  readonly #freeRoutes: number[] = [];
  /** Owner of the connection's own questions. */
  readonly #asker: RemoteCallOwner = {
    onAnswer: (call, _index, answer) => call.resolve(0, answer),
    onAnswers() {},
    onError: (call, _index, error) => call.reject(error),
    onDeadline() {},
    onCancel() {},
  };
  #link: Link | undefined = undefined;
  #nextRoute = 0;
  #nextService = 0;
  #closeReason: unknown = undefined;
  #isClosed = false;

  /** @param onEmpty - the last service has gone */
  constructor(onEmpty: () => void) {
    this.#onEmpty = onEmpty;
  }

  /** To be called once, before anything is sent. */
  connect(link: Link): void {
    this.#link = link;
  }

  /** Services at the other end. */
  get size(): number {
    return this.#services.size;
  }

  /** Whether the other end is gone. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Why the other end is gone; `undefined` while it is not. */
  get closeReason(): unknown {
    return this.#closeReason;
  }

  /** Gives a service its number. */
  add(service: GuestService): number {
    do {
      this.#nextService = (this.#nextService + 1) % MAX_ROUTES;
    } while (this.#services.has(this.#nextService));
    this.#services.set(this.#nextService, service);
    return this.#nextService;
  }

  /** Takes the service's number and its routes back. Idempotent. */
  remove(number: number, routes: Iterable<number>): void {
    if (!this.#services.delete(number)) return;
    this.#freeRoutes.push(...routes);
    if (this.#services.size === 0) this.#onEmpty();
  }

  /** Numbers a method of a service and tells the guest; `undefined` when there is no number left. */
  openRoute(service: number, method: string): number | undefined {
    const route = this.#freeRoutes.pop() ?? (this.#nextRoute < MAX_ROUTES ? this.#nextRoute++ : -1);
    if (route < 0) return undefined;
    this.send(HOST_FRAME.route, 0, route, [service, method]);
    return route;
  }

  /** A call with a number of its own; {@link release} gives it back. */
  takeCall(): RemoteCall {
    const call = this.#freeCalls.pop() ?? this.#newCall();
    if (this.#link !== undefined) this.#link.openCalls++;
    return call;
  }

  /** Nobody waits for the answer any more; the number stays taken until the guest has answered. */
  abandon(): void {
    if (this.#link !== undefined) this.#link.openCalls--;
  }

  /** The call was never sent, so no answer will free its number. */
  release(call: RemoteCall): void {
    call.free();
    this.#freeCalls.push(call);
  }

  /** Calls of a service whose callers wait. */
  openCallsOf(service: object): RemoteCall[] {
    return this.#calls.filter((call) => call.isOpen && call.owner === service);
  }

  /** What the guest's process has used. Rejects when the guest ends first. */
  usage(): Promise<GuestUsage> {
    if (this.#isClosed) return Promise.reject(this.#closeReason);
    const call = this.takeCall();
    const usage = call.open(this.#asker, undefined);
    this.send(HOST_FRAME.usage, call.id, 0, undefined);
    return usage as Promise<GuestUsage>;
  }

  /** As the link's. */
  send(kind: number, id: number, route: number, value: unknown): void {
    this.#link?.send(kind, id, route, value);
  }

  /** As the link's. */
  get lastFrameBytes(): number {
    return this.#link?.lastFrameBytes ?? 0;
  }

  /** As the link's. */
  flush(): void {
    this.#link?.flush();
  }

  /** Lets the guest go; it ends by itself. */
  close(): void {
    this.#link?.close();
  }

  onFrame(kind: number, id: number, route: number, value: unknown): void {
    switch (kind) {
      case GUEST_FRAME.reply: {
        const call = this.#answered(id, 1);
        (call.owner as RemoteCallOwner).onAnswer(call, route, value);
        if (call.unanswered === 0) this.release(call);
        break;
      }
      case GUEST_FRAME.replies: {
        const answers = value as unknown[];
        const call = this.#answered(id, answers.length);
        (call.owner as RemoteCallOwner).onAnswers(call, route, answers);
        if (call.unanswered === 0) this.release(call);
        break;
      }
      case GUEST_FRAME.error: {
        const call = this.#answered(id, 1);
        const { code, message, data } = value as WireError;
        const error = new ToolrigError(code, message, { data });
        (call.owner as RemoteCallOwner).onError(call, route, error);
        if (call.unanswered === 0) this.release(call);
        break;
      }
      case GUEST_FRAME.progress:
        this.#calls[id]?.progress(value as Progress);
        break;
      case GUEST_FRAME.left:
        this.#services.get(route)?.onLeft(fromWireReason(value as WireReason));
        break;
      case GUEST_FRAME.exited:
        this.#services.get(route)?.onExited(fromWireReason(value as WireReason));
        break;
      case GUEST_FRAME.log: {
        const [level, fields, message] = value as [LogLevel, object, string];
        this.#services.get(route)?.onLog(level, fields, message);
        break;
      }
      default:
        throw new Error(`corrupt frame: kind ${kind}`);
    }
  }

  onClose(reason: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closeReason = reason;
    for (const call of this.openCallsOf(this.#asker)) call.reject(reason);
    for (const service of this.#services.values()) {
      service.onLeft(reason);
      service.onExited(reason);
    }
  }

  /** The guest has answered `count` calls of it. */
  #answered(id: number, count: number): RemoteCall {
    const call = this.#calls[id] as RemoteCall;
    call.unanswered -= count;
    if (call.unanswered === 0 && call.isOpen && this.#link !== undefined) this.#link.openCalls--;
    return call;
  }

  #newCall(): RemoteCall {
    if (this.#calls.length >= MAX_CALLS) {
      throw new ToolrigError('ERR_OVERLOADED', `${MAX_CALLS} calls are in flight to one scheduler`);
    }
    const call = new RemoteCall(this.#calls.length);
    this.#calls.push(call);
    return call;
  }
}
