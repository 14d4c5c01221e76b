/**
 * A function of this isolate as a supervised child: it runs until it returns, throws, or its signal
 * fires and it heeds that.
 *
 * Nothing can interrupt JavaScript in its own thread. To kill such a child is to let it go: the
 * signal fires, its end is reported at once, and what it does afterwards is its own affair. A child
 * that may loop for ever belongs on a thread (thread-child.ts) or in a process (process-child.ts).
 */

import type { ExitReason } from './exit-reason.ts';
import type { RunningChild, StartChild } from './running-child.ts';

class InlineChild implements RunningChild {
  readonly exited: Promise<ExitReason>;
  readonly #stop = new AbortController();
  #announceExit: (reason: ExitReason) => void = () => {};

  constructor(run: (signal: AbortSignal) => unknown) {
    this.exited = new Promise((resolve) => {
      this.#announceExit = resolve;
    });
    void this.#live(run);
  }

  shutdown(reason: ExitReason): void {
    this.#stop.abort(reason);
  }

  kill(): void {
    this.#announceExit('killed');
    this.#stop.abort('killed');
  }

  async #live(run: (signal: AbortSignal) => unknown): Promise<void> {
    const { signal } = this.#stop;
    try {
      await run(signal);
      this.#announceExit(signal.aborted ? 'shutdown' : 'normal');
    } catch (thrown) {
      this.#announceExit(signal.aborted && isAbort(thrown, signal) ? 'shutdown' : thrown);
    }
  }
}

/** Whether what was thrown only says that the signal has fired. */
function isAbort(thrown: unknown, signal: AbortSignal): boolean {
  return thrown === signal.reason || (thrown instanceof Error && thrown.name === 'AbortError');
}

/**
 * The start of a child that runs a function: `{ id: 'poller', start: inlineChild(poll) }`.
 *
 * @param run - its return is the end of the child: `normal`, or `shutdown` when `signal` had fired.
 *   What it throws is the reason of its end, but for an `AbortError` after the signal.
 */
export function inlineChild(run: (signal: AbortSignal) => unknown): StartChild {
  return () => new InlineChild(run);
}
