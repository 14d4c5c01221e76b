import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  autocorrelation,
  serialDependence,
} from '../../../../src/harness/stats/autocorrelation.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';
import { assertClose } from '../../../helpers/close-to.ts';
import { normalNoise } from '../../../helpers/normal-noise.ts';
import { HORMONE } from '../../../helpers/reference-samples.ts';

/** Each value keeps `kept` of the one before it. */
function autoregressive(length: number, kept: number, seed: number): number[] {
  const noise = normalNoise(seededRandom(seed));
  let value = 0;
  return Array.from({ length }, () => {
    value = kept * value + noise();
    return value;
  });
}

describe('autocorrelation', () => {
  test('gives the figures of R', () => {
    // R 4.2.2: acf(lh, plot = FALSE)
    const published = [1, 0.575524475524475, 0.181818181818182, -0.144755244755245];
    published.forEach((expected, lag) => {
      assertClose(autocorrelation(HORMONE, lag), expected, 1e-12);
    });
  });

  test('has no lag beyond the values', () => {
    assert.throws(() => autocorrelation([1, 2, 3], 3), { code: 'ERR_INVALID_OPTION' });
  });
});

describe('serialDependence', () => {
  test('gives the p-value of R', () => {
    // R 4.2.2: Box.test(lh, lag = 1, type = "Ljung")
    const found = serialDependence(HORMONE);
    assertClose(found?.pValue ?? Number.NaN, 3.91163410794e-5, 1e-11);
  });

  test('finds one in twenty independent rows dependent at 5 %', () => {
    const tries = 1_000;
    const noise = normalNoise(seededRandom(1));
    let found = 0;
    for (let i = 0; i < tries; i++) {
      const row = Array.from({ length: 20 }, noise);
      if ((serialDependence(row)?.pValue ?? 0) < 0.05) found++;
    }
    assert.ok(found > tries * 0.02 && found < tries * 0.07, `found ${found} of ${tries}`);
  });

  test('counts dependent values for as many as they are worth', () => {
    // (1 − φ) / (1 + φ) of an autoregressive row of order 1.
    for (const [kept, share] of [
      [0, 1],
      [0.5, 1 / 3],
      [0.8, 1 / 9],
      [-0.5, 1],
    ] as const) {
      const found = serialDependence(autoregressive(20_000, kept, 2));
      assertClose((found?.effectiveSize ?? 0) / 20_000, share, 0.15);
      assertClose((found?.lagOne ?? 0) + 1, kept + 1, 0.03);
    }
  });

  test('says nothing about few values, or about equal ones', () => {
    assert.equal(serialDependence([1, 2, 3, 4, 5, 6, 7]), undefined);
    assert.equal(serialDependence(Array.from({ length: 20 }, () => 0.1)), undefined);
    assert.throws(() => serialDependence([Number.NaN]), { code: 'ERR_INVALID_MEASUREMENT' });
  });
});
