/**
 * The shared memory of a lane, and where things stand in it.
 *
 *   ┌ control words, each on a cache line of its own ┐┌ ring: caller → server ┐┌ ring: server → caller ┐
 *   │ tail, head, wanted of each ring; asleep of each ││ records               ││ records                │
 *
 * A record is 16 bytes of header and a value, padded to 8 bytes:
 *
 *   int32 bytes of the whole record, or SKIP: the rest of the ring is empty
 *   int32 kind << 24 | id
 *   int32 flags << 16 | route
 *   int32 bytes of the value
 */

/** Bytes of one ring: some 15,000 small calls. A power of two. */
const RING_BYTES = 1 << 20;
const CONTROL_BYTES = 1_024;
/** Words between two control words: two of them on one cache line would slow both writers. */
const LINE_WORDS = 16;

export const HEADER_BYTES = 16;
/** In the place of a record's length. */
export const SKIP = -1;
/** Large buffers of this record come over the port. */
export const FLAG_ATTACHED = 1;
/** Not a record: a block of them has come over the port. */
export const FLAG_BLOCK = 2;

/** Which end of the lane: the caller's is the host's, the server's is the scheduler thread's. */
export type LaneSide = 'caller' | 'server';

/** Indexes of a ring's control words, and where its bytes begin. */
export interface RingPlace {
  /** Next byte to be written. Only the writer writes it. */
  readonly tailWord: number;
  /** Next byte to be read. Only the reader writes it. */
  readonly headWord: number;
  /** 1 while the writer waits for space. */
  readonly wantedWord: number;
  readonly startByte: number;
  readonly bytes: number;
}

/** Place of the ring that `side` writes. */
export function ringWrittenBy(side: LaneSide): RingPlace {
  const index = side === 'caller' ? 0 : 1;
  return {
    tailWord: index * 4 * LINE_WORDS,
    headWord: (index * 4 + 1) * LINE_WORDS,
    wantedWord: (index * 4 + 2) * LINE_WORDS,
    startByte: CONTROL_BYTES + index * RING_BYTES,
    bytes: RING_BYTES,
  };
}

/** Index of the word that is 1 while `side` sleeps and wants to be woken. */
export function asleepWord(side: LaneSide): number {
  return (side === 'caller' ? 3 : 7) * LINE_WORDS;
}

export function createLaneMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(CONTROL_BYTES + 2 * RING_BYTES);
}
