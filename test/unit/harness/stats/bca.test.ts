import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mean, sampleCorrelation, variance } from 'simple-statistics';
import { bcaInterval } from '../../../../src/harness/stats/bca.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';
import { assertClose } from '../../../helpers/close-to.ts';
import { LAW_SCHOOLS, SPATIAL } from '../../../helpers/reference-samples.ts';

const meanOf = (values: readonly number[]): number => mean([...values]);

describe('bcaInterval', () => {
  test('gives the interval of a variance that its textbook has', () => {
    // Efron & Tibshirani (1993), table 14.2: from 115.8 to 259.6 by 2,000 resamples.
    // R 4.2.2, boot 1.3-28: boot.ci(boot(A, variance, 200000), conf = c(0.9, 0.95), type = "bca")
    const varianceOf = (values: readonly number[]) => variance([...values]);
    const options = { resamples: 20_000, confidence: 0.9 };
    const found = bcaInterval(SPATIAL, varianceOf, seededRandom(1), options);
    assertClose(found.estimate, 171.534023668639, 1e-12);
    assertClose(found.low, 115.6, 0.015);
    assertClose(found.high, 260.9, 0.015);
    const wider = bcaInterval(SPATIAL, varianceOf, seededRandom(1), { resamples: 20_000 });
    assertClose(wider.low, 105.9, 0.015);
    assertClose(wider.high, 278.6, 0.015);
  });

  test('keeps together what was measured together', () => {
    // R 4.2.2, boot 1.3-28: as above, of cor(LSAT, GPA); a percentile interval would end at 0.96.
    const schools = LAW_SCHOOLS.lsat.map(
      (lsat, i) => [lsat, LAW_SCHOOLS.gpa[i] as number] as const,
    );
    const correlationOf = (drawn: typeof schools | readonly (readonly [number, number])[]) =>
      sampleCorrelation(
        drawn.map(([lsat]) => lsat),
        drawn.map(([, gpa]) => gpa),
      );
    const found = bcaInterval(schools, correlationOf, seededRandom(2), { resamples: 20_000 });
    assertClose(found.estimate, 0.776374491289407, 1e-12);
    assertClose(found.low, 0.3212, 0.03);
    assertClose(found.high, 0.9406, 0.01);
  });

  test('leans to the long side where rounds are skewed, and holds their mean more often than not', () => {
    const random = seededRandom(3);
    let [held, leaning] = [0, 0];
    const tries = 200;
    for (let i = 0; i < tries; i++) {
      const rounds = Array.from({ length: 15 }, () => -Math.log(1 - random()));
      const options = { resamples: 400, confidence: 0.9 };
      const { estimate, low, high } = bcaInterval(rounds, meanOf, random, options);
      if (low <= 1 && high >= 1) held++;
      if (high - estimate > estimate - low) leaning++;
    }
    assert.ok(held >= tries * 0.8, `held ${held} of ${tries}`);
    assert.ok(leaning >= tries * 0.9, `leaning ${leaning} of ${tries}`);
  });

  test('knows nothing after one round, and no spread among equal ones', () => {
    const one = bcaInterval([4], meanOf, Math.random);
    assert.deepEqual(one, { estimate: 4, low: -Number.MAX_VALUE, high: Number.MAX_VALUE });
    const equal = bcaInterval([4, 4, 4], meanOf, seededRandom(1));
    assert.deepEqual(equal, { estimate: 4, low: 4, high: 4 });
  });

  test('is the same for the same seed', () => {
    const again = () => bcaInterval(SPATIAL, meanOf, seededRandom(5));
    assert.deepEqual(again(), again());
  });

  test('refuses no rounds, a statistic that is not finite, and options that make no sense', () => {
    const code = 'ERR_INVALID_MEASUREMENT';
    assert.throws(() => bcaInterval([], meanOf, Math.random), { code });
    assert.throws(() => bcaInterval([1, 2], () => Number.NaN, Math.random), { code });
    // Some resamples have no spread to divide by.
    const ratio = (values: readonly number[]) => 1 / variance([...values]);
    assert.throws(() => bcaInterval([1, 2], ratio, seededRandom(1)), {
      code,
      message: /resampled rounds must be finite/,
    });
    for (const options of [{ resamples: 3 }, { confidence: 0.2 }]) {
      assert.throws(() => bcaInterval([1, 2], meanOf, Math.random, options), {
        code: 'ERR_INVALID_OPTION',
      });
    }
  });
});
