import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  compareVariants,
  noiseFloorOf,
  type TimedVariant,
  verdictOf,
} from '../../../../src/harness/compare/comparison.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';

function timed(
  variant: string,
  nsPerCall: readonly number[],
  rounds?: readonly number[],
): TimedVariant {
  return {
    variant,
    nsPerCall: new Map(nsPerCall.map((ns, index) => [rounds?.[index] ?? index, ns])),
  };
}

const ratios = fc.double({ min: 0.01, max: 100, noNaN: true });
const floors = fc.double({ min: 0, max: 1, noNaN: true });

describe('verdictOf', () => {
  test('says what an interval says, and never more', () => {
    assert.equal(verdictOf(1.2, 1.3, 0.05), 'improved');
    assert.equal(verdictOf(0.7, 0.8, 0.05), 'regressed');
    assert.equal(verdictOf(0.97, 1.04, 0.05), 'unchanged');
    assert.equal(verdictOf(0.9, 1.3, 0.05), 'inconclusive');
    assert.equal(verdictOf(1.01, 1.3, 0.05), 'inconclusive');
    assert.equal(verdictOf(0.8, 0.99, 0.05), 'inconclusive');
  });

  test('says nothing within the noise floor, its ends included', () => {
    assert.equal(verdictOf(1.05, 1.05, 0.05), 'unchanged');
    assert.equal(verdictOf(1 / 1.05, 1 / 1.05, 0.05), 'unchanged');
  });

  test('says nothing about an interval that came from one round', () => {
    assert.equal(verdictOf(0, Number.MAX_VALUE, 0), 'inconclusive');
  });

  test('turns round when baseline and candidate change places', () => {
    const swapped = {
      improved: 'regressed',
      regressed: 'improved',
      unchanged: 'unchanged',
      inconclusive: 'inconclusive',
    };
    fc.assert(
      fc.property(ratios, ratios, floors, (one, other, floor) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        // At the very ends of the floor, rounding decides.
        const ends = [1 + floor, 1 / (1 + floor)];
        fc.pre(ends.every((end) => Math.abs(low - end) > 1e-9 && Math.abs(high - end) > 1e-9));
        assert.equal(verdictOf(1 / high, 1 / low, floor), swapped[verdictOf(low, high, floor)]);
      }),
    );
  });

  test('never becomes bolder when there is more noise', () => {
    fc.assert(
      fc.property(ratios, ratios, floors, floors, (one, other, a, b) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const noisy = verdictOf(low, high, Math.max(a, b));
        if (noisy === 'improved' || noisy === 'regressed') {
          assert.equal(verdictOf(low, high, Math.min(a, b)), noisy);
        }
      }),
    );
  });
});

describe('compareVariants', () => {
  test('says how many times faster the candidate is', () => {
    const baseline = timed('json', [100, 110, 105, 95, 102, 98, 101]);
    const candidate = timed('native', [50, 55, 52.5, 47.5, 51, 49, 50.5]);
    const comparison = compareVariants(baseline, candidate, 0.02, seededRandom(1));
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

  test('pairs by round and leaves out those that one of them lacks', () => {
    // Round 1 was slow for both; the baseline has no round 2, the candidate no round 0.
    const baseline = timed('a', [7, 1_000, 10], [0, 1, 3]);
    const candidate = timed('b', [500, 99, 5], [1, 2, 3]);
    const comparison = compareVariants(baseline, candidate, null, seededRandom(1));
    assert.ok(Math.abs((comparison?.ratio ?? 0) - 2) < 1e-9);
    assert.ok(Math.abs((comparison?.low ?? 0) - 2) < 1e-9);
  });

  test('says nothing of variants without a common round', () => {
    const comparison = compareVariants(timed('a', [1], [0]), timed('b', [1], [1]), 0, Math.random);
    assert.equal(comparison, undefined);
  });

  test('is inconclusive for fewer rounds than an interval needs, however far apart', () => {
    const verdicts = [1, 5, 6].map((rounds) => {
      const of = (variant: string, ns: number) => timed(variant, Array(rounds).fill(ns));
      return compareVariants(of('a', 100), of('b', 1), 0.02, seededRandom(1))?.verdict;
    });
    assert.deepEqual(verdicts, ['inconclusive', 'inconclusive', 'improved']);
  });
});

describe('noiseFloorOf', () => {
  test('is nothing for fewer than two rounds', () => {
    assert.equal(noiseFloorOf([1], [1], seededRandom(1)), null);
    assert.equal(noiseFloorOf([1, 2, 3], [], seededRandom(1)), null);
  });

  test('is 0 when a variant equals its twin, and grows with what sets them apart', () => {
    const own = [100, 101, 99, 100, 102, 98, 100];
    const apart = (by: number) => own.map((ns, round) => ns * (1 + (round % 2 === 0 ? by : -by)));
    assert.equal(noiseFloorOf(own, own, seededRandom(1)), 0);
    const small = noiseFloorOf(own, apart(0.01), seededRandom(1)) ?? 0;
    const large = noiseFloorOf(own, apart(0.1), seededRandom(1)) ?? 0;
    assert.ok(small > 0.005 && small < 0.02, String(small));
    assert.ok(large > 0.05 && large < 0.2, String(large));
  });

  test('does not care which of the two was the slower', () => {
    const own = [100, 101, 99, 100, 102, 98, 100];
    const twin = [104, 100, 103, 99, 105, 101, 103];
    const one = noiseFloorOf(own, twin, seededRandom(1)) ?? 0;
    const other = noiseFloorOf(twin, own, seededRandom(1)) ?? 0;
    assert.ok(Math.abs(one - other) < 0.01, `${one}, ${other}`);
  });

  test('goes by the rounds that both have', () => {
    const floor = noiseFloorOf([100, 100, 100], [100, 100], seededRandom(1));
    assert.equal(floor, 0);
  });

  test('a variant against itself is never a difference beyond its own noise floor', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 90, max: 110 }), { minLength: 6, maxLength: 12 }),
        fc.nat(),
        (own, seed) => {
          const random = seededRandom(seed);
          const twin = own.map((ns) => ns * (0.95 + random() / 10));
          const floor = noiseFloorOf(own, twin, seededRandom(1));
          const comparison = compareVariants(
            timed('a', own),
            timed('a', twin),
            floor,
            seededRandom(1),
          );
          // At the very ends of the floor, rounding decides between these two.
          assert.match(comparison?.verdict ?? '', /unchanged|inconclusive/);
        },
      ),
      { numRuns: 30 },
    );
  });
});
