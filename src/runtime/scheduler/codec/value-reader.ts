/**
 * Reads values out of bytes that nobody vouches for: the decoder's hot path.
 *
 * Whatever the bytes say, nothing is read at or beyond `limit`, nothing larger than what is left
 * of them is allocated, and every loop uses up a byte a turn. Anything that an encoder would not
 * have written is a corrupt frame. `bench/codec.bench.ts` shows what it costs.
 */

import { corruptFrame } from './corrupt-frame.ts';
import { type NestedReader, readExotic } from './exotic-reader.ts';
import { defineValue, ShapeReader } from './shape-reader.ts';
import { StringCache } from './string-cache.ts';
import {
  ARRAY_32,
  END,
  FALSE,
  FLOAT_64,
  FORGET_SHAPES,
  INT_32,
  LATIN1_8,
  LATIN1_32,
  LOOSE_OBJECT,
  MAX_DEPTH,
  MAX_SHAPE_KEYS,
  MAX_SHAPES,
  NEW_SHAPE,
  NULL,
  SHAPED_OBJECT,
  SHORT_ARRAY,
  SHORT_STRING,
  TRUE,
  UNDEFINED,
  UTF16_32,
} from './tags.ts';

/** Arrays up to this length are allocated at once; longer ones grow with the bytes that are there. */
const MAX_PREALLOCATED = 1_024;

interface NativeBuffer extends Buffer {
  latin1Slice(start: number, end: number): string;
  ucs2Slice(start: number, end: number): string;
}

export class ValueReader implements NestedReader {
  bytes!: Uint8Array;
  view!: DataView;
  position = 0;
  limit = 0;
  depth = 0;
  attachments: readonly unknown[] = [];
  #native!: NativeBuffer;
  readonly #strings: StringCache;
  #shapes: ShapeReader[] = [];

  constructor(buffer: ArrayBufferLike) {
    this.#strings = new StringCache(buffer);
    this.setBuffer(buffer);
  }

  setBuffer(buffer: ArrayBufferLike): void {
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.#native = Buffer.from(buffer) as NativeBuffer;
    this.#strings.setBuffer(buffer);
  }

  read(): unknown {
    const { position } = this;
    if (position >= this.limit) throw corruptFrame('a value is missing', position);
    const tag = this.bytes[position] as number;
    this.position = position + 1;
    if (tag < SHORT_STRING) return tag;
    if (tag < SHORT_ARRAY) return this.#readShortString(tag - SHORT_STRING);
    if (tag < NULL) return this.#readArray(tag - SHORT_ARRAY);
    switch (tag) {
      case SHAPED_OBJECT:
        return this.#readShaped();
      case LATIN1_8:
        return this.#readLatin1(this.bytes[this.take(1)] as number);
      case INT_32:
        return this.view.getInt32(this.take(4), true);
      case FLOAT_64:
        return this.view.getFloat64(this.take(8), true);
      case TRUE:
        return true;
      case FALSE:
        return false;
      case NULL:
        return null;
      case UNDEFINED:
        return undefined;
      case LATIN1_32:
        return this.#readLatin1(this.readLength());
      case UTF16_32: {
        const length = this.readLength() * 2;
        const start = this.take(length);
        return this.#native.ucs2Slice(start, start + length);
      }
      case ARRAY_32:
        return this.#readArray(this.readLength());
      case NEW_SHAPE:
      case LOOSE_OBJECT:
        return this.#readKeysLast(tag);
      case FORGET_SHAPES:
        if (this.depth > 0) break;
        this.#shapes = [];
        return this.read();
      default: {
        this.enter();
        const value = readExotic(this, tag);
        this.depth--;
        return value;
      }
    }
    throw corruptFrame(`tag 0x${tag.toString(16)} is out of place`, position);
  }

  readString(): string {
    const { position } = this;
    const text = this.read();
    if (typeof text !== 'string') throw corruptFrame('a string is missing', position);
    return text;
  }

  readLength(): number {
    return this.view.getUint32(this.take(4), true);
  }

  /** Passes over `lengthBytes` and returns where they begin. */
  take(lengthBytes: number): number {
    const start = this.position;
    const end = start + lengthBytes;
    if (end > this.limit) throw corruptFrame(`${lengthBytes} bytes are missing`, start);
    this.position = end;
    return start;
  }

  /** Goes one level deeper; coming back is a decrement of `depth`. */
  enter(): void {
    if (++this.depth > MAX_DEPTH) throw corruptFrame('values are nested too deep', this.position);
  }

  #readShortString(length: number): string {
    const start = this.take(length);
    return this.#strings.read(start, start + length);
  }

  #readLatin1(length: number): string {
    const start = this.take(length);
    return this.#native.latin1Slice(start, start + length);
  }

  #readArray(length: number): unknown[] {
    this.enter();
    // At least a byte each.
    if (length > this.limit - this.position) {
      throw corruptFrame(`an array of ${length} is cut off`, this.position);
    }
    let values: unknown[];
    if (length <= MAX_PREALLOCATED) {
      // oxlint-disable-next-line unicorn/no-new-array -- Array.from is many times as slow
      values = new Array<unknown>(length);
      for (let i = 0; i < length; i++) values[i] = this.read();
    } else {
      values = [];
      for (let i = 0; i < length; i++) values.push(this.read());
    }
    this.depth--;
    return values;
  }

  #readShaped(): object {
    const start = this.take(2);
    const id = (this.bytes[start] as number) | ((this.bytes[start + 1] as number) << 8);
    if (id >= this.#shapes.length) throw corruptFrame(`shape ${id} is unknown`, start);
    this.enter();
    const object = (this.#shapes[id] as ShapeReader).readValues(this);
    this.depth--;
    return object;
  }

  #readKeysLast(tag: number): object {
    const start = this.take(2);
    this.enter();
    const values: unknown[] = [];
    for (;;) {
      if (this.position >= this.limit) throw corruptFrame('an object has no end', start);
      if (this.bytes[this.position] === END) break;
      values.push(this.read());
    }
    this.position++;
    const object: Record<string, unknown> = {};
    const keys: string[] = [];
    for (let i = 0; i < values.length; i++) {
      const key = this.readString();
      keys.push(key);
      defineValue(object, key, values[i]);
    }
    if (tag === NEW_SHAPE) this.#learn(start, keys);
    this.depth--;
    return object;
  }

  #learn(start: number, keys: readonly string[]): void {
    const id = (this.bytes[start] as number) | ((this.bytes[start + 1] as number) << 8);
    if (id !== this.#shapes.length || id >= MAX_SHAPES || keys.length > MAX_SHAPE_KEYS) {
      throw corruptFrame(`shape ${id} cannot be learnt`, start);
    }
    this.#shapes.push(new ShapeReader(keys));
  }
}
