/** From the way a thread or a process ended to the reason a supervisor goes by. */

import type { ExitReason } from './exit-reason.ts';

export interface ExitStatus {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly signal?: NodeJS.Signals | null;
  /** What was thrown and not caught, of a thread. */
  readonly thrown?: unknown;
  /** Whether it was asked to stop before. */
  readonly wasAsked: boolean;
  /** Whether its supervisor ended it by force. */
  readonly wasKilled: boolean;
}

/** Reasons for exit codes other than 0. Default of each: an `Error` that names the code. */
export type ExitReasons = Readonly<Record<number, ExitReason>>;

/** A thread or a process ended with a status that means failure. */
class ExitError extends Error {
  override readonly name = 'ExitError';
}

export function reasonOfStatus(status: ExitStatus, reasons: ExitReasons = {}): ExitReason {
  const { code, signal, thrown, wasAsked, wasKilled } = status;
  if (thrown !== undefined) return thrown;
  if (wasKilled || signal === 'SIGKILL') return 'killed';
  if (code === 0) return wasAsked ? 'shutdown' : 'normal';
  if (code === null) {
    return signal === 'SIGTERM' && wasAsked
      ? 'shutdown'
      : new ExitError(`it was ended by ${signal ?? 'an unknown signal'}`);
  }
  return Object.hasOwn(reasons, code)
    ? reasons[code]
    : new ExitError(`it ended with exit code ${code}`);
}
