import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { METRICS } from '../../../../src/harness/compare/metric.ts';
import { measuresOfComparison } from '../../../../src/harness/report/measures.ts';
import { sampleComparison } from '../../../helpers/sample-comparison.ts';

describe('measuresOfComparison', () => {
  test('are the figures of the candidate, each with what it was compared with', () => {
    const measures = measuresOfComparison(sampleComparison());
    const [p50] = measures;
    assert.equal(measures.length, 3 * (METRICS.length - 1));
    assert.deepEqual(
      [p50?.scenario, p50?.variant, p50?.metric, p50?.comparison?.verdict],
      ['calculator-batch', 'native', 'p50', 'regressed'],
    );
    assert.ok(Math.abs((p50?.value ?? 0) / 220 - 1) < 0.01);
  });
});
