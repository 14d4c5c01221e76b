/** Calls of a round that succeeded: failed ones make nothing faster. */

import type { RoundRecord } from './run-record.ts';

/** How many succeeded, or 1 where none did, so that a time per call is finite: it was at least the whole round. */
export function succeededIn({ calls, failed }: Pick<RoundRecord, 'calls' | 'failed'>): number {
  return Math.max(1, calls - failed);
}
