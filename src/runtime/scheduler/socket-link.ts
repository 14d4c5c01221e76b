/**
 * A link over a stream of bytes: the one between a host and a service in a process of its own.
 *
 *   send() ─▶ outgoing frames ─▶ a write for up to 16 of a tick ─▶ socket ─▶ incoming frames ─▶ onFrame()
 *
 * Both ends are the same. What arrives may be anything: when it is not frames the link is over, and
 * its host is not. While replies are awaited, and for a moment after something has come, the link
 * keeps the event loop turning instead of letting it sleep: waking a process takes several times as
 * long as a call. `bench/socket-link.bench.ts` shows what that is worth.
 */

import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { requireInteger } from '../../core/options.ts';
import { MAX_FRAME_BYTES, MIN_FRAME_BYTES } from './frame-head.ts';
import { IncomingFrames } from './incoming-frames.ts';
import type { Link, LinkListener } from './link.ts';
import { LoopPoller } from './loop-poller.ts';
import { OutgoingFrames } from './outgoing-frames.ts';

export interface SocketLinkOptions {
  /** A longer frame is refused here, and ends the link when the other side sends one. Default: 268,435,456 (256 MiB). */
  readonly maxFrameBytes?: number;
  /** How long the event loop is kept turning for what is awaited, in µs; 0: never. Default: 150. */
  readonly pollUs?: number;
  /** `server`: it may be asked at any time, and keeps its process alive for that. Default: `caller`. */
  readonly side?: 'caller' | 'server';
}

/** While the other side is slow, frames are gathered up to this size before the stream gets them. */
const GATHER_BYTES = 65_536;
/**
 * Frames that are written without waiting for the end of the tick. The other side begins with them
 * while this one goes on: else the two would take turns, and one core would do the work of two. Fewer
 * cost more in system calls than they win.
 */
const FRAMES_PER_WRITE = 16;

export class SocketLink implements Link {
  readonly #socket: Duplex;
  readonly #listener: LinkListener;
  readonly #outgoing: OutgoingFrames;
  readonly #incoming: IncomingFrames;
  readonly #poller: LoopPoller;
  /** `closing`: what was sent still leaves, and nothing is taken any more. */
  #status: 'open' | 'closing' | 'closed' = 'open';
  #isFlushScheduled = false;
  /** Frames that have been sent since the last write. */
  #unwritten = 0;
  readonly #side: 'caller' | 'server';
  #openCalls = 0;
  /** Whether something is likely to come. */
  #isAwaiting: boolean;

  /** @param socket - a connected stream of bytes, which is the link's from now on */
  constructor(socket: Duplex, listener: LinkListener, options: SocketLinkOptions = {}) {
    const { maxFrameBytes = MAX_FRAME_BYTES, pollUs = 150, side = 'caller' } = options;
    requireInteger('maxFrameBytes', maxFrameBytes, MIN_FRAME_BYTES, 0xffff_ffff);
    requireInteger('pollUs', pollUs, 0);
    this.#socket = socket;
    this.#listener = listener;
    this.#poller = new LoopPoller(pollUs / 1_000);
    this.#side = side;
    this.#isAwaiting = side === 'server';
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
    if (side === 'caller') this.#keepAlive(false);
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
    if (++this.#unwritten >= FRAMES_PER_WRITE) this.#writeUnlessSlow();
    if (this.#isFlushScheduled) return;
    this.#isFlushScheduled = true;
    process.nextTick(this.#flush);
  }

  get lastFrameBytes(): number {
    return this.#outgoing.lastFrameBytes;
  }

  get openCalls(): number {
    return this.#openCalls;
  }

  set openCalls(count: number) {
    const wasOpen = this.#openCalls > 0;
    this.#openCalls = count;
    // A server may be asked at any time, and lives for that.
    if (this.#side === 'server' || this.#status !== 'open') return;
    const isOpen = count > 0;
    if (isOpen === wasOpen) return; // `#write` and `#onData` see to further calls
    this.#isAwaiting = isOpen;
    if (isOpen) this.#poller.expectFirst();
    else this.#poller.stop();
    // Only what somebody waits for keeps the process alive.
    this.#keepAlive(isOpen);
  }

  flush(): void {
    if (this.#status === 'open') this.#write();
  }

  /**
   * Sends what is waiting, then lets go of the socket: the listener hears no more of it, and it keeps
   * no process alive. It is destroyed once the other side has read all and gone, too; destroying
   * it earlier would fail what the other side is writing, and with that what it has yet to read.
   */
  close(): void {
    if (this.#status !== 'open') return;
    this.#status = 'closing';
    this.#poller.stop();
    this.#write();
    this.#socket.end(() => this.#keepAlive(false));
  }

  readonly #onData = (chunk: Uint8Array): void => {
    if (this.#status !== 'open') return;
    this.#poller.arrived();
    const problem = this.#incoming.push(chunk);
    if (problem !== undefined) this.#finish(problem);
    else if (this.#isAwaiting) this.#poller.expect();
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
    if (this.#status === 'open') this.#writeUnlessSlow();
  };

  #writeUnlessSlow(): void {
    // The rest waits for `drain`: better gathered here than as many small chunks in the stream.
    if (this.#socket.writableNeedDrain && this.#outgoing.pendingBytes < GATHER_BYTES) return;
    this.#write();
  }

  #keepAlive(isNeeded: boolean): void {
    if (!(this.#socket instanceof Socket)) return;
    if (isNeeded) this.#socket.ref();
    else this.#socket.unref();
  }

  #write(): void {
    this.#unwritten = 0;
    if (this.#outgoing.pendingBytes === 0) return;
    this.#socket.write(this.#outgoing.take());
    if (this.#isAwaiting && this.#openCalls > 1) this.#poller.expect();
  }

  /** Ends the link, and says so unless this side has closed it. */
  #finish(reason: Error): void {
    const wasOpen = this.#status === 'open';
    this.#status = 'closed';
    this.#poller.stop();
    this.#socket.off('data', this.#onData);
    this.#socket.destroy();
    if (wasOpen) this.#listener.onClose(reason);
  }
}
