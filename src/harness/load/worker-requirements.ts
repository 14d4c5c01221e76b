/** What calls from several threads ask of variants and scenario, before anything starts. */

import { ToolrigError } from '../../core/errors.ts';
import type { Scenario } from './scenario.ts';
import type { Reach, Variant } from './target.ts';

/** Why calls of one server cannot come from several threads. */
const UNSHARED: Readonly<Record<Exclude<Reach, 'network'>, string>> = {
  thread: 'its services are called through the thread that started them',
  pipe: 'its server has one pipe, for one client: workers would measure as many servers as they are',
};

/**
 * Checks that so many workers can share the calls of a scenario.
 *
 * @throws `ERR_USAGE` for a variant whose server is not one for all threads, and for a scenario that
 *   a thread cannot load
 */
export function requireShareable(
  { name, module }: Scenario,
  variants: readonly Variant[],
  workers: number,
): void {
  if (workers === 1) return;
  for (const variant of variants) {
    const { reach = 'thread' } = variant;
    if (reach === 'network') continue;
    throw new ToolrigError(
      'ERR_USAGE',
      `variant '${variant.name}' cannot be called by ${workers} workers: ${UNSHARED[reach]}. ` +
        'Leave out --workers, or name variants whose server is reached over the network, as http',
    );
  }
  if (module !== undefined) return;
  throw new ToolrigError(
    'ERR_USAGE',
    `scenario '${name}' was not loaded from a module, so that workers cannot load it: leave out --workers`,
  );
}
