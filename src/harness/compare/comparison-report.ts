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

/** What is wrong with a comparison as a whole, whatever its figures. */
export interface ComparisonProblem {
  /** `failure`: the candidate lacks something, or does not do it; `error`: nothing can be concluded. */
  readonly kind: 'failure' | 'error';
  readonly text: string;
}

export interface ComparisonReport {
  readonly baseline: ComparedSide;
  readonly candidate: ComparedSide;
  /** The largest change that does not matter: 0.03 is 3 %. */
  readonly tolerance: number;
  /** Share of intervals that hold the true ratio. Default: 0.95. */
  readonly confidence?: number;
  /** `regressed` when anything is, else `inconclusive` when anything is, is missing or broken, else whether anything improved. */
  readonly verdict: Verdict;
  readonly problems: readonly ComparisonProblem[];
  readonly warnings: readonly string[];
  readonly subjects: readonly SubjectComparison[];
}

/** Compares what may be compared, and puts the outcome together. */
export function reportComparison(
  sides: Pick<ComparisonReport, 'baseline' | 'candidate'>,
  { subjects, missing, broken, warnings }: Comparable,
  options: SuiteOptions & { readonly tolerance: number },
): ComparisonReport {
  const compared = compareSuite(subjects, options);
  return {
    ...sides,
    tolerance: options.tolerance,
    verdict: overallVerdict(compared, missing.length + broken.length > 0),
    problems: [...missing, ...broken].map((text) => ({ kind: 'failure', text })),
    warnings,
    subjects: compared,
  };
}

/** A run as one side of a comparison. */
export function sideOf({ runId, startedAt, environment }: RunRecord): ComparedSide {
  return { name: runId, startedAt, gitCommit: environment.gitCommit };
}

function overallVerdict(subjects: readonly SubjectComparison[], isIncomplete: boolean): Verdict {
  const verdicts = new Set(
    subjects.flatMap(({ metrics }): Verdict[] =>
      metrics.length === 0 ? ['inconclusive'] : metrics.map(({ verdict }) => verdict),
    ),
  );
  if (isIncomplete) verdicts.add('inconclusive');
  const worst = (['regressed', 'inconclusive', 'improved', 'unchanged'] as const).find((verdict) =>
    verdicts.has(verdict),
  );
  return worst ?? 'inconclusive'; // nothing was compared
}
