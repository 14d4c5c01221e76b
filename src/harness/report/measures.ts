/**
 * Single figures, as programs that keep a history of them take them: what was measured, on what, and
 * its value, with what it was compared with where it was.
 */

import type { ComparisonReport } from '../compare/comparison-report.ts';
import { DEFAULT_METRICS, hasSuccess, isToldBy, type Metric, metricOf } from '../compare/metric.ts';
import type { RoundRecord, RunRecord } from '../results/run-record.ts';
import type { ToldMetric } from './metric-text.ts';

export interface Measure {
  readonly scenario: string;
  readonly variant: string;
  readonly metric: Metric;
  /** In ns, bytes, or calls per second. */
  readonly value: number;
  /** Missing where the figure was compared with none. */
  readonly comparison?: ToldMetric;
}

/** The candidate's figures: medians over rounds. */
export function measuresOfComparison({ subjects, tolerance }: ComparisonReport): Measure[] {
  return subjects.flatMap(({ scenario, variant, metrics }) =>
    metrics.map((comparison) => ({
      scenario,
      variant,
      metric: comparison.metric,
      value: comparison.candidate,
      comparison: { ...comparison, tolerance },
    })),
  );
}

/** The figures of a run: medians over rounds, without what one of them has too few calls for. */
export function measuresOfRun({ scenarios }: RunRecord): Measure[] {
  return scenarios.flatMap(({ name: scenario, variants }) =>
    variants.flatMap(({ variant, rounds }) => {
      const timed = rounds.filter(({ calls, durationMs }) => calls > 0 && durationMs > 0);
      if (timed.length === 0) return [];
      const told = DEFAULT_METRICS.filter((metric) => timed.every((one) => isToldBy(one, metric)));
      return told.map((metric) => ({
        scenario,
        variant,
        metric,
        value: medianOf(timed.map((round) => valueOf(metric, round))),
      }));
    }),
  );
}

/** Of no call at all, no throughput: a ratio would need more than that, a figure does not. */
function valueOf(metric: Metric, round: RoundRecord): number {
  return metric === 'throughput' && !hasSuccess(round) ? 0 : metricOf(metric, round);
}

function medianOf(values: readonly number[]): number {
  const ordered = values.toSorted((a, b) => a - b);
  const half = ordered.length / 2;
  return ((ordered[Math.ceil(half) - 1] as number) + (ordered[Math.floor(half)] as number)) / 2;
}
