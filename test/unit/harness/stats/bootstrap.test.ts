import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { probit } from 'simple-statistics';
import { isBounded, medianInterval, pairedRatio } from '../../../../src/harness/stats/bootstrap.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';

/** Log-normal: skewed to the right, as times are. Its median is 1. */
function simulatedRounds(count: number, sigma: number, random: () => number): number[] {
  return Array.from({ length: count }, () => Math.exp(sigma * probit(Math.max(random(), 1e-9))));
}

function coverage(rounds: number, simulations: number): number {
  const random = seededRandom(rounds);
  let held = 0;
  for (let i = 0; i < simulations; i++) {
    const { low, high } = medianInterval(simulatedRounds(rounds, 0.3, random), random, {
      resamples: 400,
    });
    if (low <= 1 && 1 <= high) held++;
  }
  return held / simulations;
}

describe('medianInterval', () => {
  test('takes the order statistics that can be worked out by hand', () => {
    // Of 11 values the median of a resample is at most the k-th with probability
    // P(Bin(11, k/11) ≥ 6): 0.0002 for k = 1, 0.0072 for 2, 0.0512 for 3. Expanded, 95 % leaves out
    // Φ(−2.228 × √1.1) = 0.0097 at each end: the third from either end.
    const values = [11, 22, 33, 44, 55, 66, 77, 88, 99, 110, 121];
    assert.deepEqual(medianInterval(values, seededRandom(1), { resamples: 20_000 }), {
      median: 66,
      low: 33,
      high: 99,
    });
    // For 90 % it is Φ(−1.812 × √1.1) = 0.0287, the third still; for 99 % Φ(−3.169 × √1.1) = 0.0004.
    const widerAt = (confidence: number) =>
      medianInterval(values, seededRandom(1), { resamples: 20_000, confidence });
    assert.deepEqual([widerAt(0.9).low, widerAt(0.9).high], [33, 99]);
    assert.deepEqual([widerAt(0.99).low, widerAt(0.99).high], [22, 110]);
  });

  test('holds the true median about as often as it says', () => {
    for (const rounds of [6, 7, 12, 24]) {
      const share = coverage(rounds, 400);
      assert.ok(share >= 0.93 && share <= 0.995, `${rounds} rounds: ${share}`);
    }
  });

  test('gives the whole range of two to five rounds', () => {
    const random = seededRandom(1);
    assert.deepEqual(medianInterval([3, 1, 2], random), { median: 2, low: 1, high: 3 });
    assert.deepEqual(medianInterval([5, 1], random), { median: 3, low: 1, high: 5 });
    assert.deepEqual(medianInterval([5, 1, 9, 7, 3], random), { median: 5, low: 1, high: 9 });
  });

  test('claims nothing after one round', () => {
    const interval = medianInterval([7], seededRandom(1));
    assert.deepEqual(interval, { median: 7, low: 0, high: Number.MAX_VALUE });
    assert.equal(isBounded(interval), false);
    assert.deepEqual(JSON.parse(JSON.stringify(interval)), interval);
  });

  test('lies within the values, around their median, whatever their order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), { minLength: 2, maxLength: 40 }),
        fc.nat(),
        (values, seed) => {
          const random = seededRandom(seed);
          const { low, median, high } = medianInterval(values, random, { resamples: 200 });
          assert.ok(low <= median && median <= high);
          assert.ok(Math.min(...values) <= low && high <= Math.max(...values));
          assert.ok(isBounded({ low, high }));
        },
      ),
      { numRuns: 50 },
    );
  });

  test('takes nothing for a value, as calls a second where none succeeded', () => {
    const interval = medianInterval([0, 0, 5], seededRandom(1));
    assert.deepEqual(interval, { median: 0, low: 0, high: 5 });
    assert.throws(() => pairedRatio([1, 0], [1, 1], Math.random), {
      code: 'ERR_INVALID_MEASUREMENT',
    });
  });

  test('refuses values that no measurement gives', () => {
    for (const values of [[], [1, -2], [1, Number.NaN], [Number.POSITIVE_INFINITY]]) {
      assert.throws(() => medianInterval(values, Math.random), { code: 'ERR_INVALID_MEASUREMENT' });
    }
    assert.throws(() => medianInterval([1, 2], Math.random, { confidence: 95 }), {
      code: 'ERR_INVALID_OPTION',
    });
  });
});

describe('pairedRatio', () => {
  test('says how many times faster the candidate is', () => {
    const baseline = [100, 200, 400, 800, 1_600, 3_200, 6_400];
    const candidate = baseline.map((ns) => ns / 4);
    const ratio = pairedRatio(baseline, candidate, seededRandom(1));
    for (const value of Object.values(ratio)) assert.ok(Math.abs(value - 4) < 1e-12);
  });

  test('cancels what a whole round suffers from', () => {
    const random = seededRandom(9);
    const luck = simulatedRounds(12, 1, random);
    const own = () => simulatedRounds(12, 0.01, random);
    const [a, b] = [own(), own()];
    const ratio = pairedRatio(
      luck.map((slow, round) => slow * (a[round] ?? 1) * 2),
      luck.map((slow, round) => slow * (b[round] ?? 1)),
      random,
    );
    assert.ok(ratio.low > 1.95 && ratio.high < 2.05, JSON.stringify(ratio));
  });

  test('is the reciprocal when the two are swapped', () => {
    const random = seededRandom(3);
    const [a, b] = [simulatedRounds(5, 0.2, random), simulatedRounds(5, 0.2, random)];
    const [there, back] = [pairedRatio(a, b, random), pairedRatio(b, a, random)];
    assert.ok(Math.abs(there.median * back.median - 1) < 1e-12);
    assert.ok(Math.abs(there.low * back.high - 1) < 1e-12);
  });

  test('claims nothing after one round', () => {
    const ratio = pairedRatio([10], [5], seededRandom(1));
    assert.ok(Math.abs(ratio.median - 2) < 1e-12);
    assert.equal(isBounded(ratio), false);
    assert.ok(ratio.low < 1);
  });

  test('refuses rounds that do not pair up', () => {
    assert.throws(() => pairedRatio([1, 2], [1], Math.random), {
      code: 'ERR_INVALID_MEASUREMENT',
      message: /got 2 and 1/,
    });
    assert.throws(() => pairedRatio([1, 2], [1, 0], Math.random), {
      code: 'ERR_INVALID_MEASUREMENT',
      message: /candidate .* got 0 in round 1/,
    });
  });
});
