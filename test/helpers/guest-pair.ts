/** A host and a guest in one isolate, over a link that delivers when the test says so. */

import { DeadlineWheel } from '../../src/core/deadline-wheel.ts';
import type { ServiceModule } from '../../src/runtime/index.ts';
import { Decoder } from '../../src/runtime/scheduler/codec/decoder.ts';
import { Encoder } from '../../src/runtime/scheduler/codec/encoder.ts';
import { Guest } from '../../src/runtime/scheduler/guest.ts';
import { GuestConnection } from '../../src/runtime/scheduler/guest-connection.ts';
import type { Link, LinkListener } from '../../src/runtime/scheduler/link.ts';
import { type GuestPlace, RemoteService } from '../../src/runtime/scheduler/remote-service.ts';
import { settle } from './event-loop.ts';
import { ManualClock } from './manual-clock.ts';
import { PUPPET, type PuppetOptions } from './puppet-service.ts';
import { RecordingLogger } from './recording-logger.ts';

const BUFFER_BYTES = 1 << 20;

/** One end: what is sent waits until it is delivered to the listener of the other end. */
class QueueLink implements Link {
  openCalls = 0;
  lastFrameBytes = 0;
  isClosed = false;
  readonly #bytes = new ArrayBuffer(BUFFER_BYTES);
  readonly #encoder = new Encoder(this.#bytes);
  readonly #decoder = new Decoder(this.#bytes);
  readonly #queue: (readonly [kind: number, id: number, route: number, value: unknown])[] = [];

  get size(): number {
    return this.#queue.length;
  }

  send(kind: number, id: number, route: number, value: unknown): void {
    if (this.isClosed) return;
    const end = this.#encoder.encode(value, 0, BUFFER_BYTES);
    this.lastFrameBytes = end;
    this.#queue.push([kind, id, route, this.#decoder.decode(0, end)]);
  }

  flush(): void {}

  close(): void {
    this.isClosed = true;
  }

  deliver(listener: LinkListener, count: number): void {
    for (const frame of this.#queue.splice(0, count)) listener.onFrame(...frame);
  }
}

export function createGuestPair() {
  const clock = new ManualClock();
  const wheel = new DeadlineWheel({ clock });
  const logger = new RecordingLogger();
  const toGuest = new QueueLink();
  const toHost = new QueueLink();
  const connection = new GuestConnection(() => {});
  const guestClosings: unknown[] = [];
  const guest = new Guest((reason) => guestClosings.push(reason), clock);
  connection.connect(toGuest);
  guest.connect(toHost);
  const forcedExits: Promise<unknown>[] = [];
  const place: GuestPlace = {
    placement: 'worker',
    connection,
    description: 'a guest of the test',
    forceExit: (exited) => forcedExits.push(exited),
  };

  return {
    clock,
    wheel,
    logger,
    toGuest,
    toHost,
    connection,
    guestClosings,
    forcedExits,

    create(options: PuppetOptions = {}, source: ServiceModule = PUPPET): RemoteService {
      return new RemoteService({ ...source, args: [options] }, 'puppet', place, {
        wheel,
        logger,
        clock,
      });
    },

    /** Started, and ready to take calls. */
    async start(options: PuppetOptions = {}): Promise<RemoteService> {
      const service = this.create(options);
      const started = service.start();
      await this.pump();
      await started;
      return service;
    },

    deliverToGuest(count = Number.POSITIVE_INFINITY): void {
      toGuest.deliver(guest, count);
    },

    deliverToHost(count = Number.POSITIVE_INFINITY): void {
      toHost.deliver(connection, count);
    },

    /** Delivers everything, and what follows from it. */
    async pump(): Promise<void> {
      for (let quietTurns = 0; quietTurns < 3; quietTurns++) {
        if (toGuest.size + toHost.size > 0) quietTurns = 0;
        this.deliverToGuest();
        this.deliverToHost();
        await settle();
      }
    },

    /** The guest is gone, with whatever has not been delivered. */
    breakDown(reason: unknown): void {
      toGuest.close();
      connection.onClose(reason);
    },
  };
}

export type GuestPair = ReturnType<typeof createGuestPair>;
