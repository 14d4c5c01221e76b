import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { metricOf } from '../../../../src/harness/compare/metric.ts';
import { startAsRound } from '../../../../src/harness/compare/starts.ts';
import { roundOf, roundsOf } from '../../../helpers/rounds.ts';

describe('startAsRound', () => {
  test('has the medians of its rounds, also of time per call, so that a wild one counts for nothing', () => {
    const start = startAsRound(7, roundsOf([200, 210, 90_000, 190, 205]));
    assert.equal(start.round, 7);
    assert.equal(start.p50, 205);
    assert.equal(start.p99, 820);
    assert.ok(Math.abs(metricOf('nsPerCall', start) - 205) < 1e-9);
    assert.ok(Math.abs(metricOf('throughput', start) - 1e9 / 205) < 1e-3);
  });

  test('adds up calls and failures, and keeps the worst that was seen', () => {
    const rounds = [
      { ...roundOf(1, 200), failed: 2, max: 5, gcPauseMaxNs: 10 },
      { ...roundOf(2, 200), failed: 1, max: 9, gcPauseMaxNs: 3 },
    ];
    const { calls, failed, max, gcPauseMaxNs } = startAsRound(1, rounds);
    assert.deepEqual([calls, failed, max, gcPauseMaxNs], [2_000, 3, 9, 10]);
  });

  test('has a time per call that succeeded', () => {
    const rounds = roundsOf([200, 210, 190]).map((round) => ({
      ...round,
      calls: 3_000,
      failed: 2_000,
    }));
    assert.ok(Math.abs(metricOf('nsPerCall', startAsRound(1, rounds)) - 200) < 1e-9);
  });

  test('is the round itself where there is one', () => {
    assert.deepEqual(startAsRound(3, [roundOf(3, 200)]), roundOf(3, 200));
  });
});
