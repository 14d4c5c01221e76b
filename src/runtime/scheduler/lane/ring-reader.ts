/** Reads the records of a ring, see `ring-writer.ts`. */

import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { Decoder } from '../codec/decoder.ts';
import { FLAG_ATTACHED, FLAG_BLOCK, HEADER_BYTES, type RingPlace, SKIP } from './lane-memory.ts';
import type { Block } from './ring-writer.ts';

/** Records between two times that the writer is told of the space. */
const RECORDS_PER_RELEASE = 32;

/** Takes a record: `kind << 24 | id`, route and value. */
export type RecordHandler = (tag: number, route: number, value: unknown) => void;

export class RingReader {
  readonly #words: Int32Array;
  readonly #ring: RingPlace;
  readonly #memory: SharedArrayBuffer;
  readonly #port: MessagePort;
  readonly #decoder: Decoder;
  readonly #onRecord: RecordHandler;
  #head: number;
  /** Where the records ended when it last looked. */
  #end = 0;
  #lastRecordBytes = 0;

  constructor(
    memory: SharedArrayBuffer,
    ring: RingPlace,
    port: MessagePort,
    onRecord: RecordHandler,
  ) {
    this.#memory = memory;
    this.#words = new Int32Array(memory);
    this.#ring = ring;
    this.#port = port;
    this.#decoder = new Decoder(memory);
    this.#onRecord = onRecord;
    this.#head = Atomics.load(this.#words, ring.headWord);
  }

  /** Whether there seems to be a record; a plain read, so it may be late. */
  get seemsReady(): boolean {
    return this.#words[this.#ring.tailWord] !== this.#head;
  }

  /** Whether there is a record. */
  get isReady(): boolean {
    return Atomics.load(this.#words, this.#ring.tailWord) !== this.#head;
  }

  /** Bytes that have been written and not been read; a plain read, so there may be more. */
  get unreadBytes(): number {
    return ((this.#words[this.#ring.tailWord] as number) - this.#head) | 0;
  }

  /** Whether the record that is being handled is the last of those that were there. */
  get isAtLast(): boolean {
    return this.#head === this.#end;
  }

  /** Length of the record that was read last, or is being handled, in bytes. */
  get lastRecordBytes(): number {
    return this.#lastRecordBytes;
  }

  /** Whether the writer waits for space; true once for each time it has asked. */
  takeWanted(): boolean {
    const { wantedWord } = this.#ring;
    return (
      Atomics.load(this.#words, wantedWord) === 1 &&
      Atomics.exchange(this.#words, wantedWord, 0) === 1
    );
  }

  /**
   * Hands up to `limit` records to the handler, and a block of them as one.
   *
   * @returns how many
   */
  read(limit: number): number {
    const { tailWord, headWord, startByte, bytes } = this.#ring;
    const words = this.#words;
    let count = 0;
    while (count < limit) {
      const tail = Atomics.load(words, tailWord);
      if (tail === this.#head) break;
      this.#end = tail;
      while (this.#head !== tail && count < limit) {
        let offset = this.#head & (bytes - 1);
        let word = (startByte + offset) >> 2;
        let length = words[word] as number;
        if (length === SKIP) {
          this.#head = (this.#head + bytes - offset) | 0;
          offset = 0;
          word = startByte >> 2;
          length = words[word] as number;
        }
        const tag = words[word + 1] as number;
        const flagsAndRoute = words[word + 2] as number;
        const start = startByte + offset + HEADER_BYTES;
        count++;
        this.#lastRecordBytes = length;
        const flags = flagsAndRoute >>> 16;
        if (flags === 0) {
          const value = this.#decoder.decode(start, start + (words[word + 3] as number));
          this.#head = (this.#head + length) | 0;
          this.#onRecord(tag, flagsAndRoute, value);
        } else if (flags === FLAG_BLOCK) {
          this.#head = (this.#head + length) | 0;
          this.#readBlock(this.#receive() as Block);
        } else {
          const attachments = this.#receive() as readonly unknown[];
          const end = start + (words[word + 3] as number);
          const value = this.#decoder.decode(start, end, attachments);
          this.#head = (this.#head + length) | 0;
          this.#onRecord(tag, flagsAndRoute & 0xffff, value);
        }
        if (count % RECORDS_PER_RELEASE === 0) Atomics.store(words, headWord, this.#head);
      }
      Atomics.store(words, headWord, this.#head);
    }
    return count;
  }

  #readBlock(block: Block): void {
    const words = new Int32Array(block.buffer);
    let nextAttachments = 0;
    for (let start = 0; start < block.usedBytes; ) {
      const word = start >> 2;
      const flagsAndRoute = words[word + 2] as number;
      const isAttached = flagsAndRoute >>> 16 === FLAG_ATTACHED;
      const attachments = isAttached ? block.attachments[nextAttachments++] : undefined;
      const from = start + HEADER_BYTES;
      // Each time anew: what is done with a record may read the ring.
      this.#decoder.setBuffer(block.buffer);
      let value: unknown;
      try {
        value = this.#decoder.decode(from, from + (words[word + 3] as number), attachments);
      } finally {
        this.#decoder.setBuffer(this.#memory);
      }
      start += words[word] as number;
      this.#onRecord(words[word + 1] as number, flagsAndRoute & 0xffff, value);
    }
  }

  /** What the writer posted before it wrote the record: it is there. */
  #receive(): unknown {
    const received: { message: unknown } | undefined = receiveMessageOnPort(this.#port);
    if (received === undefined) throw new Error('corrupt lane: a message is missing on its port');
    return received.message;
  }
}
