/** The exit code of a run that has a record. */

import type { RunRecord } from '../harness/results/run-record.ts';
import { EXIT } from './exit-codes.ts';

/** A search that found no rate at all fails as a threshold does: its objective was kept by none. */
export function runExitCode(
  { validity, scenarios }: Pick<RunRecord, 'validity' | 'scenarios'>,
  wasInterrupted: boolean,
): number {
  if (wasInterrupted) return EXIT.interrupted;
  if (validity.verdict === 'invalid') return EXIT.invalid;
  const hasFailed = scenarios.some(
    ({ thresholds, variants }) =>
      thresholds.some(({ passed }) => !passed) ||
      variants.some(({ maxRate }) => maxRate?.ratePerSecond === 0),
  );
  return hasFailed ? EXIT.failed : EXIT.pass;
}
