/**
 * The parent's side of a child process that serves MCP: start, usage, stop, and the end.
 *
 * Beside the protocol's own way (stdio or HTTP) parent and child have an IPC channel, for things
 * that must not be on the measured path: readiness, what the process has used, and the end of the
 * parent, at which the child ends too.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ToolrigError } from '../core/errors.ts';
import type {
  ChildConfig,
  ChildMode,
  ChildReport,
  ChildRequest,
  ChildUsage,
} from './child-config.ts';
import { type ChildExit, type PipedProcess, WatchedChild } from './watched-child.ts';

const CHILD_MAIN = fileURLToPath(new URL('./child-main.js', import.meta.url));

export interface ChildHostOptions extends ChildConfig {
  /** Time allowed until the child has started its services, in ms. Default: 10,000. */
  readonly startTimeoutMs?: number;
}

interface UsageWaiter {
  resolve(usage: ChildUsage): void;
  reject(error: ToolrigError): void;
}

export class ChildHost {
  readonly mode: ChildMode;
  readonly #child: WatchedChild;
  #port: number | undefined;
  #stopping: Promise<void> | undefined;
  /** What it hosts, for the message when it ends before it can say so itself. */
  readonly #hosted: string;
  readonly #usageWaiters: UsageWaiter[] = [];

  private constructor({ mode, services }: ChildConfig) {
    this.mode = mode;
    this.#hosted = services
      .map(({ name, export: exported, module }) => `service '${name ?? exported}' from ${module}`)
      .join(', ');
    const child = spawn(process.execPath, [CHILD_MAIN, JSON.stringify({ mode, services })], {
      stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = new WatchedChild(child);
    // Nobody reads what an HTTP server prints, and a full pipe would stop it.
    if (mode === 'http') child.stdout?.resume();
    void this.exited.then(() => {
      for (const waiter of this.#usageWaiters.splice(0)) waiter.reject(this.#gone());
    });
  }

  /**
   * Starts a child and waits until its services have started.
   *
   * @throws `ERR_TARGET` with what the child said, when it does not come up in time; it is dead then
   */
  static async start(options: ChildHostOptions): Promise<ChildHost> {
    const { startTimeoutMs = 10_000 } = options;
    const host = new ChildHost(options);
    try {
      await host.#ready(startTimeoutMs);
    } catch (error) {
      await host.stop({ timeoutMs: 0 });
      throw error;
    }
    host.process.on('message', (report: ChildReport) => {
      if (report.type === 'usage') host.#usageWaiters.shift()?.resolve(report);
    });
    return host;
  }

  /** For the stdio connection. */
  get process(): PipedProcess {
    return this.#child.process;
  }

  /** Settles when the process has ended and its pipes are closed. */
  get exited(): Promise<ChildExit> {
    return this.#child.exited;
  }

  get pid(): number {
    return this.process.pid ?? -1;
  }

  /** Port on 127.0.0.1 that the child listens on; throws `ERR_TARGET` when its mode is not `http`. */
  get port(): number {
    if (this.#port !== undefined) return this.#port;
    throw new ToolrigError('ERR_TARGET', `a child in mode '${this.mode}' listens on no port`);
  }

  /** The last of what the child wrote to stderr. */
  get stderrTail(): string {
    return this.#child.stderrTail;
  }

  /** How the process ended, in words; that it runs, while it does. */
  describeExit(): string {
    return this.#child.describeExit();
  }

  /** What the process has used so far. Rejects with `ERR_TARGET` when it has ended. */
  usage(): Promise<ChildUsage> {
    return new Promise((resolve, reject) => {
      if (!this.process.connected) {
        reject(this.#gone());
        return;
      }
      // Answers come in the order of the questions.
      this.#usageWaiters.push({ resolve, reject });
      this.process.send({ type: 'usage' } satisfies ChildRequest, () => {}); // if it fails, `close` rejects the waiter
    });
  }

  /**
   * Asks the child to end, and kills it when it has not within `timeoutMs`. Idempotent.
   *
   * @param options.timeoutMs - Default: 2,000.
   */
  stop(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#stopping ??= this.#stop(options.timeoutMs ?? 2_000);
    return this.#stopping;
  }

  async #stop(timeoutMs: number): Promise<void> {
    // Not `disconnect()`: after it Node never emits `close`.
    if (this.process.connected)
      this.process.send({ type: 'stop' } satisfies ChildRequest, () => {});
    if (timeoutMs === 0) {
      this.process.kill('SIGKILL');
    } else {
      const timer = setTimeout(() => this.process.kill('SIGKILL'), timeoutMs);
      void this.exited.then(() => clearTimeout(timer));
    }
    await this.exited;
  }

  async #ready(startTimeoutMs: number): Promise<void> {
    const child = this.process;
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), startTimeoutMs);
    try {
      const outcome = await Promise.race([
        once(child, 'message', { signal: over.signal }).then(([report]) => report as ChildReport),
        this.exited.then(() => this.describeExit()),
      ]);
      if (typeof outcome === 'string') throw this.#failed(outcome, ` of ${this.#hosted}`);
      if (outcome.type === 'failed') throw this.#failed(outcome.message);
      if (outcome.type === 'ready') this.#port = outcome.port;
    } catch (error) {
      if (error instanceof ToolrigError) throw error;
      const late = `it was not ready within ${startTimeoutMs} ms`;
      throw this.#failed(over.signal.aborted ? late : String(error), ` of ${this.#hosted}`);
    } finally {
      clearTimeout(timer);
      over.abort();
    }
  }

  /** @param whose - where the reason does not name the service itself */
  #failed(reason: string, whose = ''): ToolrigError {
    const tail = this.stderrTail;
    return new ToolrigError(
      'ERR_TARGET',
      `the child process${whose} did not start: ${reason}${tail === '' ? '' : `\n${tail}`}`,
      { data: { reason, stderr: tail } },
    );
  }

  #gone(): ToolrigError {
    return new ToolrigError('ERR_TARGET', `the child process is gone: ${this.describeExit()}`);
  }
}
