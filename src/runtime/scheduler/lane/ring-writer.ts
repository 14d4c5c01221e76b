/**
 * Writes records into a ring of shared memory. One thread writes a ring and another reads it.
 *
 * What does not fit is not refused: it goes into a block of ordinary memory in the same format, and
 * so does everything after it, until the block can be sent over the port with a marker in the ring
 * that keeps its place in the order. A large message is nothing but a block of one record.
 *
 * Large buffers do not enter the ring at all. They are handed over by the port (`attachments.ts`),
 * and are their sender's no more when `write` returns, whether the record is in the ring or in a block.
 */

import type { MessagePort } from 'node:worker_threads';
import { ToolrigError } from '../../../core/errors.ts';
import { Encoder } from '../codec/encoder.ts';
import { buffersOf, postAttachments, takeOver } from './attachments.ts';
import { FLAG_ATTACHED, FLAG_BLOCK, HEADER_BYTES, type RingPlace, SKIP } from './lane-memory.ts';

/** Buffers of at least this size are handed over instead of copied; below, copying is as fast. */
const ATTACH_FROM_BYTES = 32 * 1024;
const FIRST_BLOCK_BYTES = 64 * 1024;
/** The largest message, and the most that may wait for space. */
const MAX_BLOCK_BYTES = 2 ** 30;

/** What goes over the port for a block marker. */
export interface Block {
  readonly buffer: ArrayBuffer;
  readonly usedBytes: number;
  /** Of each record that has some, in order. */
  readonly attachments: readonly (readonly unknown[])[];
}

export class RingWriter {
  readonly #words: Int32Array;
  readonly #ring: RingPlace;
  readonly #memory: SharedArrayBuffer;
  readonly #port: MessagePort;
  readonly #encoder: Encoder;
  /** Bytes written and read so far, as the control words have them: they wrap at 2^32. */
  #tail: number;
  #head: number;
  #published: number;
  #block: ArrayBuffer | undefined = undefined;
  #blockWords = new Int32Array(0);
  #blockUsed = 0;
  #blockAttachments: (readonly unknown[])[] = [];
  /** Getters of what is encoded are anybody's code. */
  #isWriting = false;

  constructor(memory: SharedArrayBuffer, ring: RingPlace, port: MessagePort) {
    this.#memory = memory;
    this.#words = new Int32Array(memory);
    this.#ring = ring;
    this.#port = port;
    this.#encoder = new Encoder(memory, { attachFromBytes: ATTACH_FROM_BYTES });
    this.#tail = Atomics.load(this.#words, ring.tailWord);
    this.#head = Atomics.load(this.#words, ring.headWord);
    this.#published = this.#tail;
  }

  /** Whether something has been written that the reader cannot see yet. */
  get isDirty(): boolean {
    return this.#published !== this.#tail || this.#block !== undefined;
  }

  /** Whether a block waits for space in the ring. */
  get isBlocked(): boolean {
    return this.#block !== undefined;
  }

