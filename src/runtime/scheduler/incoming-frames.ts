/**
 * Frames on their way in: chunks of any size are put together, and every frame that is whole is
 * decoded and handed on.
 *
 *        consumed        a whole frame      the beginning of one
 *   [··············|■■■■■■■■■■■■■■■■■■■■■■|■■■■■■■■■······················]
 *                  #start                          #end
 *
 * A frame is moved to the front at most once, and the memory doubles as bytes arrive, never because
 * a length says so: putting together takes time and memory in proportion to what has arrived.
 */

import { Decoder } from './codec/decoder.ts';
import { FRAME_HEAD_BYTES, MIN_FRAME_BYTES } from './frame-head.ts';

const INITIAL_BYTES = 131_072;

/**
 * Takes a frame. Returns whether it wants the next one. When it throws, the frames behind it are
 * handed on when more has arrived.
 */
export type TakeFrame = (kind: number, id: number, route: number, value: unknown) => boolean;

export class IncomingFrames {
  readonly #maxFrameBytes: number;
  readonly #take: TakeFrame;
  readonly #decoder: Decoder;
  #buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #start = 0;
  #end = 0;

  constructor(maxFrameBytes: number, take: TakeFrame) {
    this.#maxFrameBytes = maxFrameBytes;
    this.#take = take;
    this.#decoder = new Decoder(this.#buffer.buffer);
  }

  /** Whether a frame has begun and not ended. */
  get isInsideFrame(): boolean {
    return this.#end > this.#start;
  }

  /**
   * Adds what has arrived, and hands on the frames that are whole now.
   *
   * @returns what is wrong with the bytes, if anything; nothing more can be made of them then
   */
  push(chunk: Uint8Array): Error | undefined {
    this.#makeRoom(chunk.length);
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
    return this.#drain();
  }

  #drain(): Error | undefined {
    while (this.#end - this.#start >= FRAME_HEAD_BYTES) {
      const buffer = this.#buffer;
      const start = this.#start;
      const length = buffer.readUInt32LE(start);
      if (length < MIN_FRAME_BYTES || length > this.#maxFrameBytes) {
        return new Error(
          `corrupt frame: a length of ${length} bytes, which must be from ${MIN_FRAME_BYTES} to ${this.#maxFrameBytes}`,
        );
      }
      if (this.#end - start < length) return undefined;
      let value: unknown;
      try {
        value = this.#decoder.decode(start + FRAME_HEAD_BYTES, start + length);
      } catch (error) {
        return error as Error;
      }
      // Before it is handed on: what takes it may throw, and the next chunk goes on behind it.
      this.#start += length;
      const tag = buffer.readUInt32LE(start + 4);
      if (!this.#take(tag >>> 24, tag & 0xff_ffff, buffer.readUInt16LE(start + 8), value)) {
        return undefined;
      }
    }
    return undefined;
  }

  /** Sees to it that `count` bytes have room at the end. */
  #makeRoom(count: number): void {
    const pendingBytes = this.#end - this.#start;
    const neededBytes = pendingBytes + count;
    if (pendingBytes === 0) {
      this.#start = 0;
      this.#end = 0;
      if (this.#buffer.length > INITIAL_BYTES) this.#replace(Buffer.allocUnsafeSlow(INITIAL_BYTES));
    }
    if (this.#end + count <= this.#buffer.length) return;
    // Half full at most when nothing is allocated, so that no byte is moved again and again.
    const target =
      neededBytes * 2 > this.#buffer.length
        ? Buffer.allocUnsafeSlow(Math.max(this.#buffer.length, neededBytes) * 2)
        : this.#buffer;
    target.set(this.#buffer.subarray(this.#start, this.#end));
    if (target !== this.#buffer) this.#replace(target);
    this.#start = 0;
    this.#end = pendingBytes;
  }

  #replace(buffer: Buffer<ArrayBuffer>): void {
    this.#buffer = buffer;
    this.#decoder.setBuffer(buffer.buffer);
  }
}
