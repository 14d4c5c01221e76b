/**
 * What is wrong with the options of a call, said before it is made. A misspelled key would be ignored
 * in silence, and a value of another kind fail later, in a timer or in the middle of the service,
 * where nobody waits for it: a controller in the place of its signal is easily passed.
 *
 * It walks the keys that are there: most calls have one or none.
 */

import { inspect } from 'node:util';
import { ToolrigError } from '../../core/errors.ts';
import { didYouMean } from '../../core/nearest.ts';
import type { CallOptions } from './call-context.ts';
import { cancelled, invalidTimeout } from './call-errors.ts';

export const CALL_OPTION_KEYS = [
  'timeoutMs',
  'signal',
  'progressToken',
  'onProgress',
  'meta',
  'requestId',
] as const satisfies (keyof CallOptions)[];

/** What is wrong with the options of a call before it is made, or nothing. */
export function objectionTo(service: string, options: CallOptions): ToolrigError | undefined {
  if (typeof options !== 'object' || options === null) {
    return invalid('the options of a call must be an object, as { timeoutMs: 500 }', options);
  }
  // One comparison for the key that nearly all of them have; the others are looked at in turn.
  for (const key in options) {
    if (key === 'timeoutMs') continue;
    const objection = objectionToKey(key, options);
    if (objection !== undefined) return objection;
  }
  const { timeoutMs, signal } = options;
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs > 0)) {
    return invalidTimeout(timeoutMs);
  }
  return signal?.aborted === true ? cancelled(service, signal.reason) : undefined;
}

function objectionToKey(key: string, options: CallOptions): ToolrigError | undefined {
  const value: unknown = options[key as keyof CallOptions];
  const isGiven = value !== undefined;
  switch (key) {
    case 'signal': {
      // By what is asked of it: one of another realm is no instance of ours.
      const listen = (value as AbortSignal | null | undefined)?.addEventListener;
      if (!isGiven || typeof listen === 'function') return undefined;
      return invalid("signal must be an AbortSignal, as a controller's signal", value);
    }
    case 'progressToken':
      if (!isGiven || typeof value === 'string' || typeof value === 'number') return undefined;
      return invalid('progressToken must be a string or a number', value);
    case 'onProgress':
      if (!isGiven || typeof value === 'function') return undefined;
      return invalid('onProgress must be a function', value);
    case 'meta':
      if (!isGiven || typeof value === 'object') return undefined;
      return invalid('meta must be an object', value);
    case 'requestId':
      if (!isGiven || typeof value === 'string') return undefined;
      return invalid('requestId must be a string', value);
    default:
      return new ToolrigError(
        'ERR_INVALID_OPTION',
        `the options of a call have an unknown key '${key}'.${didYouMean(key, CALL_OPTION_KEYS)}`,
      );
  }
}

function invalid(expected: string, given: unknown): ToolrigError {
  return new ToolrigError('ERR_INVALID_OPTION', `${expected}, got ${inspect(given, { depth: 0 })}`);
}
