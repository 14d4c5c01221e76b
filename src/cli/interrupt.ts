/**
 * Ctrl-C: the first one asks the run to end and keeps what was measured, the second ends the
 * program at once.
 */

import { EXIT } from './exit-codes.ts';
import { endAtOnce } from './run-guard.ts';
import { stderr } from './streams.ts';

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Gives Ctrl-C back. */
  release(): void;
}

/** Listens for SIGINT and SIGTERM until released. */
export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) endAtOnce(EXIT.interrupted);
    stderr('\ntoolrig: stopping; what was measured is kept (again to end at once)\n');
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    release() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
