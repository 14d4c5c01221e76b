/**
 * Single figures, as programs that keep a history of them take them: what was measured, on what, and
 * its value, with what it was compared with where it was.
 */

import type { ComparisonReport } from '../compare/comparison-report.ts';
import type { Metric } from '../compare/metric.ts';
import type { MetricComparison } from '../compare/suite.ts';

export interface Measure {
  readonly scenario: string;
  readonly variant: string;
  readonly metric: Metric;
  /** In ns, bytes, or calls per second. */
  readonly value: number;
  /** Missing where the figure was compared with none. */
  readonly comparison?: MetricComparison;
}

/** The candidate's figures: medians over rounds. */
export function measuresOfComparison({ subjects }: ComparisonReport): Measure[] {
  return subjects.flatMap(({ scenario, variant, metrics }) =>
    metrics.map((comparison) => ({
      scenario,
      variant,
      metric: comparison.metric,
      value: comparison.candidate,
      comparison,
    })),
  );
}
