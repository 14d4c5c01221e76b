/** What both kinds of supervisor can be told, checked once. */

import { ToolrigError } from '../../core/errors.ts';
import { requireInteger, requireOneOf, requirePositive } from '../../core/options.ts';
import type { AutoShutdown } from './child-spec.ts';
import { RestartWindow } from './restart-window.ts';
import type { ProcessOptions } from './supervisor-process.ts';

export const AUTO_SHUTDOWNS = [
  'never',
  'any_significant',
  'all_significant',
] as const satisfies AutoShutdown[];

export interface RestartLimits extends ProcessOptions {
  /** Restarts allowed within `maxSeconds`; one more, and the supervisor ends. Default: 3. */
  readonly maxRestarts?: number;
  /** Default: 5. */
  readonly maxSeconds?: number;
  /** Default: `'never'`. */
  readonly autoShutdown?: AutoShutdown;
}

export const LIMIT_KEYS = [
  'name',
  'clock',
  'logger',
  'maxRestarts',
  'maxSeconds',
  'autoShutdown',
] as const satisfies (keyof RestartLimits)[];

/** Runs a check and, when it refuses, says in the error's `data` which option it was. */
export function checkOption(option: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof ToolrigError)) throw error;
    throw new ToolrigError(error.code, error.message, { data: { option } });
  }
}

/** Throws `ERR_INVALID_OPTION`; its `data` is `{ option }`. */
export function checkLimits(options: RestartLimits): {
  readonly autoShutdown: AutoShutdown;
  readonly window: RestartWindow;
} {
  const { maxRestarts = 3, maxSeconds = 5, autoShutdown = 'never' } = options;
  checkOption('maxRestarts', () => requireInteger('maxRestarts', maxRestarts, 0));
  checkOption('maxSeconds', () => requirePositive('maxSeconds', maxSeconds));
  checkOption('autoShutdown', () => requireOneOf('autoShutdown', autoShutdown, AUTO_SHUTDOWNS));
  return { autoShutdown, window: new RestartWindow({ maxRestarts, windowMs: maxSeconds * 1_000 }) };
}
