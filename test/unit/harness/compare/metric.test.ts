import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  DEFAULT_METRICS,
  isMoreBetter,
  METRICS,
  metricOf,
} from '../../../../src/harness/compare/metric.ts';
import { roundOf } from '../../../helpers/rounds.ts';

describe('metricOf', () => {
  test('reads a figure of a round', () => {
    const round = roundOf(1, 200);
    const figures = METRICS.map((metric) => [metric, Math.round(metricOf(metric, round))]);
    assert.deepEqual(Object.fromEntries(figures), {
      p50: 200,
      p75: 220,
      p90: 260,
      p95: 400,
      p99: 800,
      p999: 4_000,
      throughput: 5_000_000,
      nsPerCall: 200,
      cpuNsPerCall: 210,
      allocatedBytesPerCall: 67,
    });
  });

  test('counts the calls that succeeded: failed ones make nothing faster', () => {
    const round = { ...roundOf(1, 200), calls: 4_000, failed: 3_000 };
    assert.equal(Math.round(metricOf('throughput', round)), 5_000_000);
    assert.equal(Math.round(metricOf('nsPerCall', round)), 200);
    const broken = { ...round, failed: 4_000 };
    assert.equal(Math.round(metricOf('nsPerCall', broken)), 200_000);
  });

  test('takes what is less than one for one, since nothing has no ratio', () => {
    const round = { ...roundOf(1, 200), allocatedBytesPerCall: 0, p50: 0.2 };
    assert.equal(metricOf('allocatedBytesPerCall', round), 1);
    assert.equal(metricOf('p50', round), 1);
  });
});

describe('METRICS', () => {
  test('cost something, but for throughput', () => {
    assert.deepEqual(METRICS.filter(isMoreBetter), ['throughput']);
  });

  test('are all compared by default, but for the one that says the same as throughput', () => {
    assert.deepEqual(
      METRICS.filter((metric) => !DEFAULT_METRICS.includes(metric)),
      ['nsPerCall'],
    );
  });
});
