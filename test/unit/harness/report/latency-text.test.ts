import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { percentileLegend, percentileText } from '../../../../src/harness/report/latency-text.ts';
import type { VariantRecord } from '../../../../src/harness/results/run-record.ts';

/** A variant with as many calls, the longest of `max` ns. */
function variantOf(calls: number, max = 9_000): VariantRecord {
  const latencyNs = { p50: 1_000, p99: 8_000, p999: 9_000, max };
  return { calls, latencyNs } as VariantRecord;
}

describe('a percentile in a table', () => {
  for (const [calls, texts] of [
    [1, ['1 µs', '–', '–']],
    [99, ['1 µs', '–', '–']],
    [100, ['1 µs', '8 µs', '–']],
    [999, ['1 µs', '8 µs', '–']],
    [1_000, ['1 µs', '8 µs', '9 µs']],
  ] as const) {
    test(`of ${calls} calls is shown where one of them lies above it`, () => {
      const variant = variantOf(calls);
      assert.deepEqual(
        (['p50', 'p99', 'p999'] as const).map((each) => percentileText(variant, each)),
        texts,
      );
      assert.equal(percentileLegend([variantOf(1e6), variant]).length, calls < 1_000 ? 1 : 0);
    });
  }

  test('is not shown where no call was timed, and the legend says nothing of it', () => {
    assert.equal(percentileText(variantOf(5, 0), 'p50'), '–');
    assert.deepEqual(percentileLegend([variantOf(5, 0)]), []);
  });

  test('of another time of the same calls goes by the same rule', () => {
    assert.equal(percentileText(variantOf(100), 'p99', 2_000), '2 µs');
    assert.equal(percentileText(variantOf(99), 'p99', 2_000), '–');
  });
});
