/**
 * Writes values as bytes: the encoder's hot path, and none of its promises.
 *
 * Every method returns where the next value goes, or -1 when `limit` is in the way; what has been
 * written by then is of no use. Nothing is allocated for what a call usually carries: the keys
 * of an object are looked up while its values are written, behind room left for the tag.
 * `bench/codec.bench.ts` shows what it costs.
 */

import { ToolrigError } from '../../../core/errors.ts';
import { type NestedWriter, writeBigInt, writeExotic } from './exotic-writer.ts';
import { type ShapeNode, ShapeTable } from './shape-table.ts';
import {
  ARRAY_32,
  END,
  FALSE,
  FLOAT_64,
  INT_32,
  LATIN1_8,
  LATIN1_32,
  LOOSE_OBJECT,
  MAX_DEPTH,
  NEW_SHAPE,
  NULL,
  SHAPED_OBJECT,
  SHORT_ARRAY,
  SHORT_LENGTH_END,
  SHORT_STRING,
  TRUE,
  UNDEFINED,
  UTF16_32,
} from './tags.ts';

/** Strings below this length are copied by hand: the way into native code costs more than they do. */
const BY_HAND_END = 20;
/** Tag and shape. */
const OBJECT_HEAD_BYTES = 3;

/** The methods of `Buffer` that `write(text, position, encoding)` ends up in. */
interface NativeBuffer extends Buffer {
  latin1Write(text: string, position: number, lengthBytes: number): number;
  ucs2Write(text: string, position: number, lengthBytes: number): number;
}

type PlainObject = Record<string, unknown>;

export class ValueWriter implements NestedWriter {
  readonly shapes = new ShapeTable();
  bytes!: Uint8Array;
  view!: DataView;
  limit = 0;
  depth = 0;
  attachFromBytes = Number.POSITIVE_INFINITY;
  aside: (ArrayBufferLike | ArrayBufferView)[] | null = null;
  /** Whether plain objects have nothing enumerable to inherit, as they should; if not, `for in` lies. */
  hasCleanPrototype = true;
  #native!: NativeBuffer;

  constructor(buffer: ArrayBufferLike) {
    this.setBuffer(buffer);
  }

  setBuffer(buffer: ArrayBufferLike): void {
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.#native = Buffer.from(buffer) as NativeBuffer;
  }

  write(value: unknown, position: number): number {
    if (typeof value === 'string') return this.#writeString(value, position);
    if (typeof value === 'number') return this.#writeNumber(value, position);
    if (typeof value === 'object') {
      if (value === null) return this.writeTag(NULL, position);
      if (++this.depth > MAX_DEPTH) {
        throw new ToolrigError('ERR_INVALID_PARAMS', 'the value is nested too deep');
      }
      const end = Array.isArray(value)
        ? this.#writeArray(value, position)
        : this.#writeObject(value as PlainObject, position);
      this.depth--;
      return end;
    }
    if (typeof value === 'boolean') return this.writeTag(value ? TRUE : FALSE, position);
    if (value === undefined) return this.writeTag(UNDEFINED, position);
    if (typeof value === 'bigint') return writeBigInt(this, value, position);
    throw new ToolrigError('ERR_INVALID_PARAMS', `a ${typeof value} cannot be sent`);
  }

  writeTag(tag: number, position: number): number {
    if (position >= this.limit) return -1;
    this.bytes[position] = tag;
    return position + 1;
  }

  /** Writes an object as its own enumerable keys, whatever its prototype. */
  writeOwnKeys(object: object, position: number): number {
    if (position + OBJECT_HEAD_BYTES > this.limit) return -1;
    const keys = Object.keys(object);
    let end = position + OBJECT_HEAD_BYTES;
    for (const key of keys) {
      end = this.write((object as PlainObject)[key], end);
      if (end < 0) return -1;
    }
    return this.#writeKeys(LOOSE_OBJECT, 0, keys, position, end);
  }

