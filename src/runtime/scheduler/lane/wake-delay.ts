/**
 * When a server that is answering wakes a caller that sleeps: as soon as it has an answer, unless its
 * requests are slow. A wake-up for each answer of those would cost the caller dear, so it is woken
 * when half of them have been answered: the next ones are here then before the last of these is done.
 * They are counted from the first answer that it has not taken, for it may come for another lane's.
 */

/** A frame that takes longer than this is worth handing over its answer alone, in ns. */
const SLOW_FRAME_NS = 2_000;
/** Longest time that a slow frame's answer waits for others before a sleeper is woken. */
const MAX_DELAY_MS = 1;
/** Weight of the last turn in the mean time of a frame. */
const FRAME_TIME_WEIGHT = 0.2;

/** What it looks at. */
interface Requests {
  readonly unreadBytes: number;
  /** Bytes of the one that is being answered. */
  readonly lastRecordBytes: number;
}
interface Answers {
  /** Whether the caller has taken all answers but the last. */
  readonly isLastAlone: boolean;
}

export class WakeDelay {
  readonly #requests: Requests;
  readonly #answers: Answers;
  #frameNs = 0;
  /** Bytes of requests that were to be answered at the first answer that the caller has not taken. */
  #openBytes = 0;
  #heldSinceMs = 0;

  constructor(requests: Requests, answers: Answers) {
    this.#requests = requests;
    this.#answers = answers;
  }

  /** Whether a frame takes long, on the mean of the last turns. */
  get hasSlowFrames(): boolean {
    return this.#frameNs > SLOW_FRAME_NS;
  }

  /** A turn has dealt with `count` frames. */
  onFrames(tookMs: number, count: number): void {
    const frameNs = (tookMs * 1e6) / count;
    this.#frameNs += FRAME_TIME_WEIGHT * (frameNs - this.#frameNs);
  }

  /** Whether a sleeper is to be woken later than now. To be asked at each answer. */
  isBetterLater(): boolean {
    if (!this.hasSlowFrames) return false;
    const { unreadBytes, lastRecordBytes } = this.#requests;
    const nowMs = performance.now();
    if (this.#answers.isLastAlone) {
      this.#heldSinceMs = nowMs;
      this.#openBytes = unreadBytes + lastRecordBytes;
    }
    if (2 * unreadBytes <= this.#openBytes) return false;
    // The next one to be asked at is a frame away.
    return nowMs + this.#frameNs / 1e6 - this.#heldSinceMs <= MAX_DELAY_MS;
  }
}
