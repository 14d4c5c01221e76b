/**
 * Frames on their way out: encoded one behind the other into one stretch of memory, until somebody
 * takes all of them to write them in one go.
 *
 * The memory is used again and again. What is taken is a copy when it is short; when it is long the
 * memory itself is given away and replaced, since copying would cost more than that.
 */

import { ToolrigError } from '../../core/errors.ts';
import { Encoder } from './codec/encoder.ts';
import { FRAME_HEAD_BYTES } from './frame-head.ts';

const INITIAL_BYTES = 65_536;
/** From here on memory is given away instead of copied. */
const GIVE_AWAY_BYTES = 16_384;

export class OutgoingFrames {
  readonly #maxFrameBytes: number;
  readonly #encoder: Encoder;
  #buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #pendingBytes = 0;
  #lastFrameBytes = 0;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
    this.#encoder = new Encoder(this.#buffer.buffer);
  }

  /** Bytes that wait to be taken. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Length of the frame that was appended last. */
  get lastFrameBytes(): number {
    return this.#lastFrameBytes;
  }

  /**
   * Appends a frame.
   *
   * @returns `false` when there is no room behind those that wait: take them, and append it again
   * @throws `ERR_INVALID_PARAMS` when the value cannot be sent, or is too long
   */
  append(kind: number, id: number, route: number, value: unknown): boolean {
    const start = this.#pendingBytes;
    let end = this.#encode(value, start);
    if (end < 0 && start > 0) return false;
    while (end < 0) {
      this.#growFor(value);
      end = this.#encode(value, start);
    }
    const buffer = this.#buffer;
    buffer.writeUInt32LE(end - start, start);
    buffer.writeUInt32LE(((kind << 24) | id) >>> 0, start + 4);
    buffer.writeUInt16LE(route, start + 8);
    this.#pendingBytes = end;
    this.#lastFrameBytes = end - start;
    return true;
  }

  /** Takes all that waits; it is the caller's. */
  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#pendingBytes);
    this.#pendingBytes = 0;
    if (taken.length < GIVE_AWAY_BYTES) return Buffer.from(taken);
    this.#replace(INITIAL_BYTES);
    return taken;
  }

  #encode(value: unknown, start: number): number {
    const limit = Math.min(this.#buffer.length, start + this.#maxFrameBytes);
    return this.#encoder.encode(value, start + FRAME_HEAD_BYTES, limit);
  }

  /** Doubles the empty memory: a value is encoded anew each time, twice as much work in all. */
  #growFor(value: unknown): void {
    const { length } = this.#buffer;
    if (length >= this.#maxFrameBytes) {
      const what = Array.isArray(value) ? `an array of ${value.length}` : `a ${typeof value}`;
      throw new ToolrigError(
        'ERR_INVALID_PARAMS',
        `${what} takes more than ${this.#maxFrameBytes} bytes, which is the most that a frame may be: send it in parts`,
      );
    }
    this.#replace(Math.min(length * 2, this.#maxFrameBytes));
  }

  #replace(sizeBytes: number): void {
    this.#buffer = Buffer.allocUnsafeSlow(sizeBytes);
    this.#encoder.setBuffer(this.#buffer.buffer);
  }
}
