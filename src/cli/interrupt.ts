/**
 * Ctrl-C: the first one asks the run to end and keeps what was measured, the second ends the
 * program at once.
 */

import { onStopSignals } from '../core/stop-signals.ts';
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
  const release = onStopSignals({
    onAsked() {
      stderr('\ntoolrig: stopping; what was measured is kept (again to end at once)\n');
      controller.abort();
    },
    onInsisted: () => endAtOnce(EXIT.interrupted),
  });
  return { signal: controller.signal, release };
}