  #writeNumber(value: number, position: number): number {
    // Minus zero is equal to 0, and only a float can tell.
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
      if (value >= 0 && value < SHORT_STRING) {
        if (position >= this.limit) return -1;
        this.bytes[position] = value;
        return position + 1;
      }
      if (position + 5 > this.limit) return -1;
      this.bytes[position] = INT_32;
      this.view.setInt32(position + 1, value, true);
      return position + 5;
    }
    if (position + 9 > this.limit) return -1;
    this.bytes[position] = FLOAT_64;
    this.view.setFloat64(position + 1, value, true);
    return position + 9;
  }

  #writeString(text: string, position: number): number {
    const { length } = text;
    const start = position + 1;
    if (length >= BY_HAND_END) return this.#writeLongString(text, position, length);
    if (start + length > this.limit) return -1;
    const { bytes } = this;
    let bits = 0;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      bits |= unit;
      bytes[start + i] = unit;
    }
    if (bits > 0xff) return this.#writeUtf16(text, position, length);
    bytes[position] = SHORT_STRING | length;
    return start + length;
  }

  #writeLongString(text: string, position: number, length: number): number {
    if (position + 1 + length > this.limit) return -1;
    // As long in UTF-8 as in UTF-16: all ASCII. This is the one test that does not walk in JavaScript.
    if (Buffer.byteLength(text, 'utf8') !== length) {
      return this.#writeUtf16(text, position, length);
    }
    let start = position + 1;
    if (length < SHORT_LENGTH_END) {
      this.bytes[position] = SHORT_STRING | length;
    } else if (length < 256) {
      start = position + 2;
      if (start + length > this.limit) return -1;
      this.bytes[position] = LATIN1_8;
      this.bytes[position + 1] = length;
    } else {
      start = position + 5;
      if (start + length > this.limit) return -1;
      this.bytes[position] = LATIN1_32;
      this.view.setUint32(position + 1, length, true);
    }
    this.#native.latin1Write(text, start, length);
    return start + length;
  }

  #writeUtf16(text: string, position: number, length: number): number {
    const start = position + 5;
    const end = start + length * 2;
    if (end > this.limit) return -1;
    this.bytes[position] = UTF16_32;
    this.view.setUint32(position + 1, length, true);
    this.#native.ucs2Write(text, start, length * 2);
    return end;
  }

  #writeArray(values: readonly unknown[], position: number): number {
    const { length } = values;
    let end = position + (length < SHORT_LENGTH_END ? 1 : 5);
    if (end > this.limit) return -1;
    if (length < SHORT_LENGTH_END) {
      this.bytes[position] = SHORT_ARRAY | length;
    } else {
      this.bytes[position] = ARRAY_32;
      this.view.setUint32(position + 1, length, true);
    }
    for (let i = 0; i < length; i++) {
      end = this.write(values[i], end);
      if (end < 0) return -1;
    }
    return end;
  }

  #writeObject(object: PlainObject, position: number): number {
    const prototype: unknown = Object.getPrototypeOf(object);
    if (prototype !== Object.prototype && prototype !== null) {
      return writeExotic(this, object, position);
    }
    if (!this.hasCleanPrototype) return this.writeOwnKeys(object, position);
    if (position + OBJECT_HEAD_BYTES > this.limit) return -1;

    const knownShapes = this.shapes.size;
    let node: ShapeNode | null = this.shapes.root;
    let keys: string[] | null = null;
    let end = position + OBJECT_HEAD_BYTES;
    for (const key in object) {
      if (node !== null) {
        let next: ShapeNode | null;
        if (node.firstKey === key) next = node.first;
        else if (node.secondKey === key) next = node.second;
        else next = this.shapes.step(node, key);
        if (next === null) keys = node.keys();
        node = next;
      }
      if (keys !== null) keys.push(key);
      end = this.write(object[key], end);
      if (end < 0) return -1;
    }
    if (node === null) return this.#writeKeys(LOOSE_OBJECT, 0, keys as string[], position, end);
    if (node.shape < 0) {
      return this.#writeKeys(NEW_SHAPE, this.shapes.learn(node), node.keys(), position, end);
    }
    if (node.shape >= knownShapes) {
      // Learnt from an object inside this one: the decoder, which meets this tag first, does not
      // know it yet.
      return this.#writeKeys(LOOSE_OBJECT, 0, node.keys(), position, end);
    }
    const { bytes } = this;
    bytes[position] = SHAPED_OBJECT;
    bytes[position + 1] = node.shape;
    bytes[position + 2] = node.shape >>> 8;
    return end;
  }

  /** Ends an object whose values reach from `position` to `valuesEnd` with its keys. */
  #writeKeys(
    tag: number,
    shape: number,
    keys: readonly string[],
    position: number,
    valuesEnd: number,
  ): number {
    const { bytes } = this;
    bytes[position] = tag;
    bytes[position + 1] = shape;
    bytes[position + 2] = shape >>> 8;
    let end = this.writeTag(END, valuesEnd);
    for (let i = 0; i < keys.length && end >= 0; i++) {
      end = this.#writeString(keys[i] as string, end);
    }
    return end;
  }
}
