/**
 * SIGINT and SIGTERM for a program that serves: the first asks it to drain, the second ends it at
 * once with the exit code that a shell expects of that signal.
 */

import { onStopSignals, type StopSignal } from '../../core/stop-signals.ts';
import { stderr } from '../streams.ts';

export interface StopRequest {
  /** Resolves with the first signal. */
  readonly asked: Promise<StopSignal>;
  /** Gives the signals back. */
  release(): void;
}

/** 128 and the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Listens until released. */
export function listenForStop(): StopRequest {
  let ask: (signal: StopSignal) => void = () => {};
  const asked = new Promise<StopSignal>((resolve) => {
    ask = resolve;
  });
  const release = onStopSignals({
    onAsked(signal) {
      stderr('toolrig: draining (again to end at once)\n');
      ask(signal);
    },
    onInsisted: (signal) => process.exit(EXIT_CODES[signal]),
  });
  return { asked, release };
}
