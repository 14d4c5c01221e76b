/**
 * What a thread or a process may tell its supervisor, and a thread hears from it. A process is asked
 * to stop by SIGTERM.
 */

import { parentPort } from 'node:worker_threads';
import { ToolrigError } from '../../core/errors.ts';
import type { ExitReason } from './exit-reason.ts';

/** To a thread: end, please. */
export interface ShutdownMessage {
  readonly toolrig: 'shutdown';
  readonly reason: ExitReason;
}

/** From a child whose start waits for it: it can be used, or there is nothing for it to do. */
export type ReadyMessage =
  | { readonly toolrig: 'ready'; readonly info?: unknown }
  | { readonly toolrig: 'ignore' };

export function isReadyMessage(message: unknown): message is ReadyMessage {
  const kind = (message as { toolrig?: unknown } | null | undefined)?.toolrig;
  return kind === 'ready' || kind === 'ignore';
}

export function isShutdownMessage(message: unknown): message is ShutdownMessage {
  return (message as { toolrig?: unknown } | null | undefined)?.toolrig === 'shutdown';
}

/**
 * For the code of a supervised thread or child process: says that it is ready.
 *
 * @throws `ERR_INVALID_OPTION` where nobody listens
 */
export function tellReady(info?: unknown): void {
  tell({ toolrig: 'ready', info });
}

/** As {@link tellReady}, to say that there is nothing to do; it is to end by itself then. */
export function tellIgnore(): void {
  tell({ toolrig: 'ignore' });
}

function tell(message: ReadyMessage): void {
  if (parentPort !== null) parentPort.postMessage(message);
  else if (process.send !== undefined) process.send(message);
  else {
    throw new ToolrigError(
      'ERR_INVALID_OPTION',
      'there is no supervisor to tell: this is neither a thread nor a process with an IPC channel',
    );
  }
}

/** For the code of a supervised thread or child process: calls `stop` once it is asked to end. */
export function onShutdown(stop: (reason: ExitReason) => void): void {
  if (parentPort === null) {
    process.once('SIGTERM', () => stop('shutdown'));
    return;
  }
  const port = parentPort;
  const listener = (message: unknown): void => {
    if (!isShutdownMessage(message)) return;
    port.off('message', listener);
    stop(message.reason);
  };
  port.on('message', listener);
}
