/**
 * A list of calls in order of arrival: a service's mailbox, and the roster of what it is handling.
 *
 * The links live in the calls themselves, so adding one and taking one out of the middle (its
 * deadline passed, its caller gave up) cost a few writes and allocate nothing.
 */

/** The links that a list needs; a call is in at most one list at a time. */
export interface CallListNode {
  /** The list it is in; `null` when in none. */
  list: object | null;
  listPrevious: CallListNode | null;
  listNext: CallListNode | null;
}

export class CallList<T extends CallListNode> {
  #first: CallListNode | null = null;
  #last: CallListNode | null = null;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds a call behind all others. */
  push(call: T): void {
    call.list = this;
    call.listPrevious = this.#last;
    call.listNext = null;
    if (this.#last === null) this.#first = call;
    else this.#last.listNext = call;
    this.#last = call;
    this.#size++;
  }

  /** Takes out the call that has been here longest. */
  shift(): T | undefined {
    const first = this.#first as T | null;
    if (first === null) return undefined;
    this.remove(first);
    return first;
  }

  /** Takes out a call; `false` when it is not in this list. */
  remove(call: T): boolean {
    if (call.list !== this) return false;
    const { listPrevious: previous, listNext: next } = call;
    if (previous === null) this.#first = next;
    else previous.listNext = next;
    if (next === null) this.#last = previous;
    else next.listPrevious = previous;
    call.list = null;
    call.listPrevious = null;
    call.listNext = null;
    this.#size--;
    return true;
  }
}
