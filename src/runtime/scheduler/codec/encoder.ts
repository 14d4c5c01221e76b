/**
 * Turns JavaScript values into bytes, for a lane of shared memory or a socket.
 *
 * An encoder and the decoder at the other end learn each other's shapes of objects as they go: the
 * keys of an object travel a few times, and then never again. So a pair belongs to one direction,
 * and the decoder has to decode everything that was encoded, in that order. What was not encoded,
 * because it did not fit or cannot be sent, leaves no trace on either side.
 *
 * What arrives is what a structured clone would be, with three differences: what is referred to
 * twice arrives twice, cycles are refused, and holes in arrays arrive as `undefined`. Keys of
 * arrays other than indexes are left behind.
 */

import { ToolrigError } from '../../../core/errors.ts';
import { requireInteger } from '../../../core/options.ts';
import { FORGET_SHAPES } from './tags.ts';
import { explainUnsendable, SEND_PLAIN_DATA } from './unsendable.ts';
import { ValueWriter } from './value-writer.ts';

export interface EncoderOptions {
  /**
   * Buffers and views of at least this many bytes are put aside instead of copied, and shared
   * memory of any size. Default: `Infinity`, everything is copied.
   */
  readonly attachFromBytes?: number;
  /** What error messages call a value. Default: `params`. */
  readonly valueName?: string;
}

/** What an encoder puts aside. */
export type Attachment = ArrayBufferLike | ArrayBufferView;

const NO_ATTACHMENTS: readonly Attachment[] = Object.freeze([]);
const PLAIN = {};

export class Encoder {
  readonly #writer: ValueWriter;
  readonly #valueName: string;
  /** Whether the other end has shapes that this one has forgotten. */
  #mustForget = false;
  #attachments: readonly Attachment[] = NO_ATTACHMENTS;

  /** @param buffer - where the bytes go */
  constructor(buffer: ArrayBufferLike, options: EncoderOptions = {}) {
    const { attachFromBytes = Number.POSITIVE_INFINITY, valueName = 'params' } = options;
    if (attachFromBytes !== Number.POSITIVE_INFINITY) {
      requireInteger('attachFromBytes', attachFromBytes, 0);
    }
    this.#writer = new ValueWriter(buffer);
    this.#writer.attachFromBytes = attachFromBytes;
    this.#valueName = valueName;
  }

  /**
   * The large buffers and views of the last `encode`, in the order of their indexes in the bytes;
   * they have to reach the decoder beside them. None when it did not succeed.
   */
  get attachments(): readonly Attachment[] {
    return this.#attachments;
  }

  /** Writes into another buffer from now on, as after growing. What has been learnt remains. */
  setBuffer(buffer: ArrayBufferLike): void {
    this.#writer.setBuffer(buffer);
  }

  /**
   * Writes `value` from `position`, which need not be aligned.
   *
   * @returns the end of what was written, or -1 when that would be beyond `limit`; nothing has been
   *   learnt or put aside then, though bytes from `position` on may have changed
   * @throws `ERR_INVALID_PARAMS` when the value cannot leave its isolate; the message has the path
   */
  encode(value: unknown, position: number, limit: number): number {
    const writer = this.#writer;
    const { shapes } = writer;
    if (shapes.isFull) {
      shapes.forgetAll();
      this.#mustForget = true;
    }
    const knownShapes = shapes.size;
    writer.limit = Math.min(limit, writer.bytes.length);
    writer.depth = 0;
    writer.hasCleanPrototype = hasNoEnumerableKeys(PLAIN);
    this.#attachments = NO_ATTACHMENTS;
    let end = -1;
    try {
      const start = this.#mustForget ? writer.writeTag(FORGET_SHAPES, position) : position;
      if (start >= 0) end = writer.write(value, start);
    } catch (error) {
      throw this.#explain(value, error);
    } finally {
      if (end < 0) shapes.unlearn(knownShapes);
      if (writer.aside !== null) {
        if (end >= 0) this.#attachments = writer.aside;
        writer.aside = null;
      }
    }
    if (end >= 0) this.#mustForget = false;
    return end;
  }

  #explain(value: unknown, cause: unknown): ToolrigError {
    const reason =
      explainUnsendable(value, this.#valueName) ??
      `${this.#valueName} cannot be read: ${String(cause)}: ${SEND_PLAIN_DATA}`;
    return new ToolrigError('ERR_INVALID_PARAMS', reason, { cause });
  }
}

/** Whether `for in` over an empty object finds nothing, as it should. */
function hasNoEnumerableKeys(object: object): boolean {
  for (const _ in object) return false;
  return true;
}
