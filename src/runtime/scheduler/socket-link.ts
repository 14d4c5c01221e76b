/**
 * A link over a stream of bytes: the one between a host and a service in a process of its own.
 *
 *   send() ─▶ outgoing frames ─▶ one write a tick ─▶ socket ─▶ incoming frames ─▶ onFrame()
 *
 * Both ends are the same. What arrives may be anything: when it is not frames the link is over, and
 * its host is not. While replies are awaited, and for a moment after something has come, the link
 * keeps the event loop turning instead of letting it sleep: waking a process takes several times as
 * long as a call. `bench/socket-link.bench.ts` shows what that is worth.
 */

import type { Duplex } from 'node:stream';
import { requireInteger } from '../../core/options.ts';
import { MAX_FRAME_BYTES, MIN_FRAME_BYTES } from './frame-head.ts';
import { IncomingFrames } from './incoming-frames.ts';
import type { Link, LinkListener } from './link.ts';
import { OutgoingFrames } from './outgoing-frames.ts';

export interface SocketLinkOptions {
  /** A longer frame is refused here, and ends the link when the other side sends one. Default: 268,435,456 (256 MiB). */
  readonly maxFrameBytes?: number;
  /** How long the event loop is kept turning after the last sign of life, in µs; 0: never. Default: 100. */
  readonly pollUs?: number;
}

/** While the other side is slow, frames are gathered up to this size before the stream gets them. */
const GATHER_BYTES = 65_536;

export class SocketLink implements Link {
  readonly #socket: Duplex;
  readonly #listener: LinkListener;
  readonly #outgoing: OutgoingFrames;
  readonly #incoming: IncomingFrames;
  readonly #pollMs: number;
  /** `closing`: what was sent still leaves, and nothing is taken any more. */
  #status: 'open' | 'closing' | 'closed' = 'open';
  #isFlushScheduled = false;
  #isPolling = false;
  #openCalls = 0;
  #pollUntilMs = 0;

  /** @param socket - a connected stream of bytes, which is the link's from now on */
  constructor(socket: Duplex, listener: LinkListener, options: SocketLinkOptions = {}) {
    const { maxFrameBytes = MAX_FRAME_BYTES, pollUs = 100 } = options;
    requireInteger('maxFrameBytes', maxFrameBytes, MIN_FRAME_BYTES, 0xffff_ffff);
    requireInteger('pollUs', pollUs, 0);
    this.#socket = socket;
    this.#listener = listener;
    this.#pollMs = pollUs / 1_000;
    this.#outgoing = new OutgoingFrames(maxFrameBytes);
    this.#incoming = new IncomingFrames(maxFrameBytes, (kind, id, route, value) => {
      listener.onFrame(kind, id, route, value);
      return this.#status === 'open';
    });
    socket.on('data', this.#onData);
    socket.on('drain', this.#flush);
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onEnd);
    socket.on('error', this.#onError);
  }

  /** Bytes that were sent and are still in this process: how far the other side is behind. */
  get bufferedBytes(): number {
    return this.#outgoing.pendingBytes + this.#socket.writableLength;
  }

  /**
   * Sends a frame; it leaves at the end of this tick. After the link is closed, from either side,
   * it is dropped.
   */
  send(kind: number, id: number, route: number, value: unknown): void {
    if (this.#status !== 'open') return;
    if (!this.#outgoing.append(kind, id, route, value)) {
      this.#write();
      this.#outgoing.append(kind, id, route, value);
    }
    if (this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    process.nextTick(this.#flush);
  }

  get openCalls(): number {
    return this.#openCalls;
  }

  set openCalls(count: number) {
    this.#openCalls = count;
    if (count > 0) this.#poll();
  }

  flush(): void {
    if (this.#status === 'open') this.#write();
  }

  /** Sends what is waiting, then lets go of the socket. The listener hears no more of it. */
  close(): void {
    if (this.#status !== 'open') return;
    this.#status = 'closing';
    this.#write();
    this.#socket.end(() => this.#socket.destroy());
  }

  readonly #onData = (chunk: Uint8Array): void => {
    if (this.#status !== 'open') return;
    const problem = this.#incoming.push(chunk);
    if (problem !== undefined) this.#finish(problem);
    else this.#poll();
  };

  readonly #onEnd = (): void => {
    const where = this.#incoming.isInsideFrame ? ' in the middle of a frame' : '';
    this.#finish(new Error(`the other side has closed the link${where}`));
  };

  readonly #onError = (error: Error): void => {
    this.#finish(error);
  };

  readonly #flush = (): void => {
    this.#isFlushScheduled = false;
    if (this.#status !== 'open') return;
    // The rest waits for `drain`: better gathered here than as many small chunks in the stream.
    if (this.#socket.writableNeedDrain && this.#outgoing.pendingBytes < GATHER_BYTES) return;
    this.#write();
  };

  #write(): void {
    if (this.#outgoing.pendingBytes > 0) this.#socket.write(this.#outgoing.take());
  }

  #poll(): void {
    if (this.#pollMs === 0) return;
    this.#pollUntilMs = performance.now() + this.#pollMs;
    if (this.#isPolling) return;
    this.#isPolling = true;
    setImmediate(this.#turn);
  }

  /** A turn of the event loop in which it looks at the socket and does not sleep. */
  readonly #turn = (): void => {
    if (this.#status === 'open' && performance.now() < this.#pollUntilMs) {
      setImmediate(this.#turn);
    } else {
      this.#isPolling = false;
    }
  };

  /** Ends the link, and says so unless this side has closed it. */
  #finish(reason: Error): void {
    if (this.#status === 'closed') return;
    const wasOpen = this.#status === 'open';
    this.#status = 'closed';
    this.#socket.off('data', this.#onData);
    this.#socket.destroy();
    if (wasOpen) this.#listener.onClose(reason);
  }
}
