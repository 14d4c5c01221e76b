import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { pairedShift, unpairedShift } from '../../../../src/harness/stats/hodges-lehmann.ts';
import { signedRank } from '../../../../src/harness/stats/signed-rank.ts';
import { assertClose } from '../../../helpers/close-to.ts';
import { DEPRESSION, OZONE, PERMEABILITY } from '../../../helpers/reference-samples.ts';

const differences = DEPRESSION.first.map((x, i) => x - (DEPRESSION.second[i] as number));

describe('pairedShift', () => {
  test('gives the pseudomedian and the exact interval of R', () => {
    // R 4.2.2: wilcox.test(first - second, conf.int = TRUE, conf.level = …)
    const shift = pairedShift(differences);
    assertClose(shift.estimate, 0.46, 1e-9);
    assertClose(shift.low, 0.01, 1e-9);
    assertClose(shift.high, 0.786, 1e-9);
    // P(V <= 5) = 10/512: psignrank(5, 9)
    assertClose(shift.confidence, 1 - 20 / 512, 1e-12);
    const narrower = pairedShift(differences, { confidence: 0.9 });
    assertClose(narrower.low, 0.175, 1e-9);
    assertClose(narrower.high, 0.726, 1e-9);
  });

  test('says that few pairs cannot give the confidence asked for', () => {
    const { low, high, confidence } = pairedShift([1, 2, 4]);
    assert.deepEqual([low, high, confidence], [1, 4, 0.75]);
    assert.equal(pairedShift([3]).confidence, 0);
  });

  test('leaves out exactly the shifts that the test finds wrong', () => {
    // In quarters, and shifts in between them: no difference is ever 0.
    const values = fc.uniqueArray(fc.integer({ min: -500, max: 500 }), {
      minLength: 6,
      maxLength: 20,
    });
    fc.assert(
      fc.property(values, fc.integer({ min: -600, max: 600 }), (given, at) => {
        // Scaled by an irrational number of its own each, so that no two are tied.
        const untied = given.map((value, i) => value + Math.sqrt(i + 2) / 1_000);
        const shift = at + 0.123_456;
        const { pValue, method } = signedRank(untied.map((value) => value - shift));
        const { low, high, confidence } = pairedShift(untied);
        assert.equal(method, 'exact');
        const isInside = shift > low && shift < high;
        assert.equal(isInside, pValue.twoSided > 1 - confidence + 1e-12);
      }),
    );
  });

  test('moves with the values, scales with them, and stays between them', () => {
    const many = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1, maxLength: 70 });
    fc.assert(
      fc.property(many, fc.integer({ min: -50, max: 50 }), (given, by) => {
        const { estimate, low, high } = pairedShift(given);
        assert.ok(Math.min(...given) <= low && low <= estimate);
        assert.ok(estimate <= high && high <= Math.max(...given));
        const moved = pairedShift(given.map((value) => 3 * value + by));
        assertClose(moved.estimate, 3 * estimate + by, 1e-9);
      }),
    );
  });

  test('approximates the interval of many pairs closely', () => {
    const pairs = (length: number) => Array.from({ length }, (_, i) => ((i * 37) % 101) / 10);
    const exact = pairedShift(pairs(49));
    const approximate = pairedShift(pairs(50));
    assertClose(approximate.low, exact.low, 0.05);
    assertClose(approximate.high, exact.high, 0.05);
  });
});

describe('unpairedShift', () => {
  test('gives the difference and the exact interval of R', () => {
    // R 4.2.2: wilcox.test(atTerm, early, conf.int = TRUE)
    const shift = unpairedShift(PERMEABILITY.early, PERMEABILITY.atTerm);
    assertClose(shift.estimate, 0.305, 1e-9);
    assertClose(shift.low, -0.15, 1e-9);
    assertClose(shift.high, 0.76, 1e-9);
    assert.ok(shift.confidence >= 0.95);
  });

  test('gives the figures of R where there are ties', () => {
    // R 4.2.2: wilcox.test(may, august, conf.int = TRUE): -31.99996, from -52.99999 to -14.99998
    const { estimate, low, high } = unpairedShift(OZONE.august, OZONE.may);
    assert.deepEqual([estimate, low, high], [-32, -53, -15]);
  });

  test('turns its sign when samples are swapped', () => {
    const there = unpairedShift(OZONE.may, OZONE.august);
    const back = unpairedShift(OZONE.august, OZONE.may);
    assert.deepEqual(
      [-there.estimate, -there.low, -there.high],
      [back.estimate, back.high, back.low],
    );
  });

  test('refuses samples that are empty, and a confidence that is none', () => {
    assert.throws(() => unpairedShift([], [1]), { code: 'ERR_INVALID_MEASUREMENT' });
    assert.throws(() => unpairedShift([1], [Number.NaN]), { code: 'ERR_INVALID_MEASUREMENT' });
    assert.throws(() => pairedShift([1, 2], { confidence: 95 }), { code: 'ERR_INVALID_OPTION' });
  });
});
