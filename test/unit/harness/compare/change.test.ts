import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { changeBetween } from '../../../../src/harness/compare/change.ts';
import { isBounded } from '../../../../src/harness/stats/bootstrap.ts';

const times = fc.array(fc.integer({ min: 50, max: 500 }), { minLength: 2, maxLength: 20 });
const PAIRINGS = ['paired', 'unpaired'] as const;

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual / expected - 1) < 1e-9, `${actual} is not ${expected}`);
}

describe('changeBetween', () => {
  test('finds what was added to every round, whatever the rounds themselves did', () => {
    const wild = [100, 900, 120, 4_000, 100, 210, 95, 130];
    const added = wild.map((ns) => ns * 1.05);
    const { ratio, low, high, pValue } = changeBetween(wild, added, 'paired');
    for (const value of [ratio, low, high]) near(value, 1.05);
    assert.ok(pValue < 0.02, `${pValue}`);
    const apart = changeBetween(wild, added, 'unpaired');
    assert.ok(apart.low < 1 && apart.high > 1.05 && apart.pValue > 0.3);
  });

  test('gives the p-values of R: wilcox.test of log ratios, paired and not', () => {
    // wilcox.test(c(.01,.02,.03,-.005,.04,.05), conf.int = TRUE): V = 20, p = 0.0625
    const ratios = [0.01, 0.02, 0.03, -0.005, 0.04, 0.05];
    const paired = changeBetween(
      ratios.map(() => 1),
      ratios.map(Math.exp),
      'paired',
    );
    near(paired.pValue, 0.0625);
    // wilcox.test(1:4, 5:8): W = 0, p = 0.02857
    near(changeBetween([1, 2, 3, 4], [5, 6, 7, 8], 'unpaired').pValue, 2 / 70);
  });

  test('turns round when baseline and candidate change places', () => {
    fc.assert(
      fc.property(times, fc.constantFrom(...PAIRINGS), fc.nat(), (a, pairing, shift) => {
        const b = a.map((_, round) => a[(round + shift) % a.length] as number);
        const [there, back] = [changeBetween(a, b, pairing), changeBetween(b, a, pairing)];
        near(there.ratio, 1 / back.ratio);
        near(there.low, 1 / back.high);
        near(there.high, 1 / back.low);
        near(there.pValue, back.pValue);
      }),
    );
  });

  test('does not care in which unit it is asked', () => {
    fc.assert(
      fc.property(times, times, (a, b) => {
        const scaled = (values: readonly number[]) => values.map((value) => value * 1e6);
        const [small, large] = [
          changeBetween(a, b, 'unpaired'),
          changeBetween(scaled(a), scaled(b), 'unpaired'),
        ];
        near(small.ratio, large.ratio);
        near(small.low, large.low);
      }),
    );
  });

  test('knows nothing of the spread of a single round', () => {
    for (const pairing of PAIRINGS) {
      const change = changeBetween([100], [105], pairing);
      near(change.ratio, 1.05);
      assert.equal(isBounded(change), false);
      assert.equal(change.pValue, 1);
    }
  });

  test('refuses rounds that cannot be compared', () => {
    const code = 'ERR_INVALID_MEASUREMENT';
    assert.throws(() => changeBetween([1, 2], [1], 'paired'), { code });
    assert.throws(() => changeBetween([], [], 'paired'), { code });
    assert.throws(() => changeBetween([1, 0], [1, 2], 'unpaired'), { code });
    assert.throws(() => changeBetween([1], [Number.NaN], 'unpaired'), { code });
  });
});
