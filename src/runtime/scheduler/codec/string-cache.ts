/**
 * Makes short strings out of bytes, and keeps the last ones: names of tools, types and methods
 * come again and again, and comparing a string with bytes is cheaper than making it.
 *
 * A slot holds one string and belongs to the texts with its hash; the newest one stays. The hash
 * looks at three characters and the length: enough to tell names apart, and it never gets longer.
 */

const SLOT_COUNT = 1_024;
/** Up to this length characters are put together by hand; from there on native code is faster. */
const BY_HAND_LENGTH = 8;

interface NativeBuffer extends Buffer {
  latin1Slice(start: number, end: number): string;
}

export class StringCache {
  readonly #slots: string[] = Array.from({ length: SLOT_COUNT }, () => '');
  #bytes!: Uint8Array;
  #native!: NativeBuffer;

  constructor(buffer: ArrayBufferLike) {
    this.setBuffer(buffer);
  }

  /** Reads from another buffer from now on; what is kept is kept. */
  setBuffer(buffer: ArrayBufferLike): void {
    this.#bytes = new Uint8Array(buffer);
    this.#native = Buffer.from(buffer) as NativeBuffer;
  }

  /** The Latin-1 characters from `start` up to `end`, which are few. */
  read(start: number, end: number): string {
    const bytes = this.#bytes;
    const length = end - start;
    if (length === 0) return '';
    const hash =
      (bytes[start] as number) * 31 +
      (bytes[end - 1] as number) * 7 +
      (bytes[start + (length >> 1)] as number) * 131 +
      length * 17;
    const slot = hash & (SLOT_COUNT - 1);
    const kept = this.#slots[slot] as string;
    if (kept.length === length) {
      let i = 0;
      while (i < length && kept.charCodeAt(i) === bytes[start + i]) i++;
      if (i === length) return kept;
    }
    const made =
      length <= BY_HAND_LENGTH ? this.#make(start, end) : this.#native.latin1Slice(start, end);
    this.#slots[slot] = made;
    return made;
  }

  #make(start: number, end: number): string {
    const bytes = this.#bytes;
    let text = '';
    let i = start;
    for (; i + 4 <= end; i += 4) {
      text += String.fromCharCode(
        bytes[i] as number,
        bytes[i + 1] as number,
        bytes[i + 2] as number,
        bytes[i + 3] as number,
      );
    }
    for (; i < end; i++) text += String.fromCharCode(bytes[i] as number);
    return text;
  }
}
