/**
 * A file that lines are added to, behind the back of whoever adds them.
 *
 *   write(line) ──▶ [ queue ] ──▶ one write at a time ──▶ file
 *                                  fails: kept, tried again
 *
 * A full disk or a missing right stops nobody: bytes that could not be written stay where they are,
 * and a partly written line goes on at the byte where it stopped. All of it happens in this thread:
 * a worker would lose its lines when the process ends. A file that somebody has removed is begun
 * anew, for what is written to it is nobody's; one that was moved is written on where it is. Rotation is here because the streams to be
 * had for it write line by line and are destroyed by their first error.
 *
 * It knows nothing of what the lines say, and sets no bound: its owner looks at `queuedBytes`.
 */

import { type FileHandle, open, rename } from 'node:fs/promises';
import { type Clock, type ClockTimer, SYSTEM_CLOCK } from '../../core/clock.ts';

/** What a line file needs of an open file. */
export type LineFileHandle = Pick<FileHandle, 'stat' | 'sync' | 'close'> & {
  write(bytes: Uint8Array, offset: number): Promise<{ readonly bytesWritten: number }>;
};

export interface LineFileOptions {
  readonly path: string;
  /** Access rights of a file that is made here. Default: `0o600`. */
  readonly mode?: number;
  /** Pause before a failed write is tried again, in ms. Default: 1,000. */
  readonly retryMs?: number;
  /** Starts a new file when the next lines would make this one longer than `maxBytes`. Default: never. */
  readonly rotation?: { readonly maxBytes: number; readonly keep: number };
  readonly clock?: Clock;
  /** Hears of the first failure of each outage. */
  readonly onFailure: (error: Error) => void;
  /** Opens the file for adding. Default: the file system's. */
  readonly openFile?: (path: string, mode: number) => Promise<LineFileHandle>;
}

/** Most that one write takes, so that a write of a long queue does not copy all of it. */
const MAX_BATCH_BYTES = 256 * 1024;
/** Between two looks whether the file is still there. */
const LOOK_MS = 100;

export class LineFile {
  readonly #path: string;
  readonly #mode: number;
  readonly #rotation: { readonly maxBytes: number; readonly keep: number } | undefined;
  readonly #clock: Clock;
  readonly #retryMs: number;
  readonly #retry: ClockTimer;
  readonly #onFailure: (error: Error) => void;
  readonly #openFile: (path: string, mode: number) => Promise<LineFileHandle>;
  /** Lines that wait, each with its line end. */
  #lines: string[] = [];
  #queuedBytes = 0;
  /** What is being written; `#batchOffset` bytes of it are in the file. */
  #batch: Buffer | undefined = undefined;
  #batchOffset = 0;
  #batchLines = 0;
  #handle: LineFileHandle | undefined = undefined;
  #sizeBytes = 0;
  #lookedAtMs = 0;
  #status: 'idle' | 'writing' | 'failing' | 'closed' = 'idle';
  #isFailing = false;
  #isScheduled = false;
  #run: Promise<void> = Promise.resolve();
  #closing: Promise<number> | undefined = undefined;
  #failureCount = 0;

  constructor(options: LineFileOptions) {
    const { mode = 0o600, retryMs = 1_000, clock = SYSTEM_CLOCK } = options;
    this.#path = options.path;
    this.#mode = mode;
    this.#rotation = options.rotation;
    this.#clock = clock;
    this.#retryMs = retryMs;
    this.#retry = clock.createTimer(retryMs, () => this.#start());
    this.#onFailure = options.onFailure;
    this.#openFile = options.openFile ?? ((path, rights) => open(path, 'a', rights));
  }

  /** Whether the last write failed; an attempt that is under way has not mended it. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** Attempts to write that failed. */
  get failureCount(): number {
    return this.#failureCount;
  }

  /** Lines that wait or are being written. */
  get pendingLines(): number {
    return this.#lines.length + this.#batchLines;
  }

