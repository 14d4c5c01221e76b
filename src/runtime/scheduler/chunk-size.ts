/**
 * How many calls, or replies, travel in one frame: many when they are small, since what a frame costs
 * is shared among them; few when they are large. A long frame is worth nothing: it has to be there in
 * whole before any of it is handled, and buffers that are used again and again do not hold it.
 */

/** Beyond these there is little left to save. */
const MAX_COUNT = 64;
/** The sizes of those that are large are still to be known: they may get smaller. */
const MIN_COUNT = 2;
const TARGET_BYTES = 32_768;

export class ChunkSize {
  /** As many as are to travel together next. */
  count = MAX_COUNT;

  /** Takes those that were sent last for an example: `count` of them took a frame of `bytes`. */
  learn(count: number, bytes: number): void {
    const fitting = Math.floor((TARGET_BYTES * count) / Math.max(bytes, 1));
    this.count = Math.min(Math.max(fitting, MIN_COUNT), MAX_COUNT);
  }
}
