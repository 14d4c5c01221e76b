import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  seededRandom,
  splitMix64,
  xoshiro128StarStar,
} from '../../../../src/harness/stats/random.ts';

const draw = (seed: number) => Array.from({ length: 20 }, seededRandom(seed));

describe('seededRandom', () => {
  test('is built on generators that give their published outputs', () => {
    const xoshiro = xoshiro128StarStar([1, 2, 3, 4]);
    assert.deepEqual(
      Array.from({ length: 10 }, xoshiro),
      [
        11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597,
        4258142804,
      ],
    );
    const splitMix = splitMix64(1234567n);
    assert.deepEqual(Array.from({ length: 5 }, splitMix), [
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
      4593380528125082431n,
      16408922859458223821n,
    ]);
  });

  test('repeats itself for the same seed and not for another', () => {
    assert.deepEqual(draw(7), draw(7));
    assert.notDeepEqual(draw(7), draw(8));
    assert.notDeepEqual(draw(7), draw(7 + 2 ** 32));
  });

  test('fills [0, 1) evenly', () => {
    const random = seededRandom(42);
    const bins = Array.from<number>({ length: 16 }).fill(0);
    const draws = 32_000;
    for (let i = 0; i < draws; i++) {
      const value = random();
      assert.ok(value >= 0 && value < 1);
      const bin = Math.floor(value * bins.length);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    const expected = draws / bins.length;
    const chiSquared = bins.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
    assert.ok(chiSquared < 37.7, `0.1 % point for 15 degrees of freedom, got ${chiSquared}`);
  });

  test('refuses a seed that is no whole number', () => {
    for (const seed of [-1, 1.5, Number.NaN]) {
      assert.throws(() => seededRandom(seed), { code: 'ERR_INVALID_OPTION' });
    }
  });
});
