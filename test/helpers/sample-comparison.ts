/** Two runs and their comparison, with everything in it that a renderer has to cope with. */

import { comparableRuns } from '../../src/harness/compare/compare-runs.ts';
import {
  type ComparisonReport,
  reportComparison,
  sideOf,
} from '../../src/harness/compare/comparison-report.ts';
import type { RunRecord, VariantRecord } from '../../src/harness/results/run-record.ts';
import { roundsOf } from './rounds.ts';
import { sampleRecord, sampleScenario, sampleVariant } from './sample-record.ts';

/** Around 1, as rounds scatter. */
const SCATTER = [1, 1.01, 0.99, 1.005, 0.995, 1.002, 0.998, 1.004, 0.996, 1.003];

interface Named {
  readonly scenario?: string;
  readonly variant?: string;
}

/** A run in which `native` takes `nsPerCall`; its scenario and variant may have any name. */
export function comparedRun(runId: string, nsPerCall: number, names: Named = {}): RunRecord {
  const { scenario = 'calculator-batch', variant = 'native' } = names;
  const native = scattered(variant, nsPerCall);
  // A percentile that nobody can tell anything of.
  const wild = native.rounds.map((round, index) => ({ ...round, p999: 1e3 * (1 + (index % 5)) }));
  return sampleRecord({
    runId,
    startedAt: '2026-11-22T15:30:12.250Z',
    validity: { verdict: 'valid', reasons: [] },
    scenarios: [
      sampleScenario(
        scenario,
        [{ ...native, rounds: wild }, scattered('json', 1_200_000 / nsPerCall)],
        {
          twin: {
            variant,
            rounds: wild.toReversed().map((each, index) => ({ ...each, round: index + 1 })),
          },
        },
      ),
      sampleScenario('no-twin', [scattered('native', nsPerCall)]),
    ],
  });
}

function scattered(variant: string, nsPerCall: number): VariantRecord {
  const rounds = roundsOf(SCATTER.map((each) => each * nsPerCall));
  // A clock that is quick enough to time single calls of it.
  return sampleVariant(variant, nsPerCall, { rounds, clockReadNs: 5 });
}

/**
 * Slower on `native`, faster on `json`, and nothing known of the scenario without a twin, of which the candidate
 * lacks a variant.
 */
export function sampleComparison(names: Named = {}): ComparisonReport {
  const whole = comparedRun('20261122-153012-ab12', 200, names);
  const gone = scattered(names.variant ?? 'stdio', 90_000);
  const baseline = {
    ...whole,
    scenarios: whole.scenarios.map((each) =>
      each.name === 'no-twin' ? { ...each, variants: [...each.variants, gone] } : each,
    ),
  };
  const candidate = comparedRun('20261123-090000-cd34', 220, names);
  return reportComparison(
    { baseline: sideOf(baseline), candidate: sideOf(candidate) },
    comparableRuns(baseline, candidate),
    { tolerance: 0.03 },
  );
}
