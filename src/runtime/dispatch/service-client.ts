/**
 * What a caller of services wants beyond a single call: to try again, and to send many at once.
 *
 * It is built on `transport.call` alone, so it works the same over whatever offers that.
 */

import { availableParallelism } from 'node:os';
import { inspect } from 'node:util';
import { type Clock, SYSTEM_CLOCK } from '../../core/clock.ts';
import { ToolrigError } from '../../core/errors.ts';
import {
  requireArray,
  requireInteger,
  requireKnownKeys,
  requirePositive,
} from '../../core/options.ts';
import { Batch, type BatchCall, type CallOutcome } from './batch.ts';
import { callWithRetry, type RetryEnvironment, type RetryOptions } from './retry.ts';
import type { CallTransport } from './transport.ts';

export interface ServiceClientOptions {
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Source of jitter, a number in [0, 1). Default: `Math.random`. */
  readonly random?: () => number;
}

export interface BatchOptions {
  /** Calls in flight at the same time. Default: `os.availableParallelism()`. */
  readonly maxConcurrency?: number;
  /** Time allowed to each call from when it is sent, in ms. Default: 5,000. */
  readonly timeoutMs?: number;
  /** Cancels the calls in flight and those still to be sent: each settles with `ERR_CANCELLED`. */
  readonly signal?: AbortSignal;
}

const BATCH_KEYS = [
  'maxConcurrency',
  'timeoutMs',
  'signal',
] as const satisfies (keyof BatchOptions)[];

export class ServiceClient {
  readonly #transport: CallTransport;
  readonly #environment: RetryEnvironment;

  constructor(transport: CallTransport, options: ServiceClientOptions = {}) {
    const { clock = SYSTEM_CLOCK, random = Math.random } = options;
    this.#transport = transport;
    this.#environment = { clock, random };
  }

  /**
   * Calls a method, up to `attempts` times while it answers with `ERR_TIMEOUT`.
   *
   * A timed-out handler may have done its work: use it for calls that may happen twice.
   *
   * @throws (rejects) `ERR_RETRIES_EXHAUSTED` whose `cause` is the last timeout; `ERR_CANCELLED`
   *   as soon as the signal aborts, between attempts too; any other failure at once, as it came
   */
  callWithRetry(
    service: string,
    method: string,
    params?: unknown,
    options: RetryOptions = {},
  ): Promise<unknown> {
    return callWithRetry(this.#transport, this.#environment, service, method, params, options);
  }

  /**
   * Makes many calls, no more than `maxConcurrency` at a time.
   *
   * @returns how each call ended, in the order of `calls`; a failed call fails nothing but itself
   * @throws (rejects) `ERR_INVALID_OPTION` when an option or a call makes no sense, before any call
   *   is made
   */
  async batchCalls(
    calls: readonly BatchCall[],
    options: BatchOptions = {},
  ): Promise<CallOutcome[]> {
    const given: unknown = options; // the check would take its type away
    requireKnownKeys('the options', given, BATCH_KEYS);
    requireArray('calls', calls);
    calls.forEach(requireCall);
    const { maxConcurrency = availableParallelism(), ...callOptions } = options;
    requireInteger('maxConcurrency', maxConcurrency, 1);
    if (callOptions.timeoutMs !== undefined) requirePositive('timeoutMs', callOptions.timeoutMs);
    return new Batch(this.#transport, this.#environment.clock, calls, callOptions).run(
      maxConcurrency,
    );
  }
}

function requireCall(call: unknown, index: number): void {
  if (typeof call === 'object' && call !== null) return;
  throw new ToolrigError(
    'ERR_INVALID_OPTION',
    `calls[${index}] must be { service, method, params }, got ${inspect(call)}`,
  );
}
