/**
 * A child process as a supervised child, Node or not. It is asked to stop by SIGTERM and killed by
 * SIGKILL, which ends it whatever it does.
 */

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { isReadyMessage } from './child-messages.ts';
import type { ExitReason } from './exit-reason.ts';
import { type ExitReasons, reasonOfStatus } from './exit-status.ts';
import type { RunningChild, StartChild, StartResult } from './running-child.ts';
import { type ExternalChildOptions, readyBeforeExit } from './thread-child.ts';

/** The longest to wait for the IPC channel of a process that has ended; others may hold it open. */
const CHANNEL_MS = 100;

class ProcessChild implements RunningChild {
  readonly exited: Promise<ExitReason>;
  info: unknown = undefined;
  readonly #process: ChildProcess;
  #wasAsked = false;

  constructor(process: ChildProcess, exitReasons: ExitReasons | undefined) {
    this.#process = process;
    this.exited = new Promise((resolve) => {
      // Not spawned at all; there will be no 'exit'. Later ones are about signals and messages.
      process.on('error', (error) => {
        if (process.pid === undefined) resolve(error);
      });
      process.once('exit', (code, signal) => {
        const status = { code, signal, wasAsked: this.#wasAsked, wasKilled: false };
        resolve(reasonOfStatus(status, exitReasons));
      });
    });
  }

  shutdown(): void {
    this.#wasAsked = true;
    this.#process.kill('SIGTERM');
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }
}

/** Its end may be heard of before what it has said: that is so until the channel has closed. */
async function lastWord(process: ChildProcess, child: RunningChild): Promise<ExitReason> {
  const reason = await child.exited;
  if (process.connected) await Promise.race([once(process, 'disconnect'), setTimeout(CHANNEL_MS)]);
  return reason;
}

/**
 * The start of a child that is a process: `processChild(() => spawn('nats-server', ['-p', '4222']))`.
 *
 * With `ready: 'message'` it needs an IPC channel, as `fork` makes one. It fails when the process
 * cannot be spawned or ends before it is ready.
 */
export function processChild(
  spawn: () => ChildProcess,
  options: ExternalChildOptions = {},
): StartChild {
  const { ready = 'spawn', exitReasons } = options;
  return async (signal) => {
    const process = spawn();
    const child = new ProcessChild(process, exitReasons);
    const isReady = new Promise<StartResult>((resolve) => {
      if (ready === 'spawn') process.once('spawn', () => resolve(child));
      const listener = (message: unknown): void => {
        if (!isReadyMessage(message)) return;
        process.off('message', listener);
        child.info = message.toolrig === 'ready' ? message.info : undefined;
        resolve(message.toolrig === 'ready' ? child : 'ignore');
      };
      if (ready === 'message') process.on('message', listener);
    });
    return readyBeforeExit(child, isReady, lastWord(process, child), signal);
  };
}
