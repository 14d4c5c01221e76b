/**
 * Many calls at once, with a bound on how many are in flight.
 *
 *   calls ──▶ next ──▶ lane 1 … lane n ──▶ outcomes, each at the index of its call
 *
 * A lane is one async function that takes the next call when its last one has settled: nothing
 * is made for each call but its outcome. Synchronous services settle in microtasks, so a large
 * batch would keep timers and sockets waiting until it is through; the lanes therefore let the
 * event loop turn every few milliseconds.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../core/clock.ts';
import type { ToolrigError } from '../../core/errors.ts';
import type { CallOptions } from './call-context.ts';
import { withQuietSignal } from './quiet-signal.ts';
import type { CallTransport } from './transport.ts';

/** One call of a batch. */
export interface BatchCall {
  readonly service: string;
  readonly method: string;
  readonly params?: unknown;
}

/** How one call of a batch ended. */
export type CallOutcome =
  | { readonly status: 'fulfilled'; readonly value: unknown }
  | { readonly status: 'rejected'; readonly error: ToolrigError };

/** Longest stretch of work between two turns of the event loop. */
const MAX_STRETCH_MS = 5;
/** Calls between two looks at the clock, a power of two: a look costs a fifth of a native call. */
const CALLS_PER_LOOK = 32;

export class Batch {
  readonly #transport: CallTransport;
  readonly #clock: Clock;
  readonly #calls: readonly BatchCall[];
  readonly #options: CallOptions;
  readonly #outcomes: CallOutcome[];
  #next = 0;
  #stretchStartedMs: number;
  /** The turn that all lanes wait for; `undefined` while they may go on. */
  #turn: Promise<void> | undefined = undefined;

  constructor(
    transport: CallTransport,
    clock: Clock,
    calls: readonly BatchCall[],
    options: CallOptions,
  ) {
    this.#transport = transport;
    this.#clock = clock;
    this.#calls = calls;
    this.#options = withQuietSignal(options);
    this.#outcomes = Array.from({ length: calls.length });
    this.#stretchStartedMs = clock.nowMs();
  }

  /** Makes all calls, `maxConcurrency` at a time; to be called once. */
  async run(maxConcurrency: number): Promise<CallOutcome[]> {
    const lanes = Math.min(maxConcurrency, this.#calls.length);
    await Promise.all(Array.from({ length: lanes }, () => this.#lane()));
    return this.#outcomes;
  }

  async #lane(): Promise<void> {
    while (this.#next < this.#calls.length) {
      const index = this.#next++;
      try {
        const { service, method, params } = this.#calls[index] as BatchCall;
        const value = await this.#transport.call(service, method, params, this.#options);
        this.#outcomes[index] = { status: 'fulfilled', value };
      } catch (error) {
        // A transport rejects with nothing else.
        this.#outcomes[index] = { status: 'rejected', error: error as ToolrigError };
      }
      if (index % CALLS_PER_LOOK === 0) this.#look();
      if (this.#turn !== undefined) await this.#turn;
    }
  }

  #look(): void {
    if (this.#turn !== undefined) return;
    if (this.#clock.nowMs() - this.#stretchStartedMs < MAX_STRETCH_MS) return;
    this.#turn = this.#waitForTurn();
  }

  async #waitForTurn(): Promise<void> {
    await nextTurn();
    this.#turn = undefined;
    this.#stretchStartedMs = this.#clock.nowMs();
  }
}
