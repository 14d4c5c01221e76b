/**
 * Looking for frames in a loop of a few microseconds, without a turn of the event loop: the fastest
 * way to hear of a reply that is about to come, and a waste where none is. So it goes on credit:
 * a look that finds something earns some, one that does not costs some, and a side that has used up
 * all of it looks again only now and then.
 */

import type { CoreContention } from '../core-contention.ts';

/** How long a side looks. */
const SPIN_MS = 0.003;
/** Looks at memory between two looks at the clock, which costs as much as ten. */
const LOOKS_PER_CLOCK = 8;
/** Looks in vain, one after the other, that use up the credit of a new lane. */
const SPIN_PATIENCE = 4;
const MAX_CREDIT = 8;
/** Turns of the event loop to another try, without credit. */
const TURNS_TO_NEW_SPIN = 64;

/** What it looks at. */
interface FrameSource {
  readonly isReady: boolean;
}

export class Spin {
  readonly #reader: FrameSource;
  readonly #contention: CoreContention;
  #credit = SPIN_PATIENCE;
  #turns = 0;

  constructor(reader: FrameSource, contention: CoreContention) {
    this.#reader = reader;
    this.#contention = contention;
  }

  get hasCredit(): boolean {
    return this.#credit > 0;
  }

  /** The event loop has turned. */
  onTurn(): void {
    if (++this.#turns % TURNS_TO_NEW_SPIN === 0 && this.#credit <= 0) this.#credit = 1;
  }

  /** Looks on credit; whether something is there. */
  lookOnCredit(nowMs: number): boolean {
    const isThere = this.look(nowMs);
    if (!isThere) this.#credit--;
    else if (this.#credit < MAX_CREDIT) this.#credit++;
    return isThere;
  }

  /** Looks, whatever the credit; whether something is there. */
  look(startMs: number): boolean {
    const reader = this.#reader;
    let nowMs = startMs;
    do {
      for (let look = 0; look < LOOKS_PER_CLOCK; look++) if (reader.isReady) return true;
      nowMs = performance.now();
    } while (nowMs - startMs < SPIN_MS);
    this.#contention.note(nowMs, nowMs - startMs);
    return false;
  }
}
