/**
 * Figures for github-action-benchmark, tool `customSmallerIsBetter`: a list of names, units and values
 * (github.com/benchmark-action/github-action-benchmark). Of throughput more is better, so that it is
 * left out. The action compares with the one value before; the verdict of a comparison goes along as `extra`.
 */

import { isMoreBetter } from '../compare/metric.ts';
import type { Measure } from './measures.ts';
import { describeMetric, metricTitle } from './metric-text.ts';
import { inertText } from './plain-text.ts';

const MAX_NAME_LENGTH = 1_000;

/** The JSON document. */
export function renderBenchmarkAction(measures: readonly Measure[]): string {
  const entries = measures
    .filter(({ metric }) => !isMoreBetter(metric))
    .map(({ scenario, variant, metric, value, comparison }) => ({
      name: inertText(`${scenario} on ${variant}: ${metricTitle(metric)}`, MAX_NAME_LENGTH),
      unit: metric === 'allocatedBytesPerCall' ? 'bytes' : 'ns',
      value,
      ...(comparison === undefined ? {} : { extra: describeMetric(comparison) }),
    }));
  return `${JSON.stringify(entries, null, 2)}\n`;
}
