/**
 * Turns the bytes of an encoder back into values.
 *
 * It may sit in another process than the encoder, so the bytes may be anything: they lead to a
 * value or to an error, in time and memory that their length bounds. After an error the pair no
 * longer agrees on what it has learnt, and the channel it belongs to is to be given up.
 */

import { ValueReader } from './value-reader.ts';

const NO_ATTACHMENTS: readonly unknown[] = Object.freeze([]);

export class Decoder {
  readonly #reader: ValueReader;

  /** @param buffer - where the bytes are */
  constructor(buffer: ArrayBufferLike) {
    this.#reader = new ValueReader(buffer);
  }

  /** Reads from another buffer from now on, as after growing. What has been learnt remains. */
  setBuffer(buffer: ArrayBufferLike): void {
    this.#reader.setBuffer(buffer);
  }

  /**
   * Reads the value at `position`; bytes behind it are let be. What it returns shares no memory with
   * the buffer.
   *
   * @param limit - nothing is read at or beyond it
   * @param attachments - what the encoder put aside. Default: none.
   * @throws an `Error` whose message begins with `corrupt frame` when no encoder wrote this
   */
  decode(
    position: number,
    limit: number,
    attachments: readonly unknown[] = NO_ATTACHMENTS,
  ): unknown {
    const reader = this.#reader;
    reader.position = position;
    reader.limit = Math.min(limit, reader.bytes.length);
    reader.depth = 0;
    reader.attachments = attachments;
    try {
      return reader.read();
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('corrupt frame')) throw error;
      // What JavaScript itself refused: a regular expression, digits, the length of a view.
      throw new Error(`corrupt frame: ${String(error)}`, { cause: error });
    } finally {
      reader.attachments = NO_ATTACHMENTS;
    }
  }
}
