import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compareVariants } from '../../../../src/harness/compare/comparison.ts';
import { roundOf, roundsOf } from '../../../helpers/rounds.ts';

function timed(variant: string, nsPerCall: readonly number[], numbers?: readonly number[]) {
  const rounds = nsPerCall.map((ns, index) => roundOf(numbers?.[index] ?? index, ns));
  return { variant, rounds, failed: 0 };
}

describe('compareVariants', () => {
  test('says how many times faster the candidate is', () => {
    const baseline = timed('json', [100, 110, 105, 95, 102, 98, 101]);
    const candidate = timed('native', [50, 55, 52.5, 47.5, 51, 49, 50.5]);
    const comparison = compareVariants(baseline, candidate, 0.02);
    assert.ok(comparison !== undefined);
    const { ratio, low, high, ...rest } = comparison;
    for (const value of [ratio, low, high]) assert.ok(Math.abs(value - 2) < 1e-9);
    assert.deepEqual(rest, {
      baseline: 'json',
      candidate: 'native',
      metric: 'nsPerCall',
      noiseFloor: 0.02,
      verdict: 'improved',
    });
  });

  test('has nothing to say of a variant of which no call succeeded', () => {
    const whole = timed('json', [100, 110]);
    const rounds = whole.rounds.map((round) => ({ ...round, failed: round.calls }));
    assert.equal(compareVariants(whole, { variant: 'native', rounds, failed: 9 }, 0.02), undefined);
  });

  test('pairs by round and leaves out those that one of them lacks', () => {
    // Round 1 was slow for both; the baseline has no round 2, the candidate no round 0.
    const baseline = timed('a', [7, 1_000, 10], [0, 1, 3]);
    const candidate = timed('b', [500, 99, 5], [1, 2, 3]);
    const comparison = compareVariants(baseline, candidate, null);
    assert.ok(Math.abs((comparison?.ratio ?? 0) - 2) < 1e-9);
    assert.ok(Math.abs((comparison?.low ?? 0) - 2) < 1e-9);
    assert.equal(comparison?.noiseFloor, null);
  });

  test('is inconclusive without a noise floor: any difference would be beyond none', () => {
    const of = (variant: string, ns: number) => ({
      variant,
      rounds: roundsOf(Array(8).fill(ns)),
      failed: 0,
    });
    assert.equal(compareVariants(of('a', 100), of('b', 1), null)?.verdict, 'inconclusive');
  });

  test('is inconclusive where calls failed that were not to: they took another way', () => {
    const [slow, fast] = [timed('a', Array(8).fill(100)), timed('b', Array(8).fill(50))];
    const verdictOf = (counts: object) =>
      compareVariants(slow, { ...fast, ...counts }, 0.02)?.verdict;
    assert.equal(verdictOf({ failed: 1 }), 'inconclusive');
    assert.equal(verdictOf({ failed: 1, failedAsExpected: 1 }), 'improved');
  });

  test('says nothing of variants without a common round', () => {
    assert.equal(compareVariants(timed('a', [1], [0]), timed('b', [1], [1]), 0), undefined);
  });

  test('is inconclusive for fewer rounds than an interval needs, however far apart', () => {
    const verdicts = [1, 5, 6].map((rounds) => {
      const of = (variant: string, ns: number) => ({
        variant,
        rounds: roundsOf(Array(rounds).fill(ns)),
        failed: 0,
      });
      return compareVariants(of('a', 100), of('b', 1), 0.02)?.verdict;
    });
    assert.deepEqual(verdicts, ['inconclusive', 'inconclusive', 'improved']);
  });
});
