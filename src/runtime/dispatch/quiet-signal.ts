/**
 * A caller's signal for many calls at a time: each that is in flight listens to it, more than Node takes
 * for sane without a warning. So they share one of their own.
 */

import { setMaxListeners } from 'node:events';
import type { CallOptions } from './call-context.ts';

/** The options with such a signal; as they are when they have none, or what is none. */
export function withQuietSignal<T extends CallOptions | undefined>(options: T): T {
  if (!(options?.signal instanceof AbortSignal)) return options;
  const signal = AbortSignal.any([options.signal]);
  setMaxListeners(0, signal);
  return { ...options, signal };
}
