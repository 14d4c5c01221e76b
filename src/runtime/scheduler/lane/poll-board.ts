/**
 * How many threads of this process are awake: a thread that has nothing to do may look around for a
 * while before it sleeps, but only while there is a core for each that is awake. Otherwise it would
 * take the core from the very thread that it waits for. One that has been woken counts at once: where
 * cores are short it is not awake yet, but waits for this one.
 *
 * One word a thread, on a cache line of its own, in memory that all of them share.
 */

import { availableParallelism } from 'node:os';
import { CoreContention } from '../core-contention.ts';

const LINE_WORDS = 16;
const MAX_THREADS = 64;
/** Threads that are awake. The words of the threads come after it. */
const TOTAL_WORD = 0;

/** What the board knows of a lane. */
interface BoardLane {
  look(): void;
}

export class PollBoard {
  /** Those of this thread: when one of them is woken, all of them look. */
  readonly lanes = new Set<BoardLane>();
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #word: number;
  readonly #cores: number;
  /** Lanes of this thread that are awake. */
  #awake = 0;
  /** Other processes do not stand on the board. */
  readonly contention = new CoreContention();

  /** @param thread - index of this thread, 0 for the host; threads beyond the board never poll */
  constructor(memory: SharedArrayBuffer, thread: number) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
    this.#word = thread < MAX_THREADS ? wordOf(thread) : -1;
    this.#cores = availableParallelism();
  }

  /** A board on which nobody is awake, seen from the host. */
  static create(): PollBoard {
    return new PollBoard(new SharedArrayBuffer((MAX_THREADS + 1) * LINE_WORDS * 4), 0);
  }

  /** Whether there is a core for every thread that is awake, this one included. */
  hasFreeCore(nowMs: number): boolean {
    if (this.#word < 0 || this.contention.isLikely(nowMs)) return false;
    return (this.#words[TOTAL_WORD] as number) <= this.#cores;
  }

  /** A lane of this thread has come awake. */
  enter(): void {
    if (this.#awake++ === 0 && this.#word >= 0) this.#setWord(this.#word);
  }

  /** A thread is being woken. Before the message that wakes it, so that it is behind its `leave`. */
  wake(thread: number): void {
    if (thread < MAX_THREADS) this.#setWord(wordOf(thread));
  }

  /** A lane of this thread goes to sleep. */
  leave(): void {
    if (--this.#awake === 0 && this.#word >= 0) this.#clearWord(this.#word);
  }

  /** A thread that has ended is awake no more. */
  clear(thread: number): void {
    if (thread < MAX_THREADS) this.#clearWord(wordOf(thread));
  }

  #setWord(word: number): void {
    if (Atomics.exchange(this.#words, word, 1) === 0) Atomics.add(this.#words, TOTAL_WORD, 1);
  }

  #clearWord(word: number): void {
    if (Atomics.exchange(this.#words, word, 0) === 1) Atomics.sub(this.#words, TOTAL_WORD, 1);
  }
}

function wordOf(thread: number): number {
  return (thread + 1) * LINE_WORDS;
}
