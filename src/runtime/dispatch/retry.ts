/**
 * Trying a call again after its deadline passed, with a pause between the attempts.
 *
 * Only `ERR_TIMEOUT` is tried again: any other failure would come back the same. The handler of a
 * timed-out attempt may have done its work all the same, so retry only what may happen twice.
 */

import { type Clock, MAX_TIMER_MS } from '../../core/clock.ts';
import { ToolrigError } from '../../core/errors.ts';
import { requireAtLeast, requireInteger, requireKnownKeys } from '../../core/options.ts';
import type { CallOptions } from './call-context.ts';
import { cancelled } from './call-errors.ts';
import { CALL_OPTION_KEYS } from './call-objection.ts';
import type { CallTransport } from './transport.ts';

/** Options of {@link ServiceClient.callWithRetry}; `timeoutMs` is for each attempt. */
export interface RetryOptions extends CallOptions {
  /** Calls in all, the first included. Default: 3. */
  readonly attempts?: number;
  /** Pause before the second attempt, in ms. Default: 100. */
  readonly backoffMs?: number;
  /** Factor between one pause and the next. Default: 1, a fixed pause. */
  readonly growth?: number;
  /** Longest pause, in ms. Default: 5,000. */
  readonly maxBackoffMs?: number;
  /** Share of each pause, 0–1, that is cut at random, so that callers part company. Default: 0. */
  readonly jitterRatio?: number;
}

/** Where the pauses get their time and their randomness. */
export interface RetryEnvironment {
  readonly clock: Clock;
  /** A number in [0, 1), as `Math.random`. */
  readonly random: () => number;
}

const OPTION_KEYS = [
  'attempts',
  'backoffMs',
  'growth',
  'maxBackoffMs',
  'jitterRatio',
  ...CALL_OPTION_KEYS,
] as const satisfies (keyof RetryOptions)[];

/**
 * Calls until a reply comes, a failure is not worth another attempt, or the attempts are used up.
 *
 * @throws (rejects) `ERR_RETRIES_EXHAUSTED` with the last failure as `cause`; `ERR_CANCELLED` as
 *   soon as the caller's signal aborts, between attempts too; `ERR_INVALID_OPTION` for an option
 *   that is misspelled or makes no sense; any other failure as it came
 */
export async function callWithRetry(
  transport: CallTransport,
  environment: RetryEnvironment,
  service: string,
  method: string,
  params: unknown,
  options: RetryOptions,
): Promise<unknown> {
  const given: unknown = options; // the check would take its type away
  requireKnownKeys('the options', given, OPTION_KEYS);
  const {
    attempts = 3,
    backoffMs = 100,
    growth = 1,
    maxBackoffMs = 5_000,
    jitterRatio = 0,
    ...callOptions
  } = options;
  requireInteger('attempts', attempts, 1);
  requireAtLeast('backoffMs', backoffMs, 0);
  requireAtLeast('growth', growth, 1);
  requireAtLeast('maxBackoffMs', maxBackoffMs, 0, MAX_TIMER_MS);
  requireAtLeast('jitterRatio', jitterRatio, 0, 1);
  const { signal } = callOptions;
  for (let attempt = 1; ; attempt++) {
    try {
      return await transport.call(service, method, params, callOptions);
    } catch (error) {
      if (!(error instanceof ToolrigError && error.retryable)) throw error;
      if (attempt === attempts) throw retriesExhausted(service, method, attempts, error);
    }
    const pauseMs = Math.min(backoffMs * growth ** (attempt - 1), maxBackoffMs);
    await pause(environment.clock, pauseMs * (1 - jitterRatio * environment.random()), signal);
    if (signal?.aborted === true) throw cancelled(service, signal.reason);
  }
}

function retriesExhausted(
  service: string,
  method: string,
  attempts: number,
  cause: ToolrigError,
): ToolrigError {
  return new ToolrigError(
    'ERR_RETRIES_EXHAUSTED',
    `'${method}' of service '${service}' failed ${attempts} times in a row, the last time with: ` +
      cause.message,
    { cause, data: { service, method, attempts } },
  );
}

/** Resolves after `delayMs`, or as soon as `signal` aborts. */
function pause(clock: Clock, delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      timer.stop();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.createTimer(delayMs, end);
    signal?.addEventListener('abort', end, { once: true });
    timer.start();
  });
}
