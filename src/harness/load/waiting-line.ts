/** Arrivals that wait for a free caller, first come, first served: a ring that grows when it must. */

import type { OpenSlice } from './open-recorder.ts';

/** An arrival in line; its place is used again once it is gone. */
interface Place {
  intendedMs: number;
  slice: OpenSlice;
}

const FIRST_PLACES = 16;

export class WaitingLine {
  #places: (Place | undefined)[] = Array.from({ length: FIRST_PLACES });
  #first = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(intendedMs: number, slice: OpenSlice): void {
    if (this.#length === this.#places.length) this.#grow();
    const index = (this.#first + this.#length) % this.#places.length;
    const place = this.#places[index];
    if (place === undefined) {
      this.#places[index] = { intendedMs, slice };
    } else {
      place.intendedMs = intendedMs;
      place.slice = slice;
    }
    this.#length++;
  }

  /** The one who has waited longest; valid until the next `push`. There must be one. */
  first(): Readonly<Place> {
    return this.#places[this.#first] as Place;
  }

  /** Takes the first out. There must be one. */
  shift(): void {
    this.#first = (this.#first + 1) % this.#places.length;
    this.#length--;
  }

  #grow(): void {
    const inOrder = [...this.#places.slice(this.#first), ...this.#places.slice(0, this.#first)];
    this.#places = [...inOrder, ...Array.from<undefined>({ length: inOrder.length })];
    this.#first = 0;
  }
}
