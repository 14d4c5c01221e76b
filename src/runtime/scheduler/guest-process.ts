/**
 * A child process that hosts one service, as the host holds it. Nothing that the service does to
 * its own process reaches this one: at worst the socket between them ends.
 *
 * A limit on memory is one on resident size, beyond what Node takes for itself. It is looked at
 * every few milliseconds, and the process is killed as soon as it has exceeded it; V8's own limit
 * is set a little above, so that what grows faster than anybody looks ends by itself.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Clock, ClockTimer } from '../../core/clock.ts';
import { GuestConnection } from './guest-connection.ts';
import type { GuestPlace } from './remote-service.ts';
import { residentBytes } from './resident-memory.ts';
import { SocketLink } from './socket-link.ts';

const PROCESS_MAIN = fileURLToPath(new URL('./process-main.js', import.meta.url));
/** Between two looks at its memory. */
const MEMORY_WATCH_MS = 20;
const MIB = 2 ** 20;
/** What Node and Toolrig take before the service is there; measured 75 MiB. */
const RUNTIME_BYTES = 80 * MIB;
/** Time in which a process whose services have gone ends by itself, and its link after it. */
const EXIT_GRACE_MS = 1_000;
const NO_DESCRIPTORS =
  'no process can be started: too many files are open (EMFILE). Close some, or allow more: ulimit -n';

export interface GuestProcessOptions {
  readonly clock: Clock;
  /** Resident size beyond Node's own at which it is killed. Default: none. */
  readonly memoryLimitBytes?: number | undefined;
  readonly onExit: (guest: GuestProcess) => void;
}

/** Killed with this process, however it ends; only SIGKILL cannot see to that. */
const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

export class GuestProcess implements GuestPlace {
  readonly placement = 'process';
  readonly connection: GuestConnection;
  /** Settles when the process has ended. */
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  #exitReason: unknown = undefined;
  #linkReason: unknown = undefined;
  #memoryTimer: ClockTimer | undefined = undefined;

  constructor(options: GuestProcessOptions) {
    const { clock, memoryLimitBytes, onExit } = options;
    this.#clock = clock;
    const child = spawn(process.execPath, [...heapLimit(memoryLimitBytes), PROCESS_MAIN], {
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    });
    // There is no 'exit' of a process that is not started, and no 'close' that anybody may wait for.
    child.on('error', (error) => {
      this.#exitReason ??= error;
    });
    if (!hasStreams(child)) throw new Error(NO_DESCRIPTORS);
    this.#child = child;
    living.add(child);
    this.connection = new GuestConnection(() => this.#letGo());
    const socket = child.stdio[3] as Socket;
    const link = new SocketLink(socket, {
      onFrame: (kind, id, route, value) => this.connection.onFrame(kind, id, route, value),
      onClose: (reason) => this.#onLinkClose(reason),
    });
    this.connection.connect(link);
    child.unref();
    // Of a process that has ended its last words remain to be read, by a socket that keeps this one
    // alive for nobody. They have no end where a process of its own has inherited the link.
    const lastWords = clock.createTimer(EXIT_GRACE_MS, () => socket.destroy());
    child.once('exit', () => lastWords.start());
    this.exited = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        living.delete(child);
        lastWords.stop();
        this.#memoryTimer?.stop();
        link.close();
        onExit(this);
        const how = signal === null ? `exited with code ${code}` : `was killed by ${signal}`;
        const ended = new Error(`its process ${how}`, { cause: this.#linkReason });
        this.connection.onClose(this.#exitReason ?? ended);
        resolve();
      });
    });
    if (memoryLimitBytes !== undefined) this.#watchMemory(memoryLimitBytes);
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get description(): string {
    return `process ${this.pid}`;
  }

  /** Ends the process at once, whatever it is doing. Idempotent. */
  async terminate(reason: unknown): Promise<void> {
    this.#exitReason ??= reason;
    this.#child.ref(); // somebody waits for its end
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  forceExit(): void {
    void this.terminate('killed');
  }

  /** Its service has gone: so may it. */
  #letGo(): void {
    this.connection.close();
    this.#expectExit();
  }

  /** The end of the process, which follows, says more; unless it is the link that is corrupt. */
  #onLinkClose(reason: unknown): void {
    this.#linkReason = reason;
    this.#expectExit();
  }

  #expectExit(): void {
    // Without a link nothing else keeps this process alive until those who wait have heard of the end.
    this.#child.ref();
    const limit = this.#clock.createTimer(EXIT_GRACE_MS, () => this.#child.kill('SIGKILL'));
    limit.start();
    limit.keepAlive(false);
    void this.exited.then(() => limit.stop());
  }

  #watchMemory(limitBytes: number): void {
    const timer = this.#clock.createTimer(MEMORY_WATCH_MS, () => void look());
    const look = async (): Promise<void> => {
      const bytes = await residentBytes(this.pid);
      if (!living.has(this.#child)) return; // it has ended meanwhile, and the timer with it
      if (bytes !== undefined && bytes > limitBytes + RUNTIME_BYTES) {
        const used = `${Math.round((bytes - RUNTIME_BYTES) / MIB)} MiB`;
        const allowed = `${Math.round(limitBytes / MIB)} MiB`;
        await this.terminate(new Error(`it used ${used} of memory, its limit is ${allowed}`));
        return;
      }
      timer.start();
      timer.keepAlive(false);
    };
    this.#memoryTimer = timer;
    timer.start();
    timer.keepAlive(false);
  }
}

/** Where this process has no descriptor left, Node gives a child without any streams. */
function hasStreams({ stdio }: { readonly stdio?: ChildProcess['stdio'] }): boolean {
  return stdio !== undefined;
}

/** V8 ends the process by itself a little above the limit. */
function heapLimit(memoryLimitBytes: number | undefined): string[] {
  if (memoryLimitBytes === undefined) return [];
  return [`--max-old-space-size=${Math.max(64, Math.ceil((memoryLimitBytes * 1.25) / MIB))}`];
}
