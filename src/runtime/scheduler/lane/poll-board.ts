/**
 * How many threads of this process are awake: a thread that has nothing to do may look around for a
 * while before it sleeps, but only while there is a core for each that is awake. Otherwise it would
 * take the core from the very thread that it waits for.
 *
 * One word a thread, on a cache line of its own, in memory that all of them share.
 *
 * Other processes do not stand on the board. They show in looks that take long: a thread that looks
 * around uses up its share of a contended core, and is made to wait for milliseconds just when it is
 * needed, while one that sleeps is let in at once. So after such a look it does not look for a while.
 */

import { availableParallelism } from 'node:os';

const LINE_WORDS = 16;
const MAX_THREADS = 64;
/** A look around takes some µs. One that takes so long was another process's turn. */
const LATE_MS = 0.3;
/** How long a thread then does not look around; twice as long each time that it happens again. */
const MIN_CONTENDED_MS = 20;
const MAX_CONTENDED_MS = 1_280;
/** Looks in time after which the past is forgotten. */
const LOOKS_TO_FORGET = 256;

export class PollBoard {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #word: number;
  readonly #cores: number;
  /** Lanes of this thread that are awake. */
  #awake = 0;
  #contendedUntilMs = 0;
  #contendedMs = MIN_CONTENDED_MS;
  #looksInTime = 0;

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

  /** Takes how long a look took in which there was nothing to do. */
  noteIdleTime(nowMs: number, tookMs: number): void {
    if (tookMs > LATE_MS) {
      this.#contendedUntilMs = nowMs + this.#contendedMs;
      this.#contendedMs = Math.min(this.#contendedMs * 2, MAX_CONTENDED_MS);
      this.#looksInTime = 0;
    } else if (++this.#looksInTime >= LOOKS_TO_FORGET) {
      this.#contendedMs = MIN_CONTENDED_MS;
    }
  }

  /** Whether there is a core for every thread that is awake, this one included. */
  hasFreeCore(nowMs: number): boolean {
    if (this.#word < 0 || nowMs < this.#contendedUntilMs) return false;
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
