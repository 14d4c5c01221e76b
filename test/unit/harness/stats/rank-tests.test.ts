import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { mannWhitney } from '../../../../src/harness/stats/mann-whitney.ts';
import type { RankTest } from '../../../../src/harness/stats/rank-test.ts';
import { signedRank } from '../../../../src/harness/stats/signed-rank.ts';
import { assertClose } from '../../../helpers/close-to.ts';
import { DEPRESSION, OZONE, PERMEABILITY, SLEEP } from '../../../helpers/reference-samples.ts';

/** R's p-values are compared to all the digits that it has printed. */
function assertTest(
  found: RankTest,
  method: RankTest['method'],
  statistic: number,
  [twoSided, less, greater]: readonly [number, number, number],
): void {
  assert.equal(found.method, method);
  assert.equal(found.statistic, statistic);
  assertClose(found.pValue.twoSided, twoSided, 1e-12);
  assertClose(found.pValue.less, less, 1e-12);
  assertClose(found.pValue.greater, greater, 1e-12);
}

const differences = DEPRESSION.first.map((x, i) => x - (DEPRESSION.second[i] as number));
/** No two are equal, nor of equal size. */
const untied = fc.uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: 2, maxLength: 9 });

describe('mannWhitney', () => {
  test('gives the exact p-values of R', () => {
    // R 4.2.2: wilcox.test(atTerm, early, alternative = …)
    const found = mannWhitney(PERMEABILITY.atTerm, PERMEABILITY.early);
    assertTest(found, 'exact', 35, [0.254412254412254, 0.896769896769897, 0.127206127206127]);
  });

  test('gives the approximate p-values of R where there are ties', () => {
    // R 4.2.2: wilcox.test(may, august, alternative = …)
    const found = mannWhitney(OZONE.may, OZONE.august);
    const pValues = [1.20807830768774e-4, 6.04039153843872e-5, 0.999943949875281] as const;
    assertTest(found, 'normal', 127.5, pValues);
  });

  test('is exact up to 49 values of a sample', () => {
    // R 4.2.2: wilcox.test(((1:49)*7) %% 50, (((1:49)*11) %% 50) + 0.5 - 3)$p.value
    const numbers = Array.from({ length: 49 }, (_, index) => index + 1);
    const first = numbers.map((n) => (n * 7) % 50);
    const second = numbers.map((n) => ((n * 11) % 50) - 2.5);
    const found = mannWhitney(first, second);
    assert.equal(found.method, 'exact');
    assertClose(found.pValue.twoSided, 0.399488605571232, 1e-12);
    assert.equal(mannWhitney([...first, 99], second).method, 'normal');
  });

  test('agrees with the count of all ways to deal the values out', () => {
    fc.assert(
      fc.property(untied, fc.nat(), (values, at) => {
        const m = 1 + (at % (values.length - 1));
        const first = values.slice(0, m);
        const statistic = countHigher(first, values.slice(m));
        const all = subsetsOf(values)
          .filter((subset) => subset.length === m)
          .map((subset) => countHigher(subset, without(values, subset)));
        const found = mannWhitney(first, values.slice(m));
        assert.equal(found.statistic, statistic);
        assertClose(
          found.pValue.less,
          shareOf(all, (u) => u <= statistic),
          1e-12,
        );
        assertClose(
          found.pValue.greater,
          shareOf(all, (u) => u >= statistic),
          1e-12,
        );
      }),
      { numRuns: 50 },
    );
  });

  test('finds nothing between equal values, nor swaps its answers when samples are swapped', () => {
    assert.equal(mannWhitney([5, 5, 5], [5, 5]).pValue.twoSided, 1);
    const there = mannWhitney(OZONE.may, OZONE.august);
    const back = mannWhitney(OZONE.august, OZONE.may);
    assert.equal(there.statistic + back.statistic, OZONE.may.length * OZONE.august.length);
    assertClose(there.pValue.twoSided, back.pValue.twoSided, 1e-12);
    assertClose(there.pValue.less, back.pValue.greater, 1e-12);
  });

  test('refuses samples that are empty or not finite', () => {
    const code = 'ERR_INVALID_MEASUREMENT';
    assert.throws(() => mannWhitney([], [1]), {
      code,
      message: /first must have at least 1 value/,
    });
    assert.throws(() => mannWhitney([1], [1, Number.NaN]), { code, message: /got NaN at index 1/ });
  });
});

describe('signedRank', () => {
  test('gives the exact p-values of R', () => {
    // R 4.2.2: wilcox.test(first - second, alternative = …)
    assertTest(signedRank(differences), 'exact', 40, [0.0390625, 0.986328125, 0.01953125]);
  });

  test('gives the approximate p-values of R where there are ties and zeros', () => {
    // R 4.2.2: with(sleep, wilcox.test(extra[group == 1] - extra[group == 2], alternative = …))
    const pValues = [0.00909069801592506, 0.00454534900796253, 0.996806266724258] as const;
    assertTest(signedRank(SLEEP), 'normal', 0, pValues);
  });

  test('agrees with the count of all ways to give the differences their signs', () => {
    fc.assert(
      fc.property(untied, fc.infiniteStream(fc.boolean()), (sizes, signs) => {
        const signed = sizes.map((size) => (signs.next().value === true ? size : -size));
        const ranks = sizes.map((size) => sizes.filter((other) => other <= size).length);
        const statistic = sumOf(ranks.filter((_, i) => (signed[i] as number) > 0));
        const all = subsetsOf(ranks).map(sumOf);
        const found = signedRank(signed);
        assert.equal(found.statistic, statistic);
        assertClose(
          found.pValue.less,
          shareOf(all, (sum) => sum <= statistic),
          1e-12,
        );
        assertClose(
          found.pValue.greater,
          shareOf(all, (sum) => sum >= statistic),
          1e-12,
        );
      }),
      { numRuns: 50 },
    );
  });

  test('approximates what it could count', () => {
    const many = Array.from({ length: 49 }, (_, i) => (i % 3 === 0 ? -1 : 1) * (i + 1));
    const exact = signedRank(many);
    const approximate = signedRank([...many, 0]);
    assert.deepEqual([exact.method, approximate.method], ['exact', 'normal']);
    assertClose(approximate.pValue.twoSided, exact.pValue.twoSided, 0.1);
  });

  test('finds nothing where nothing differs', () => {
    assert.deepEqual(signedRank([0, 0, 0]).pValue, { twoSided: 1, less: 1, greater: 1 });
  });

  test('refuses differences that are none or not finite', () => {
    const code = 'ERR_INVALID_MEASUREMENT';
    assert.throws(() => signedRank([]), { code });
    assert.throws(() => signedRank([Number.POSITIVE_INFINITY]), { code });
  });
});

function countHigher(first: readonly number[], second: readonly number[]): number {
  return sumOf(first.map((value) => second.filter((other) => value > other).length));
}

function subsetsOf(values: readonly number[]): number[][] {
  return values.reduce<number[][]>(
    (subsets, value) => subsets.concat(subsets.map((subset) => [...subset, value])),
    [[]],
  );
}

function without(values: readonly number[], some: readonly number[]): number[] {
  return values.filter((value) => !some.includes(value));
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function shareOf(values: readonly number[], isMeant: (value: number) => boolean): number {
  return values.filter(isMeant).length / values.length;
}
