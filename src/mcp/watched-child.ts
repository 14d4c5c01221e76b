/**
 * A child process with pipes, watched from its start: how it ended, and the last of what it wrote to stderr, which
 * is not shown but kept for the message when something fails.
 */

import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

const STDERR_TAIL_CHARS = 4_096;
/** What a child wrote last is read within this time after its end. */
const PIPES_GRACE_MS = 500;

/** A process whose stdin and stdout are pipes. */
export type PipedProcess = ChildProcess & { readonly stdin: Writable; readonly stdout: Readable };

/** How a process ended. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class WatchedChild {
  readonly process: PipedProcess;
  /** Settles when the process has ended and its pipes are closed. */
  readonly exited: Promise<ChildExit>;
  #exit: ChildExit | undefined;
  #stderrTail = '';

  /** @param child - just spawned, with pipes for stdin, stdout and stderr */
  constructor(child: ChildProcess) {
    this.process = child as PipedProcess;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderrTail = (this.#stderrTail + text).slice(-STDERR_TAIL_CHARS);
    });
    // What goes wrong with a process that could not be started or has just died, `close` reports.
    child.on('error', () => {});
    child.stdin?.on('error', () => {});
    // A process of the child's own that outlives it would hold the pipes open.
    child.once('exit', () => {
      const grace = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, PIPES_GRACE_MS);
      child.once('close', () => clearTimeout(grace));
    });
    this.exited = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.#exit = { code, signal };
        resolve(this.#exit);
      });
    });
  }

  /** The last of what it wrote to stderr, without space at its ends. */
  get stderrTail(): string {
    return this.#stderrTail.trim();
  }

  get hasEnded(): boolean {
    return this.#exit !== undefined;
  }

  /** How it ended, in words; that it runs, while it does. */
  describeExit(): string {
    if (this.#exit === undefined) return 'connection closed';
    const { code, signal } = this.#exit;
    const how = signal === null ? `exited with code ${code}` : `was killed by ${signal}`;
    return `its process ${how}`;
  }
}
