import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  formatChange,
  formatChangeInterval,
  formatMetric,
  formatPValue,
  formatShare,
  formatVerdict,
} from '../../../../src/harness/report/metric-text.ts';

describe('formatChange', () => {
  test('is a percentage up to twice or half, and a factor from there', () => {
    assert.deepEqual([1, 1.052, 0.9, 0.99999, 2, 0.25, 33.8].map(formatChange), [
      '0.0 %',
      '+5.2 %',
      '−10.0 %',
      '0.0 %',
      '×2',
      '÷4',
      '×33.8',
    ]);
  });

  test('has its interval behind it, where there is one', () => {
    const change = { ratio: 1.05, low: 0.99, high: 1.1 };
    assert.equal(formatChangeInterval(change), '+5.0 % [−1.0 % – +10.0 %]');
    assert.equal(formatChangeInterval({ ratio: 1.05, low: 0, high: Number.MAX_VALUE }), '+5.0 %');
  });
});

describe('Other figures', () => {
  test('have their units', () => {
    assert.equal(formatMetric('p50', 154), '154 ns');
    assert.equal(formatMetric('allocatedBytesPerCall', 2_048), '2 KiB');
    assert.equal(formatMetric('throughput', 6_490_000), '6.49M');
    assert.deepEqual([null, 0.03, 12.345].map(formatShare), ['–', '3.0 %', '1235 %']);
    assert.deepEqual([0.0004, 0.0123, 1].map(formatPValue), ['<0.001', '0.012', '1.000']);
  });
});

describe('formatVerdict', () => {
  test('never says that there is no difference: unchanged is within something', () => {
    assert.deepEqual(
      (['improved', 'regressed', 'inconclusive', 'unchanged'] as const).map((verdict) =>
        formatVerdict(verdict, 0.03),
      ),
      ['improved', 'regressed', 'inconclusive', 'unchanged within 3.0 %'],
    );
  });
});
