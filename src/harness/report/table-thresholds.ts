/** Says how a scenario's thresholds came out: shortly where they hold, exactly where they do not. */

import type { ThresholdOutcome } from '../results/run-record.ts';
import { type CaseRecord, measurementName } from '../results/scenario-group.ts';
import { formatBytes, formatNs, formatNumber } from './units.ts';

export interface ThresholdLine {
  readonly passed: boolean;
  readonly text: string;
}

/** One line for all rows that keep to a threshold, and one for each that does not. */
export function thresholdLines(cases: readonly CaseRecord[]): ThresholdLine[] {
  const outcomes = cases.flatMap(({ name, record }) =>
    record.thresholds.map((outcome) => ({ caseName: name, outcome })),
  );
  const rowCount = cases.reduce((total, { record }) => total + record.variants.length, 0);
  const expressions = [...new Set(outcomes.map(({ outcome }) => outcome.expression))];
  return expressions.flatMap((expression) => {
    const own = outcomes.filter(({ outcome }) => outcome.expression === expression);
    const kept = own.filter(({ outcome }) => outcome.passed);
    const broken = own.filter(({ outcome }) => !outcome.passed);
    const where =
      kept.length === rowCount
        ? 'everywhere'
        : broken.length > 0 && cases.length > 1
          ? `for ${kept.length} of ${own.length} rows`
          : `for ${[...new Set(kept.map(({ outcome }) => outcome.variant))].join(', ')}`;
    return [
      ...(kept.length === 0 ? [] : [{ passed: true, text: `${expression} holds ${where}` }]),
      ...broken.map(({ caseName, outcome }) => ({
        passed: false,
        text: `${expression} is broken by ${measurementName(caseName, outcome.variant)}: ${observedText(outcome)}`,
      })),
    ];
  });
}

/** What was observed, with its unit. */
export function observedText({ metric, observed }: ThresholdOutcome): string {
  if (observed === null) return 'there was none';
  switch (metric) {
    case 'errors':
    case 'memoryGrowth':
      return `${formatNumber(observed * 100)} %`;
    case 'throughput':
      return `${formatNumber(observed)}/s`;
    case 'lost':
    case 'answeredTwice':
    case 'crashes':
    case 'unrecovered':
    case 'sparedP99Ratio':
      return formatNumber(observed);
    case 'handlesDrift':
      return `${formatNumber(observed)} an hour`;
    case 'memoryPeak':
      return formatBytes(observed);
    case 'heapDrift':
    case 'rssDrift':
      return `${formatBytes(observed)} an hour`;
    case 'p99Drift':
      return `${formatNs(observed)} an hour`;
    default:
      return formatNs(observed);
  }
}
