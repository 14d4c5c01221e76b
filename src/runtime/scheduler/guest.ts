/**
 * The guest: hosts services in this isolate, a scheduler thread or a child process, for a host
 * elsewhere. It is the other end of `guest-connection.ts`.
 *
 * A call is handed to the service as it comes, and its answer sent on: at once when the handler
 * answered at once, so that one turn of the loop takes a whole batch of requests and leaves a whole
 * batch of replies. Deadlines are the host's business; it says when nobody waits any more.
 */

import { type Clock, SYSTEM_CLOCK } from '../../core/clock.ts';
import { DeadlineWheel } from '../../core/deadline-wheel.ts';
import type { CallOptions, Progress } from '../dispatch/call-context.ts';
import { serviceExit, timedOut } from '../dispatch/call-errors.ts';
import { Service } from '../dispatch/service.ts';
import { loadServiceModule } from '../dispatch/service-module.ts';
import { SILENT_LOGGER } from '../telemetry/logger.ts';
import { ChunkSize } from './chunk-size.ts';
import { ForwardingLogger } from './forwarding-logger.ts';
import {
  GUEST_FRAME,
  type GuestUsage,
  HOST_FRAME,
  type RichCall,
  type StartReply,
  type StartRequest,
  type StopRequest,
  toWireReason,
} from './frames.ts';
import { sendError, sendReply } from './guest-answers.ts';
import { GuestCall } from './guest-call.ts';
import { GuestChunk } from './guest-chunk.ts';
import type { Link, LinkListener } from './link.ts';

interface Route {
  /** `undefined` when it had ended before the host numbered the method. */
  readonly service: Service | undefined;
  readonly method: string;
  readonly runSize: ChunkSize;
}

export class Guest implements LinkListener {
  readonly #clock: Clock;
  readonly #wheel: DeadlineWheel;
  readonly #onClose: (reason: unknown) => void;
  readonly #services = new Map<number, Service>();
  /** Numbers of those whose modules are being loaded. */
  readonly #loading = new Set<number>();
  /** By their numbers. */
  readonly #routes: Route[] = [];
  readonly #calls: GuestCall[] = [];
  /** Those with calls that have not been answered, by their ids. */
  readonly #chunks = new Map<number, GuestChunk>();
  #link: Link | undefined = undefined;
  readonly #nowMs = (): number => this.#clock.nowMs();
  readonly #onChunkDone = (id: number): void => {
    this.#chunks.delete(id);
    (this.#link as Link).openCalls--;
  };

  /** @param onClose - the host is gone, or closes: nobody will ask for anything any more */
  constructor(onClose: (reason: unknown) => void, clock: Clock = SYSTEM_CLOCK) {
    this.#onClose = onClose;
    this.#clock = clock;
    this.#wheel = new DeadlineWheel({ clock });
  }

  /** Where answers go. To be called once, before anything arrives. */
  connect(link: Link): void {
    this.#link = link;
  }

