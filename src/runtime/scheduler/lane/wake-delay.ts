/**
 * When a server that is answering wakes a caller that sleeps: as soon as it has an answer, unless its
 * requests are slow. A wake-up for each answer of those would cost the caller dear, so it is woken
 * when half of them have been answered: the next ones are here then before the last of these is done.
 */

/** A frame that takes longer than this is worth handing over its answer alone, in ns. */
const SLOW_FRAME_NS = 2_000;
/** Longest time that a slow frame's answer waits for others before a sleeper is woken. */
const MAX_DELAY_MS = 1;
/** Weight of the last turn in the mean time of a frame. */
const FRAME_TIME_WEIGHT = 0.2;

/** What it looks at. */
interface UnreadRequests {
  readonly unreadBytes: number;
}

export class WakeDelay {
  readonly #reader: UnreadRequests;
  #frameNs = 0;
  /** Bytes of the requests that are being answered, when that began. */
  #readBytes = 0;
  #wokeAtMs = 0;

  constructor(reader: UnreadRequests) {
    this.#reader = reader;
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

  /** What has been asked is about to be answered. */
  onRead(): void {
    this.#readBytes = this.#reader.unreadBytes;
  }

  /** Whether a sleeper is to be woken later than now. */
  isBetterLater(): boolean {
    if (!this.hasSlowFrames) return false;
    if (2 * this.#reader.unreadBytes <= this.#readBytes) {
      this.#readBytes = 0; // not again before the last
      return false;
    }
    const nowMs = performance.now();
    if (nowMs - this.#wokeAtMs <= MAX_DELAY_MS) return true;
    this.#wokeAtMs = nowMs;
    return false;
  }
}
