/** What a list of runs shows of each: enough to find the one that is looked for. */

import type { RunRecord } from './run-record.ts';

export interface RunSummary {
  readonly runId: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly command: string;
  /** Names of the scenarios, without their cases. */
  readonly scenarios: readonly string[];
  readonly variants: readonly string[];
  readonly validity: 'valid' | 'suspect' | 'invalid';
  readonly thresholds: { readonly broken: number; readonly total: number };
  readonly gitCommit: string | null;
  readonly fingerprint: string;
}

/** The summary of a record. */
export function summaryOf(record: RunRecord): RunSummary {
  const { runId, startedAt, command, environment, validity, scenarios } = record;
  const thresholds = scenarios.flatMap((scenario) => scenario.thresholds);
  return {
    runId,
    startedAt,
    command,
    scenarios: [...new Set(scenarios.map(({ name }) => name.split('/')[0] as string))],
    variants: [
      ...new Set(scenarios.flatMap(({ variants }) => variants.map(({ variant }) => variant))),
    ],
    validity: validity.verdict,
    thresholds: {
      broken: thresholds.filter(({ passed }) => !passed).length,
      total: thresholds.length,
    },
    gitCommit: environment.gitCommit,
    fingerprint: environment.fingerprint,
  };
}
