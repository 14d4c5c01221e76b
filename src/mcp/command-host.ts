/**
 * The parent's side of somebody else's stdio server: any program that speaks MCP on its stdin and stdout.
 *
 * Unlike a `ChildHost` it knows nothing of us: there is no channel beside the protocol's, so it is asked to end by the
 * end of its stdin, as the specification has it, then by a signal. It gets a process group of its own: Ctrl-C is for
 * who measures, and a launcher such as npx goes with what it launched.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, ToolrigError } from '../core/errors.ts';
import { type ChildExit, type PipedProcess, WatchedChild } from './watched-child.ts';

const OWN_GROUP = process.platform !== 'win32';
/** What it printed before it spoke MCP is shown up to here. */
const FIRST_OUTPUT_CHARS = 200;

export class CommandHost {
  readonly mode = 'stdio';
  readonly #child: WatchedChild;
  readonly #onExit = (): void => this.#kill('SIGKILL');
  #firstOutput = '';
  #stopping: Promise<void> | undefined;

  private constructor(child: WatchedChild) {
    this.#child = child;
    // One that does not heed the end of its stdin would outlive a program that is ended at once.
    process.on('exit', this.#onExit);
    child.process.stdout.once('data', (chunk: Buffer) => {
      this.#firstOutput = chunk.toString('utf8', 0, FIRST_OUTPUT_CHARS);
    });
  }

  /**
   * Starts the program in this directory and environment.
   *
   * @param command - the program and its arguments; no shell reads them
   * @throws `ERR_TARGET` when there is no such program, or it cannot be run
   */
  static async start([program = '', ...args]: readonly string[]): Promise<CommandHost> {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: OWN_GROUP });
    const watched = new WatchedChild(child);
    try {
      await once(child, 'spawn');
    } catch (cause) {
      const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
      throw new ToolrigError(
        'ERR_TARGET',
        `'${program}' cannot be started: ${isMissing ? 'there is no such program' : messageOf(cause)}`,
        { cause },
      );
    }
    return new CommandHost(watched);
  }

  /** For the stdio connection. */
  get process(): PipedProcess {
    return this.#child.process;
  }

  get pid(): number {
    return this.process.pid ?? -1;
  }

  /** Settles when the process has ended and its pipes are closed. */
  get exited(): Promise<ChildExit> {
    return this.#child.exited;
  }

  get hasEnded(): boolean {
    return this.#child.hasEnded;
  }

  describeExit(): string {
    return this.#child.describeExit();
  }

  /** Whatever may tell why it does not speak MCP: what it wrote to stderr, or printed where messages belong. */
  get lastWords(): string {
    const { stderrTail } = this.#child;
    if (stderrTail !== '') return stderrTail;
    const printed = this.#firstOutput.trim();
    return printed === '' || printed.startsWith('{')
      ? ''
      : `it printed, where only messages belong: ${printed}`;
  }

  /**
   * Closes its stdin, and kills it and its group when it has not ended within `timeoutMs`. Idempotent.
   *
   * @param options.timeoutMs - Default: 2,000.
   */
  stop(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#stopping ??= this.#stop(options.timeoutMs ?? 2_000);
    return this.#stopping;
  }

  async #stop(timeoutMs: number): Promise<void> {
    this.process.stdin.end();
    const over = new AbortController();
    const late = async (signal: NodeJS.Signals, afterMs: number) => {
      await sleep(afterMs, undefined, { signal: over.signal }).catch(() => {}); // it has ended
      if (!over.signal.aborted) this.#kill(signal);
    };
    const killing = [late('SIGTERM', timeoutMs / 2), late('SIGKILL', timeoutMs)];
    await this.exited;
    over.abort();
    await Promise.all(killing);
    this.#kill('SIGKILL'); // what its launcher has left behind
    process.off('exit', this.#onExit);
  }

  #kill(signal: NodeJS.Signals): void {
    try {
      process.kill(OWN_GROUP ? -this.pid : this.pid, signal);
    } catch {
      // There is nobody left.
    }
  }
}
