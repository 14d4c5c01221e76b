import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { findChangePoints } from '../../../../src/harness/stats/change-points.ts';
import { bestDivision } from '../../../../src/harness/stats/e-divisive.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';
import { assertClose } from '../../../helpers/close-to.ts';
import { normalNoise } from '../../../helpers/normal-noise.ts';
import { NILE, OTAVA } from '../../../helpers/reference-samples.ts';

const noise = normalNoise(seededRandom(7));

/** A series of steps with noise of deviation 1. */
function steps(...levels: readonly (readonly [length: number, level: number])[]): number[] {
  return levels.flatMap(([length, level]) => Array.from({ length }, () => level + noise()));
}

function indexesOf(values: readonly number[], options = {}): number[] {
  return findChangePoints(values, options).map(({ index }) => index);
}

describe('bestDivision', () => {
  test('agrees with the definition, pair by pair', () => {
    const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 4, maxLength: 14 });
    fc.assert(
      fc.property(values, fc.integer({ min: 2, max: 3 }), (given, fewest) => {
        const best = bestDivision(given, 0, given.length, fewest);
        let largest = Number.NEGATIVE_INFINITY;
        for (let split = fewest; split <= given.length - fewest; split++) {
          for (let stop = split + fewest; stop <= given.length; stop++) {
            const divergence = naiveDivergence(given.slice(0, split), given.slice(split, stop));
            largest = Math.max(largest, divergence);
          }
        }
        if (best === undefined) assert.ok(given.length < 2 * fewest);
        else assert.ok(Math.abs(best.divergence - largest) < 1e-9);
      }),
    );
  });

  test('looks at its stretch of the values alone', () => {
    const values = [900, 900, 1, 2, 1, 30, 31, 30, 900, 900];
    assert.equal(bestDivision(values, 2, 8, 2)?.index, 5);
    assert.equal(bestDivision(values, 2, 5, 2), undefined);
  });
});

