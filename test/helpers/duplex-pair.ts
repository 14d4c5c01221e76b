/** Two streams, each of which reads what the other writes: a socket pair without a socket. */

import { Duplex } from 'node:stream';

/** One end. What is written waits until the other end reads, as in a socket. */
class End extends Duplex {
  other!: End;
  /** How many bytes each write had. */
  readonly writeSizes: number[] = [];
  #onRead: (() => void) | undefined;

  override _read(): void {
    const onRead = this.#onRead;
    this.#onRead = undefined;
    onRead?.();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.writeSizes.push(chunk.length);
    if (this.other.push(chunk)) process.nextTick(done);
    else this.other.#onRead = done;
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), '', done);
  }

  override _final(done: () => void): void {
    this.other.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.other.destroyed && !this.other.readableEnded) this.other.push(null);
    done(error);
  }
}

/** Makes both ends. */
export function duplexPair(): [End, End] {
  const options = { allowHalfOpen: true };
  const pair: [End, End] = [new End(options), new End(options)];
  pair[0].other = pair[1];
  pair[1].other = pair[0];
  return pair;
}
