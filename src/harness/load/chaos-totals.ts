/**
 * What the calls of a chaos run came to: all of them, and window by window.
 *
 * Latencies are those of rightly answered calls alone. A call that a dead or full service refuses takes a
 * microsecond, and thousands of those would make a service look the faster the less of it there is.
 */

import { isCallErrorCode, messageOf, ToolrigError } from '../../core/errors.ts';
import { LatencyTally } from '../stats/latency-tally.ts';

/** A stretch of a run. Made before the run, since making one takes memory. */
export class LoadWindow {
  readonly latency = new LatencyTally();
  succeeded = 0;
  /** Calls that were answered with a wrong reply. */
  checksFailed = 0;
  /** Calls that were rejected. */
  rejected = 0;

  constructor() {
    this.latency.clear(); // writes every page of it, so that memory does not grow later
  }
}

/** All calls of a variant's run, from the first of the warm-up to the last. */
export class ChaosTotals {
  readonly errors = new Map<string, number>();
  succeeded = 0;
  checksFailed = 0;
  /** Rejected with a code that the scenario expects. */
  failedAsExpected = 0;
  /** What the first failure said that the scenario does not expect. */
  firstFailure: string | undefined;
  readonly #expected: ReadonlySet<string>;

  constructor(expected: readonly string[]) {
    this.#expected = new Set(expected);
  }

  wrongReply(operation: string, problem: string): void {
    this.checksFailed++;
    this.firstFailure ??= `${operation}: wrong reply: ${problem}`;
  }

  rejection(operation: string, thrown: unknown): void {
    const code =
      thrown instanceof ToolrigError && isCallErrorCode(thrown.code) ? thrown.code : 'ERR_UNKNOWN';
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
    if (this.#expected.has(code)) this.failedAsExpected++;
    else this.firstFailure ??= `${operation}: ${messageOf(thrown)}`;
  }
}
