/**
 * SIGINT and SIGTERM for a program that serves: the first asks it to drain, the second ends it at
 * once with the exit code that a shell expects of that signal.
 */

import { stderr } from '../streams.ts';

export interface StopRequest {
  /** Resolves with the first signal. */
  readonly asked: Promise<NodeJS.Signals>;
  /** Gives the signals back. */
  release(): void;
}

/** 128 and the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Listens until released. */
export function listenForStop(): StopRequest {
  let ask: (signal: NodeJS.Signals) => void = () => {};
  let isAsked = false;
  const asked = new Promise<NodeJS.Signals>((resolve) => {
    ask = resolve;
  });
  const onSignal = (signal: NodeJS.Signals) => {
    if (isAsked) process.exit(EXIT_CODES[signal as keyof typeof EXIT_CODES]);
    isAsked = true;
    stderr('toolrig: draining (again to end at once)\n');
    ask(signal);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    asked,
    release() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