  onFrame(kind: number, id: number, route: number, value: unknown): void {
    switch (kind) {
      case HOST_FRAME.call: {
        const { service, method } = this.#routes[route] as Route;
        const call = this.#open(id);
        this.#request(call, service, method, value, call.options);
        break;
      }
      case HOST_FRAME.callMany:
        this.#callMany(id, this.#routes[route] as Route, value as unknown[]);
        break;
      case HOST_FRAME.richCall:
        this.#richCall(id, value as RichCall);
        break;
      case HOST_FRAME.abandon:
        this.#abandon(id, route, value);
        break;
      case HOST_FRAME.route: {
        const [number, method] = value as [number, string];
        this.#routes[route] = {
          service: this.#services.get(number),
          method,
          runSize: new ChunkSize(),
        };
        break;
      }
      case HOST_FRAME.start:
        this.#answer(this.#open(id), this.#start(value as StartRequest));
        break;
      case HOST_FRAME.stop: {
        const { service, timeoutMs } = value as StopRequest;
        void this.#services.get(service)?.stop({ timeoutMs });
        break;
      }
      case HOST_FRAME.kill:
        this.#kill(route);
        break;
      case HOST_FRAME.usage:
        this.#answer(this.#open(id), usage());
        break;
      default:
        throw new Error(`corrupt frame: kind ${kind}`);
    }
  }

  onClose(reason: unknown): void {
    this.#onClose(reason);
  }

  #open(id: number): GuestCall {
    const link = this.#link as Link;
    link.openCalls++;
    this.#calls[id] ??= new GuestCall(
      (reply) => this.#reply(id, reply),
      (thrown) => this.#fail(id, thrown),
    );
    const call = this.#calls[id];
    call.open();
    return call;
  }

  #request(
    call: GuestCall,
    service: Service | undefined,
    method: string,
    params: unknown,
    options: CallOptions,
  ): void {
    // The host has not heard yet that it ended; when it does, it answers its callers.
    if (service === undefined) call.onRejected(serviceExit(method, 'it has ended'));
    else this.#answer(call, service.answer(method, params, options));
  }

  #answer(call: GuestCall, answer: unknown): void {
    if (answer instanceof Promise) answer.then(call.onFulfilled, call.onRejected);
    else call.onFulfilled(answer);
  }

  #callMany(id: number, route: Route, paramsList: readonly unknown[]): void {
    const { service, method, runSize } = route;
    const link = this.#link as Link;
    link.openCalls++;
    const chunk = new GuestChunk(link, id, runSize, this.#nowMs, this.#onChunkDone);
    this.#chunks.set(id, chunk);
    chunk.answer(service, method, paramsList);
  }

  #richCall(id: number, request: RichCall): void {
    const { service, method, params, meta, requestId, progressToken, wantsProgress } = request;
    const call = this.#open(id);
    const { turn } = call;
    const options: CallOptions = {
      ...call.options,
      ...(meta === undefined ? {} : { meta }),
      ...(requestId === undefined ? {} : { requestId }),
      ...(progressToken === undefined ? {} : { progressToken }),
      ...(wantsProgress ? { onProgress: (step) => this.#progress(call, turn, id, step) } : {}),
    };
    this.#request(call, this.#services.get(service), method, params, options);
  }

  #progress(call: GuestCall, turn: number, id: number, step: Progress): void {
    if (!call.isOpen || call.turn !== turn) return; // the number may be another call's by now
    this.#link?.send(GUEST_FRAME.progress, id, 0, step);
    this.#link?.flush(); // a handler that reports and then computes would hold it back
  }

  #reply(id: number, reply: unknown): void {
    const link = this.#link as Link;
    this.#calls[id]?.close();
    link.openCalls--;
    sendReply(link, id, 0, reply);
  }

  #fail(id: number, thrown: unknown): void {
    const link = this.#link as Link;
    this.#calls[id]?.close();
    link.openCalls--;
    sendError(link, id, 0, thrown);
  }

  /** @param value - the time that was allowed, in ms, or why the caller gave up */
  #abandon(id: number, route: number, value: unknown): void {
    const chunk = this.#chunks.get(id);
    if (chunk !== undefined) {
      chunk.abandon(value);
      return;
    }
    const call = this.#calls[id];
    if (call === undefined || !call.isOpen) return; // its answer is on the way already
    const name = this.#services.get(route)?.name ?? '';
    call.abandon(typeof value === 'number' ? timedOut(name, value) : value);
  }

  #kill(number: number): void {
    const service = this.#services.get(number);
    if (service !== undefined) {
      service.kill();
      return;
    }
    // It is being loaded, could not be, or has ended: none of them will say so again.
    this.#loading.delete(number);
    this.#link?.send(GUEST_FRAME.exited, 0, number, toWireReason('killed'));
  }

  async #start(request: StartRequest): Promise<StartReply> {
    const { service: number, name, module, args, isLogged } = request;
    const link = this.#link as Link;
    let isWanted = true;
    this.#loading.add(number);
    const definition = await loadServiceModule({
      module,
      ...(request.export === undefined ? {} : { export: request.export }),
      ...(args === undefined ? {} : { args }),
    }).finally(() => {
      isWanted = this.#loading.delete(number);
    });
    if (!isWanted) throw serviceExit(name, 'killed');
    const logger = isLogged ? new ForwardingLogger(link, number) : SILENT_LOGGER;
    const environment = { wheel: this.#wheel, logger, clock: this.#clock };
    const service = new Service(definition, environment, name);
    this.#services.set(number, service);
    service.onLeave((reason) => link.send(GUEST_FRAME.left, 0, number, toWireReason(reason)));
    void service.exited.then((reason) => {
      this.#services.delete(number);
      // What was answered before it ended is heard before that.
      for (const chunk of this.#chunks.values()) chunk.flush();
      link.send(GUEST_FRAME.exited, 0, number, toWireReason(reason));
    });
    await service.start();
    const { concurrency, maxMailbox } = definition;
    return { concurrency, maxMailbox };
  }
}

function usage(): GuestUsage {
  const { user, system } = process.cpuUsage();
  return { cpuNs: (user + system) * 1_000, rssBytes: process.memoryUsage.rss() };
}
