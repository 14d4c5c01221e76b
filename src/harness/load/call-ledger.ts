/**
 * Exactly-once accounting: every call that is offered gets a number, and its promise is to settle
 * once, with its own reply. A call that never settles is lost. A call is answered twice when its
 * promise settles a second time, or when its reply reaches another call besides.
 *
 *   number   0 ──────────── retired ────────────┬─ page ───┬─ page ───┬─ next
 *            all settled: only known to be so   │ 1101 …   │ 0100 …   │   settled
 *                                               │ 0000 …   │ 0000 …   │   strayed
 *
 * Two bits a call, in pages. The oldest page is let go, and used again, once all its calls have
 * settled, so memory grows only with how far the oldest open call lies behind the newest.
 */

/** Calls of a page. */
export const PAGE_CALLS = 65_536;
/** Calls given up that are remembered, to tell a late answer from a second one. */
const MAX_REMEMBERED = 65_536;

interface Page {
  readonly settled: Uint32Array;
  readonly strayed: Uint32Array;
  /** Calls of it that have not settled. */
  open: number;
}

export class CallLedger {
  /** The pages from `#firstNumber` on. */
  readonly #pages: Page[] = [];
  readonly #spare: Page[] = [];
  readonly #givenUp = new Set<number>();
  #firstNumber = 0;
  #next = 0;
  #closed = 0;
  #lost = 0;
  #answeredTwice = 0;

  /** Calls that got a number. */
  get offered(): number {
    return this.#next;
  }

  /** Calls that were given up. */
  get lost(): number {
    return this.#lost;
  }

  /** Second settlements, and replies that reached another call beside their own. */
  get answeredTwice(): number {
    return this.#answeredTwice;
  }

  /** Calls that have neither settled nor been given up. */
  get open(): number {
    return this.#next - this.#closed;
  }

  /** Pages in memory. */
  get pageCount(): number {
    return this.#pages.length + this.#spare.length;
  }

  /** The number of the next call. */
  offer(): number {
    const number = this.#next;
    this.#next++;
    if (number - this.#firstNumber === this.#pages.length * PAGE_CALLS) this.#addPage();
    return number;
  }

  /**
   * The call's own promise has settled, with whatever.
   *
   * @returns `false` when nobody waits for it any more: it had settled before, or was given up
   */
  settle(number: number): boolean {
    const page = this.#pageOf(number);
    if (page === undefined || has(page.settled, number)) {
      // What was given up and comes late is lost once, and not answered twice as well.
      if (!this.#givenUp.delete(number)) this.#answeredTwice++;
      return false;
    }
    if (has(page.strayed, number)) this.#answeredTwice++;
    this.#close(page, number);
    return true;
  }

  /** A reply that carries the number of this call has reached another call. Any value may come. */
  stray(number: unknown): void {
    if (!Number.isInteger(number)) return;
    const call = number as number;
    if (call < 0 || call >= this.#next || this.#givenUp.has(call)) return;
    const page = this.#pageOf(call);
    if (page === undefined || has(page.settled, call) || has(page.strayed, call)) {
      this.#answeredTwice++;
    } else {
      add(page.strayed, call);
    }
  }

  /** The call has had all the time it is ever given. To be called for open calls only. */
  giveUp(number: number): void {
    const page = this.#pageOf(number);
    if (page === undefined || has(page.settled, number)) return;
    this.#lost++;
    if (this.#givenUp.size < MAX_REMEMBERED) this.#givenUp.add(number);
    this.#close(page, number);
  }

  #close(page: Page, number: number): void {
    add(page.settled, number);
    this.#closed++;
    page.open--;
    while (this.#pages[0]?.open === 0) {
      this.#spare.push(this.#pages.shift() as Page); // there is one: it was just looked at
      this.#firstNumber += PAGE_CALLS;
    }
  }

  #addPage(): void {
    const page = this.#spare.pop();
    if (page === undefined) {
      const words = PAGE_CALLS / 32;
      const [settled, strayed] = [new Uint32Array(words), new Uint32Array(words)];
      this.#pages.push({ settled, strayed, open: PAGE_CALLS });
      return;
    }
    page.settled.fill(0);
    page.strayed.fill(0);
    page.open = PAGE_CALLS;
    this.#pages.push(page);
  }

  /** `undefined` for a call of a page that was let go, where all have settled. */
  #pageOf(number: number): Page | undefined {
    return this.#pages[Math.floor((number - this.#firstNumber) / PAGE_CALLS)];
  }
}

// Pages begin at multiples of their size, so a call's place in its page is its number's low bits.

function has(bits: Uint32Array, number: number): boolean {
  const place = number % PAGE_CALLS;
  return (((bits[place >>> 5] as number) >>> (place & 31)) & 1) === 1; // in bounds: below PAGE_CALLS
}

function add(bits: Uint32Array, number: number): void {
  const place = number % PAGE_CALLS;
  bits[place >>> 5] = (bits[place >>> 5] as number) | (1 << (place & 31)); // as above
}
