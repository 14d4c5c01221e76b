/** A file that is full, forbidden or slow when the test says so, and keeps what was written to it. */

import type { LineFileHandle } from '../../src/runtime/telemetry/line-file.ts';
import { type Deferred, defer } from './event-loop.ts';

export class FaultyFile {
  /** What is in the file. */
  text = '';
  openCount = 0;
  isClosed = false;
  /** Refuses to be opened. */
  isForbidden = false;
  /** Bytes that fit in it; a write beyond writes as much as it can, and the next one fails. */
  capacityBytes = Number.POSITIVE_INFINITY;
  #gate: Deferred<void> | undefined = undefined;

  readonly open = async (): Promise<LineFileHandle> => {
    this.openCount++;
    if (this.isForbidden) throw systemError('EACCES');
    return {
      write: (bytes, offset) => this.#write(bytes, offset),
      stat: async () => ({ size: Buffer.byteLength(this.text) }) as never,
      sync: async () => {},
      close: async () => {
        this.isClosed = true;
      },
    };
  };

  /** Lines that are in it. */
  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }

  /** Makes every write wait until {@link FaultyFile.resume}. */
  pause(): void {
    this.#gate = defer<void>();
  }

  resume(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  async #write(bytes: Uint8Array, offset: number): Promise<{ bytesWritten: number }> {
    await this.#gate?.promise;
    const free = this.capacityBytes - Buffer.byteLength(this.text);
    if (free <= 0) throw systemError('ENOSPC');
    const part = bytes.subarray(offset, offset + Math.min(free, bytes.length - offset));
    this.text += Buffer.from(part).toString();
    return { bytesWritten: part.length };
  }
}

function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: so the test says`), { code });
}
