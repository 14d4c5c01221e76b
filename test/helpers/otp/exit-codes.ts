/**
 * Threads and processes end with a number; here the reasons of a replay have one each. What they
 * mean is told to `threadChild` and `processChild` by their `exitReasons`.
 */

import { toReason } from './actor.ts';
import type { Term } from './scenario.ts';

/** Of an uncaught error in a process. */
const CRASH_CODE = 1;
const FIRST_CODE = 10;

/** Grows as reasons appear, so that a child that runs already may end with a new one. */
export const EXIT_REASONS: Record<number, unknown> = { [CRASH_CODE]: 'crash' };

const codes = new Map<string, number>();

/** The exit code that means `reason`, of a child that nobody has asked to stop. */
export function exitCodeOf(reason: Term): number {
  return reason === 'normal' ? 0 : codeOf(reason);
}

/** Of one that was: 0 means `shutdown` then. */
export function stopCodeOf(reason: Term): number {
  return reason === 'shutdown' ? 0 : codeOf(reason);
}

function codeOf(reason: Term): number {
  const key = JSON.stringify(reason);
  const known = codes.get(key);
  if (known !== undefined) return known;
  const code = FIRST_CODE + codes.size;
  if (code > 255) throw new RangeError('there are more reasons than exit codes');
  codes.set(key, code);
  EXIT_REASONS[code] = toReason(reason);
  return code;
}
