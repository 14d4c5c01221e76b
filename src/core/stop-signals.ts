/**
 * SIGINT and SIGTERM, as people mean them: the first asks to stop, a later one insists. One press of Ctrl-C may
 * arrive as several signals: the terminal tells all of a group, and npm, npx and `timeout` pass on what they were told.
 */

import { type Clock, SYSTEM_CLOCK } from './clock.ts';

export interface StopSignalHandlers {
  onAsked(signal: StopSignal): void;
  onInsisted(signal: StopSignal): void;
}

export type StopSignal = 'SIGINT' | 'SIGTERM';

/** For so long after the first signal another is the same wish, said twice. */
const ECHO_MS = 500;
const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];

/**
 * Listens until undone.
 *
 * @returns undoes it: no handler is called any more, and once echoes of a signal are over, the signals have Node's own effect again
 */
export function onStopSignals(
  { onAsked, onInsisted }: StopSignalHandlers,
  clock: Clock = SYSTEM_CLOCK,
): () => void {
  let state: 'listening' | 'echoing' | 'asked' = 'listening';
  let isUndone = false;
  const listener = (signal: StopSignal): void => {
    if (isUndone || state === 'echoing') return;
    if (state === 'asked') return onInsisted(signal);
    state = 'echoing';
    echoes.start();
    echoes.keepAlive(false);
    onAsked(signal);
  };
  // Where the loop stood still meanwhile, an echo is read after timers have fired: it is let by before.
  const echoes = clock.createTimer(ECHO_MS, () => setImmediate(endEchoes).unref());
  const endEchoes = (): void => {
    state = 'asked';
    if (isUndone) unlisten();
  };
  const unlisten = (): void => {
    for (const signal of SIGNALS) process.off(signal, listener);
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  return () => {
    isUndone = true;
    if (state !== 'echoing') unlisten();
  };
}
