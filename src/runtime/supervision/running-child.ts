/**
 * The port between a supervisor and whatever it supervises: a service, a thread, a process, a
 * function of this isolate, another supervisor.
 *
 * A supervisor tells one incarnation of a child from the next by the identity of this object, as
 * OTP does by pid.
 */

import { inspect } from 'node:util';
import { ToolrigError } from '../../core/errors.ts';
import type { ChildNode } from './child-node.ts';
import type { ExitReason } from './exit-reason.ts';

export interface RunningChild {
  /** Resolves with the reason once it has ended and cleaned up; never rejects. */
  readonly exited: Promise<ExitReason>;
  /** Asks it to end, in its own time. Returns at once. Asking again changes nothing. */
  shutdown(reason: ExitReason): void;
  /** Ends it without asking. Returns at once; `exited` must resolve soon after, whatever it does. */
  kill(): void;
  /**
   * Of a supervisor: ends it with everything beneath it, now. Its `kill` is OTP's, which lets
   * supervisors beneath it stop their children first.
   */
  killTree?(): void;
  /** What the start wishes to tell whoever asked for it. */
  readonly info?: unknown;
  /** Of a supervisor: what runs beneath it. */
  tree?(): ChildNode;
}

/** `'ignore'`: nothing to run, and that is no failure. */
export type StartResult = RunningChild | 'ignore';

/**
 * Checks what a start has returned.
 *
 * @throws `ERR_INVALID_OPTION` for what is neither a running child nor `'ignore'`
 */
export function requireStarted(value: StartResult): StartResult {
  const child = value as Partial<RunningChild> | 'ignore' | null | undefined;
  if (child === 'ignore') return child;
  const isRunning =
    typeof child?.exited?.then === 'function' &&
    typeof child.shutdown === 'function' &&
    typeof child.kill === 'function';
  if (isRunning) return value;
  throw new ToolrigError(
    'ERR_INVALID_OPTION',
    `start must return a running child (exited, shutdown, kill) or 'ignore', got ${inspect(value, { depth: 0 })}`,
  );
}

/**
 * Starts a child; returns once it is ready, throws when it cannot start.
 *
 * @param signal - fires when the supervisor is killed: a start that still runs should give up then.
 *   What it returns later is killed at once.
 */
export type StartChild = (signal: AbortSignal) => StartResult | Promise<StartResult>;
