/**
 * A comparison as a whole: what was compared, how it came out, and what is to be known about it.
 * Every format of a comparison is rendered from this value; as JSON, it is what
 * `toolrig compare --json` prints.
 */

import type { RunRecord, Verdict } from '../results/run-record.ts';
import type { Comparable } from './compare-runs.ts';
import { compareSuite, type SubjectComparison, type SuiteOptions } from './suite.ts';

/** One of the two things that were compared. */
export interface ComparedSide {
  /** What to call it: a run's id, or a revision. */
  readonly name: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly gitCommit: string | null;
}

export interface ComparisonReport {
  readonly baseline: ComparedSide;
  readonly candidate: ComparedSide;
  /** The largest change that does not matter: 0.03 is 3 %. */
  readonly tolerance: number;
  /** Share of intervals that hold the true ratio. Default: 0.95. */
  readonly confidence?: number;
  /** `regressed` when anything is, else `inconclusive` when anything is, else whether anything improved. */
  readonly verdict: Verdict;
  readonly warnings: readonly string[];
  readonly subjects: readonly SubjectComparison[];
}

/** Compares what may be compared, and puts the outcome together. */
export function reportComparison(
  sides: Pick<ComparisonReport, 'baseline' | 'candidate'>,
  { subjects, warnings }: Comparable,
  options: SuiteOptions & { readonly tolerance: number },
): ComparisonReport {
  const compared = compareSuite(subjects, options);
  return {
    ...sides,
    tolerance: options.tolerance,
    verdict: overallVerdict(compared),
    warnings,
    subjects: compared,
  };
}

/** A run as one side of a comparison. */
export function sideOf({ runId, startedAt, environment }: RunRecord): ComparedSide {
  return { name: runId, startedAt, gitCommit: environment.gitCommit };
}

function overallVerdict(subjects: readonly SubjectComparison[]): Verdict {
  const verdicts = new Set(
    subjects.flatMap(({ metrics }): Verdict[] =>
      metrics.length === 0 ? ['inconclusive'] : metrics.map(({ verdict }) => verdict),
    ),
  );
  const worst = (['regressed', 'inconclusive', 'improved', 'unchanged'] as const).find((verdict) =>
    verdicts.has(verdict),
  );
  return worst ?? 'inconclusive'; // nothing was compared
}