describe('findChangePoints', () => {
  test('finds what Apache Otava finds in its own tests, given values enough', () => {
    assert.deepEqual(indexesOf(OTAVA.one, { window: 10 }), [10]);
    assert.deepEqual(indexesOf(OTAVA.two.flatMap((value) => [value, value + 0.1])), [10, 16]);
    // Otava has the change from five values to three others as well: no rank test does.
    assert.deepEqual(indexesOf(OTAVA.two), [8]);
  });

  test('finds the year in which the Nile fell', () => {
    // 1871 + 28; R 4.2.2: wilcox.test(Nile[1:28], Nile[29:100]); the t-test has 190 × 7.4e-14.
    const [fall, ...others] = findChangePoints(NILE);
    assert.deepEqual(others, []);
    assert.equal(fall?.index, 28);
    assertClose(fall?.before ?? 0, 1_097.75, 1e-12);
    assertClose(fall?.after ?? 0, 849.972222222222, 1e-12);
    assertClose(fall?.pValue ?? 0, 5.52751323692413e-10, 1e-8);
  });

  test('finds planted shifts of three deviations, and where they are', () => {
    let [found, others] = [0, 0];
    const tries = 100;
    for (let i = 0; i < tries; i++) {
      const at = 10 + (i % 20);
      const indexes = indexesOf(steps([at, 100], [40 - at, 103]));
      if (indexes.some((index) => Math.abs(index - at) <= 2)) found++;
      others += indexes.filter((index) => Math.abs(index - at) > 2).length;
    }
    assert.ok(found >= tries * 0.95, `found ${found} of ${tries}`);
    assert.ok(others <= tries * 0.05, `and ${others} others`);
  });

  test('finds changes in a long series, small ones after large ones and back again', () => {
    const values = steps([60, 1_000], [60, 100], [40, 104], [60, 100]);
    const found = indexesOf(values);
    assert.equal(found.length, 3);
    [60, 120, 160].forEach((at, i) => assert.ok(Math.abs((found[i] as number) - at) <= 2));
  });

  test('finds something in no more noise than it may', () => {
    const random = seededRandom(11);
    const kinds: Record<string, () => number> = {
      normal: noise,
      uniform: random,
      'with outliers': () => (random() < 0.1 ? 20 * random() : noise()),
      skewed: () => Math.exp(noise() / 2),
    };
    for (const [kind, draw] of Object.entries(kinds)) {
      for (const length of [10, 30, 80]) {
        const tries = 200;
        let found = 0;
        for (let i = 0; i < tries; i++) {
          const row = Array.from({ length }, draw);
          if (findChangePoints(row, { maxFalseShare: 0.05 }).length > 0) found++;
        }
        assert.ok(found <= tries * 0.05, `${kind}, ${length} values: ${found} of ${tries}`);
      }
    }
  });

  test('takes two values for outliers, and three for a level', () => {
    const quiet = Array.from({ length: 30 }, (_, i) => 100 + ((i * 7) % 5));
    assert.deepEqual(indexesOf([...quiet, 200, 201]), []);
    assert.deepEqual(indexesOf([...quiet, 200, 201, 202]), [30]);
    assert.deepEqual(indexesOf([...quiet, 200]), []);
    assert.deepEqual(indexesOf([...quiet, 200, ...quiet]), []);
  });

  test('leaves out changes that are too small to matter, up or down', () => {
    const levels: readonly [number, number][] = [
      [20, 1_000],
      [20, 1_030],
      [20, 2_000],
      [20, 1_950],
    ];
    const values = steps(...levels);
    assert.deepEqual(indexesOf(values), [20, 40, 60]);
    assert.deepEqual(indexesOf(values, { minChangeRatio: 0.05 }), [40]);
  });

  test('finds nothing where nothing changes, to the last bit', () => {
    assert.deepEqual(indexesOf(Array.from({ length: 97 }, () => 0.1)), []);
    assert.deepEqual(indexesOf(Array.from({ length: 40 }, () => 0)), []);
    assert.deepEqual(indexesOf([]), []);
    assert.deepEqual(indexesOf([1, 1, 1, 1, 9, 9, 9, 9, 9]), []);
  });

  test('sees a change from or to nothing', () => {
    const zeros = Array.from({ length: 10 }, () => 0);
    const ones = zeros.map(() => 1);
    assert.deepEqual(indexesOf([...zeros, ...ones], { minChangeRatio: 0.5 }), [10]);
  });

  test('says the same of the same series in other units, and of its mirror image', () => {
    for (let at = 4; at <= 30; at++) {
      const values = Array.from({ length: 34 }, (_, i) => (i < at ? 50 : 70) + ((i * 7) % 5));
      assert.deepEqual(indexesOf(values), [at]);
      assert.deepEqual(indexesOf(values.map((value) => value * 9 - 4)), [at]);
      assert.deepEqual(indexesOf(values.toReversed()), [34 - at]);
    }
  });

  test('refuses values and options that make no sense', () => {
    assert.throws(() => findChangePoints([1, Number.NaN]), { code: 'ERR_INVALID_MEASUREMENT' });
    for (const options of [{ maxFalseShare: 2 }, { minChangeRatio: -1 }, { window: 3 }]) {
      assert.throws(() => findChangePoints([], options), { code: 'ERR_INVALID_OPTION' });
    }
  });
});

/** Eq. 7 of Matteson & James (2014) as it is printed. */
function naiveDivergence(left: readonly number[], right: readonly number[]): number {
  const [m, n] = [left.length, right.length];
  const sum = (values: readonly number[], others: readonly number[]) =>
    values.reduce((all, a) => others.reduce((each, b) => each + Math.abs(a - b), all), 0);
  const pairs = (count: number) => (count * (count - 1)) / 2;
  const within = (values: readonly number[]) => sum(values, values) / 2 / pairs(values.length);
  return ((m * n) / (m + n)) * ((2 / (m * n)) * sum(left, right) - within(left) - within(right));
}
