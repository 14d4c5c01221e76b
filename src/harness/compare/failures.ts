/** Whether calls of a variant came to nothing, which leaves its figures without an equal. */

import type { VariantRecord } from '../results/run-record.ts';

/** What of a variant's record tells it. */
export type CallCounts = Pick<VariantRecord, 'failed' | 'failedAsExpected' | 'dropped'>;

/**
 * Why a variant's figures cannot be compared, or `undefined`. Calls that failed took another way than those
 * that are compared, and those that were dropped took none.
 */
export function failuresOf(counts: CallCounts): string | undefined {
  const { failed, failedAsExpected = 0, dropped = 0 } = counts;
  if (failed > failedAsExpected) return 'calls failed';
  return dropped > 0 ? 'calls were dropped' : undefined;
}
