import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { METRICS } from '../../../../src/harness/compare/metric.ts';
import { measuresOfComparison, measuresOfRun } from '../../../../src/harness/report/measures.ts';
import { roundsOf } from '../../../helpers/rounds.ts';
import { sampleComparison } from '../../../helpers/sample-comparison.ts';
import { sampleRecord, sampleScenario, sampleVariant } from '../../../helpers/sample-record.ts';

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

describe('measuresOfRun', () => {
  test('are nothing but a throughput of 0 where no call succeeded, however soon calls failed', () => {
    const rounds = roundsOf([100, 200]).map((round) => ({
      ...round,
      failed: round.calls,
      p50: 0,
      p75: 0,
      p90: 0,
      p95: 0,
      p99: 0,
      p999: 0,
      max: 0,
    }));
    const scenario = sampleScenario('x', [{ ...sampleVariant('native', 200), rounds }]);
    const measures = measuresOfRun(sampleRecord({ scenarios: [scenario] }));
    assert.deepEqual(
      measures.map(({ metric, value }) => [metric, value]),
      [['throughput', 0]],
    );
  });

  test('have no percentile that a round has too few calls for', () => {
    const rounds = roundsOf([100, 200, 300]);
    rounds[1] = { ...(rounds[1] as (typeof rounds)[number]), calls: 99 };
    const variant = { ...sampleVariant('native', 200), rounds };
    const scenario = sampleScenario('calculator-batch', [variant]);
    const measures = measuresOfRun(sampleRecord({ scenarios: [scenario] }));
    const names = measures.map(({ metric }) => metric);
    assert.deepEqual(names.slice(0, 5), ['p50', 'p75', 'p90', 'p95', 'throughput']);
  });
});
