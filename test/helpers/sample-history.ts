/** Runs of many days, as a history is made of. */

import type { RunRecord } from '../../src/harness/results/run-record.ts';
import { sampleRecord, sampleScenario, sampleVariant } from './sample-record.ts';

/**
 * A run a day from 1 November 2026 on, of `calculator-batch` on `native` and `json`.
 *
 * @param nsPerCall - of `native` on each day; `json` always takes about 5 µs
 */
export function dailyRuns(
  nsPerCall: readonly number[],
  overrides: (day: number) => Partial<RunRecord> = () => ({}),
): RunRecord[] {
  return nsPerCall.map((ns, index) => {
    const day = String(index + 1).padStart(2, '0');
    const startedAt = `2026-11-${day}T06:00:00.000Z`;
    const variants = [
      sampleVariant('native', ns),
      sampleVariant('json', 5_000 + ((index * 7) % 5) * 10),
    ];
    return sampleRecord({
      runId: `202611${day}-060000-${day}${day}`,
      startedAt,
      validity: { verdict: 'valid', reasons: [] },
      environment: { ...sampleRecord().environment, gitCommit: day.repeat(20) },
      scenarios: [sampleScenario('calculator-batch', variants)],
      ...overrides(index),
    });
  });
}

/** `length` times about `level`, give or take 2 %. */
export function about(level: number, length: number): number[] {
  return Array.from({ length }, (_, i) => level * (1 + (((i * 7) % 5) - 2) / 100));
}
