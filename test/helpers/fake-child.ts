/** A supervised child that does what a test tells it, and remembers what it was asked. */

import type { ExitReason, RunningChild } from '../../src/runtime/index.ts';

export class FakeChild implements RunningChild {
  readonly exited: Promise<ExitReason>;
  readonly asked: string[] = [];
  readonly #obeys: boolean;
  #end: (reason: ExitReason) => void = () => {};

  /** @param obeys - whether it ends when it is asked to */
  constructor(obeys = true) {
    this.#obeys = obeys;
    this.exited = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  end(reason: ExitReason): void {
    this.#end(reason);
  }

  shutdown(reason: ExitReason): void {
    this.asked.push(`shutdown ${String(reason)}`);
    if (this.#obeys) this.#end(reason);
  }

  kill(): void {
    this.asked.push('kill');
    this.#end('killed');
  }
}