  /** Whether the reader has read all but the last record; a plain read, so it may have read that, too. */
  get isLastAlone(): boolean {
    return ((this.#tail - (this.#words[this.#ring.headWord] as number)) | 0) <= this.#written;
  }

  /** Length of the last record, in bytes. */
  get lastRecordBytes(): number {
    return this.#written;
  }

  /** Throws what the encoder throws; nothing has been written then. */
  write(tag: number, route: number, value: unknown): void {
    if (this.#isWriting) {
      throw new ToolrigError(
        'ERR_INVALID_PARAMS',
        'a getter of what is being sent sends something itself: send plain data',
      );
    }
    this.#isWriting = true;
    try {
      if (this.#block !== undefined || !this.#writeToRing(tag, route, value)) {
        this.#writeToBlock(tag, route, value);
      }
    } finally {
      this.#isWriting = false;
    }
  }

  /** Lets the reader see what has been written. */
  publish(): void {
    if (this.#block !== undefined) this.#sendBlock();
    this.#published = this.#tail;
    Atomics.store(this.#words, this.#ring.tailWord, this.#tail);
  }

  /** Asks the reader to wake this thread when it has made space. */
  wantSpace(): void {
    Atomics.store(this.#words, this.#ring.wantedWord, 1);
  }

  #writeToRing(tag: number, route: number, value: unknown): boolean {
    const { bytes, startByte } = this.#ring;
    const offset = this.#tail & (bytes - 1);
    const untilEnd = bytes - offset;
    let free = this.#free();
    if (free < bytes >> 1) {
      this.#head = Atomics.load(this.#words, this.#ring.headWord);
      free = this.#free();
    }
    const here = untilEnd < free ? untilEnd : free;
    if (this.#writeAt(startByte + offset, startByte + offset + here, tag, route, value)) {
      this.#tail = (this.#tail + this.#written) | 0;
      return true;
    }
    if (untilEnd >= free || offset === 0) return false;
    // Over the edge: leave the rest of the ring empty and go on at its start.
    if (!this.#writeAt(startByte, startByte + free - untilEnd, tag, route, value)) return false;
    this.#words[(startByte + offset) >> 2] = SKIP;
    this.#tail = (this.#tail + untilEnd + this.#written) | 0;
    return true;
  }

  #free(): number {
    return this.#ring.bytes - ((this.#tail - this.#head) | 0);
  }

  /** Bytes of the record that was written last. */
  #written = 0;

  #writeAt(start: number, limit: number, tag: number, route: number, value: unknown): boolean {
    if (limit - start < HEADER_BYTES) return false;
    const encoder = this.#encoder;
    const end = encoder.encode(value, start + HEADER_BYTES, limit);
    if (end < 0) return false;
    let flags = 0;
    if (encoder.attachments.length > 0) {
      flags = FLAG_ATTACHED;
      postAttachments(this.#port, encoder.attachments);
    }
    const padded = (end - start + 7) & ~7;
    const words = this.#words;
    const word = start >> 2;
    words[word] = padded;
    words[word + 1] = tag;
    words[word + 2] = (flags << 16) | route;
    words[word + 3] = end - start - HEADER_BYTES;
    this.#written = padded;
    return true;
  }

  #writeToBlock(tag: number, route: number, value: unknown): void {
    const encoder = this.#encoder;
    try {
      for (;;) {
        const block = this.#block ?? this.#growBlock(FIRST_BLOCK_BYTES);
        encoder.setBuffer(block);
        const start = this.#blockUsed;
        const end =
          block.byteLength - start < HEADER_BYTES
            ? -1
            : encoder.encode(value, start + HEADER_BYTES, block.byteLength);
        if (end >= 0) {
          const hasAttachments = encoder.attachments.length > 0;
          if (hasAttachments) this.#blockAttachments.push(takeOver(encoder.attachments));
          const padded = (end - start + 7) & ~7;
          const words = this.#blockWords;
          const word = start >> 2;
          words[word] = padded;
          words[word + 1] = tag;
          words[word + 2] = ((hasAttachments ? FLAG_ATTACHED : 0) << 16) | route;
          words[word + 3] = end - start - HEADER_BYTES;
          this.#blockUsed = start + padded;
          this.#written = padded;
          return;
        }
        this.#growBlock(block.byteLength * 2);
      }
    } finally {
      encoder.setBuffer(this.#memory);
      if (this.#blockUsed === 0) this.#block = undefined;
    }
  }

  #growBlock(bytes: number): ArrayBuffer {
    if (bytes > MAX_BLOCK_BYTES) {
      throw new ToolrigError(
        'ERR_INVALID_PARAMS',
        `what is passed is larger than ${MAX_BLOCK_BYTES} bytes, or as much waits before it. Pass ` +
          'large data as typed arrays, which are handed over without a copy.',
      );
    }
    const grown = new ArrayBuffer(bytes);
    if (this.#block !== undefined) {
      new Uint8Array(grown).set(new Uint8Array(this.#block, 0, this.#blockUsed));
    }
    this.#block = grown;
    this.#blockWords = new Int32Array(grown);
    return grown;
  }

  /** Sends the block, if there is room for its marker. */
  #sendBlock(): void {
    const { bytes, startByte } = this.#ring;
    this.#head = Atomics.load(this.#words, this.#ring.headWord);
    // Records are padded to 8 bytes, so what is left before the edge may be half a header.
    const offset = this.#tail & (bytes - 1);
    const skipped = bytes - offset < HEADER_BYTES ? bytes - offset : 0;
    if (this.#free() < skipped + HEADER_BYTES) return;
    if (skipped > 0) this.#words[(startByte + offset) >> 2] = SKIP;
    const word = (startByte + ((offset + skipped) & (bytes - 1))) >> 2;
    this.#words[word] = HEADER_BYTES;
    this.#words[word + 1] = 0;
    this.#words[word + 2] = FLAG_BLOCK << 16;
    this.#words[word + 3] = 0;
    this.#tail = (this.#tail + skipped + HEADER_BYTES) | 0;
    const attachments = this.#blockAttachments;
    const buffer = this.#block as ArrayBuffer;
    const block: Block = { buffer, usedBytes: this.#blockUsed, attachments };
    this.#port.postMessage(block, [buffer, ...buffersOf(attachments.flat())]);
    this.#block = undefined;
    this.#blockUsed = 0;
    this.#blockAttachments = [];
  }
}