  /** Bytes of them. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /**
   * Queues a line.
   *
   * @param line - with its line end
   * @returns `false` when the file is closed
   */
  write(line: string): boolean {
    if (this.#status === 'closed') return false;
    this.#lines.push(line);
    this.#queuedBytes += Buffer.byteLength(line);
    if (this.#status === 'idle' && !this.#isScheduled) {
      this.#isScheduled = true;
      // The lines of a turn go together.
      setImmediate(() => {
        this.#isScheduled = false;
        this.#start();
      });
    }
    return true;
  }

  /**
   * Writes what waits, syncs and closes. Tries again for `timeoutMs` when it fails. Idempotent.
   *
   * @returns how many lines had to be given up
   */
  close(timeoutMs = 5_000): Promise<number> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  async #close(timeoutMs: number): Promise<number> {
    const deadlineMs = this.#clock.nowMs() + timeoutMs;
    await this.#run;
    this.#start();
    await this.#run;
    while (this.pendingLines > 0 && this.#clock.nowMs() < deadlineMs) {
      await this.#clock.sleep(Math.min(this.#retryMs, 100));
      this.#start();
      await this.#run;
    }
    const lostLines = this.pendingLines;
    this.#status = 'closed';
    this.#retry.stop();
    this.#lines = [];
    this.#batch = undefined;
    this.#batchLines = 0;
    try {
      await this.#handle?.sync();
    } catch (error) {
      this.#failureCount++;
      this.#onFailure(error as Error);
    } finally {
      await this.#handle?.close();
      this.#handle = undefined;
    }
    return lostLines;
  }

  #start(): void {
    if (this.#status === 'writing' || this.#status === 'closed') return;
    this.#status = 'writing';
    this.#run = this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    try {
      for (;;) {
        this.#batch ??= this.#takeBatch();
        if (this.#batch === undefined) break;
        await this.#writeBatch(this.#batch);
      }
      this.#status = 'idle';
    } catch (error) {
      this.#failureCount++;
      this.#status = 'failing';
      if (!this.#isFailing) this.#onFailure(error as Error);
      this.#isFailing = true;
      this.#retry.start();
      this.#retry.keepAlive(false);
    }
  }

  /** As many lines as go into the file and into one write; at least one. */
  #takeBatch(): Buffer | undefined {
    if (this.#lines.length === 0) return undefined;
    const maxBytes = Math.min(this.#rotation?.maxBytes ?? MAX_BATCH_BYTES, MAX_BATCH_BYTES);
    let count = 0;
    let bytes = 0;
    for (const line of this.#lines) {
      const lineBytes = Buffer.byteLength(line);
      if (count > 0 && bytes + lineBytes > maxBytes) break;
      bytes += lineBytes;
      count++;
    }
    this.#batchLines = count;
    this.#batchOffset = 0;
    return Buffer.from(this.#lines.splice(0, count).join(''));
  }

  async #writeBatch(batch: Buffer): Promise<void> {
    if (this.#batchOffset === 0) {
      await this.#dropIfRemoved();
      await this.#rotateFor(batch.length);
    }
    this.#handle ??= await this.#open();
    while (this.#batchOffset < batch.length) {
      const { bytesWritten } = await this.#handle.write(batch, this.#batchOffset);
      this.#batchOffset += bytesWritten;
      this.#sizeBytes += bytesWritten;
    }
    this.#isFailing = false;
    this.#queuedBytes -= batch.length;
    this.#batch = undefined;
    this.#batchLines = 0;
  }

  async #open(): Promise<LineFileHandle> {
    const handle = await this.#openFile(this.#path, this.#mode);
    this.#sizeBytes = (await handle.stat()).size;
    this.#lookedAtMs = this.#clock.nowMs();
    return handle;
  }

  /** Lets go of a file that has no name any more, so that another is opened. */
  async #dropIfRemoved(): Promise<void> {
    const handle = this.#handle;
    const nowMs = this.#clock.nowMs();
    if (handle === undefined || nowMs - this.#lookedAtMs < LOOK_MS) return;
    this.#lookedAtMs = nowMs;
    if ((await handle.stat()).nlink !== 0) return;
    this.#handle = undefined;
    await handle.close();
    this.#failureCount++;
    this.#onFailure(new Error(`${this.#path} was removed: what was in it is lost`));
  }

  /** `a.log` becomes `a.log.1`, that `a.log.2`, and so on; the one after `keep` is overwritten. */
  async #rotateFor(moreBytes: number): Promise<void> {
    if (this.#rotation === undefined) return;
    this.#handle ??= await this.#open();
    const { maxBytes, keep } = this.#rotation;
    if (this.#sizeBytes === 0 || this.#sizeBytes + moreBytes <= maxBytes) return;
    const handle = this.#handle;
    this.#handle = undefined;
    await handle.close();
    for (let index = keep; index > 0; index--) {
      const from = index === 1 ? this.#path : `${this.#path}.${index - 1}`;
      await rename(from, `${this.#path}.${index}`).catch(ignoreMissing);
    }
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
