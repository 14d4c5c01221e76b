/**
 * How many threads of this process are awake: a thread that has nothing to do may look around for a
 * while before it sleeps, but only while there is a core for each that is awake. Otherwise it would
 * take the core from the very thread that it waits for.
 *
 * One word a thread, on a cache line of its own, in memory that all of them share.
 */

import { availableParallelism } from 'node:os';

const LINE_WORDS = 16;
const MAX_THREADS = 64;

export class PollBoard {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #word: number;
  readonly #cores: number;
  /** Lanes of this thread that are awake. */
  #awake = 0;

  /** @param thread - index of this thread, 0 for the host; threads beyond the board never poll */
  constructor(memory: SharedArrayBuffer, thread: number) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
    this.#word = thread < MAX_THREADS ? thread * LINE_WORDS : -1;
    this.#cores = availableParallelism();
  }

  /** A board on which nobody is awake, seen from the host. */
  static create(): PollBoard {
    return new PollBoard(new SharedArrayBuffer(MAX_THREADS * LINE_WORDS * 4), 0);
  }

  /** Whether there is a core for every thread that is awake, this one included. */
  get hasFreeCore(): boolean {
    if (this.#word < 0) return false;
    let awake = 0;
    for (let word = 0; word < this.#words.length; word += LINE_WORDS) {
      awake += this.#words[word] as number;
    }
    return awake <= this.#cores;
  }

  /** A lane of this thread has come awake. */
  enter(): void {
    if (this.#awake++ === 0 && this.#word >= 0) Atomics.store(this.#words, this.#word, 1);
  }

  /** A lane of this thread goes to sleep. */
  leave(): void {
    if (--this.#awake === 0 && this.#word >= 0) Atomics.store(this.#words, this.#word, 0);
  }

  /** A thread that has ended is awake no more. */
  clear(thread: number): void {
    if (thread < MAX_THREADS) Atomics.store(this.#words, thread * LINE_WORDS, 0);
  }
}
