import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Metric } from '../../../../src/harness/compare/metric.ts';
import type { MetricComparison } from '../../../../src/harness/compare/suite.ts';
import { drawSpectrum } from '../../../../src/harness/report/spectrum.ts';

function compared(metric: Metric, ratio: number, low: number, high: number): MetricComparison {
  return {
    metric,
    baseline: 100,
    candidate: 100 * ratio,
    ratio,
    low,
    high,
    pValue: 0.01,
    adjustedPValue: 0.02,
    noiseFloor: 0.02,
    detectable: 0.05,
    verdict: 'inconclusive',
    reason: 'because',
  };
}

const MIDDLE = 7 + 30;

describe('drawSpectrum', () => {
  test('has a line for each percentile, more to the right and less to the left', () => {
    const lines = drawSpectrum(
      [compared('p50', 1.1, 1.08, 1.12), compared('p999', 0.9, 0.88, 0.92)],
      0.03,
    );
    const [, more = '', less = ''] = lines;
    assert.match(more, /^p50 +░+│░+ *├─*●─*┤$/);
    assert.match(less, /^p99\.9 +├─*●─*┤ *░+│░+$/);
    assert.equal(more[MIDDLE], '│');
    assert.equal(less[MIDDLE], '│');
  });

  test('shades what tolerance or noise floor leave undecided, whichever is more', () => {
    const width = (tolerance: number, noiseFloor: number) => {
      const point = { ...compared('p50', 1.5, 1.4, 1.6), noiseFloor };
      const [, line = ''] = drawSpectrum([point, point], tolerance);
      return line.split('░').length;
    };
    assert.equal(width(0.1, 0.02), width(0.02, 0.1));
    assert.ok(width(0.1, 0.02) > width(0.02, 0.02));
  });

  test('points to what lies beyond its scale', () => {
    const [, line = '', other = ''] = drawSpectrum(
      [compared('p50', 20, 0.5, 400), compared('p99', 1, 0.01, 1.1)],
      0.03,
    );
    assert.ok(line.endsWith('▶'), line);
    assert.ok(other.startsWith('p99    ◀'), other);
  });

  test('draws percentiles with an interval only, and no spectrum of a single one', () => {
    const bounded = compared('p50', 1, 0.99, 1.01);
    const unbounded = compared('p99', 1, 0, Number.MAX_VALUE);
    assert.deepEqual(drawSpectrum([bounded, unbounded], 0.03), []);
    assert.deepEqual(drawSpectrum([bounded, { ...bounded, metric: 'throughput' }], 0.03), []);
  });
});
