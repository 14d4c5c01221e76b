import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  fitScalability,
  type ScalabilityLaw,
  throughputAt,
} from '../../../../src/harness/capacity/scalability.ts';
import type { ScalePoint } from '../../../../src/harness/capacity/scalability-fit.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';

/** Baron Schwartz, "Practical Scalability Analysis with the USL" (2015), a Cisco benchmark; also usl4j's test. */
const CISCO = [
  955.16, 1878.91, 2688.01, 3548.68, 4315.54, 5130.43, 5931.37, 6531.08, 7219.8, 7867.61, 8278.71,
  8646.7, 9047.84, 9426.55, 9645.37, 9897.24, 10097.6, 10240.5, 10532.39, 10798.52, 11151.43,
  11518.63, 11806, 12089.37, 12075.41, 12177.29, 12211.41, 12158.93, 12155.27, 12118.04, 12140.4,
  12074.39,
].map((throughputPerSecond, index) => ({ n: index + 1, throughputPerSecond }));

/** Gunther's, from "Guerrilla Capacity Planning" (2007); values as in the R package `usl` 3.0. */
const SPEC_SDM91 = pointsOf(
  [1, 18, 36, 72, 108, 144, 216],
  [64.9, 995.9, 1652.4, 1853.2, 1828.9, 1775.0, 1702.2],
);
const RAY_TRACER = pointsOf(
  [1, 4, 8, 12, 16, 20, 24, 28, 32, 48, 64],
  [20, 78, 130, 170, 190, 200, 210, 230, 260, 280, 310],
);

function pointsOf(n: readonly number[], throughput: readonly number[]): ScalePoint[] {
  return n.map((each, index) => ({ n: each, throughputPerSecond: throughput[index] as number }));
}

function lawOf(points: readonly ScalePoint[]): ScalabilityLaw {
  const fit = fitScalability(points, seededRandom(1), { resamples: 100 });
  if (fit.state !== 'fitted') throw new Error(fit.reason);
  return fit.model;
}

/** Within half a unit of the last digit of `published`, as it was written. */
function assertPublished(actual: number, published: string): void {
  const digits = published
    .replace(/e.*$/, '')
    .replace(/^0\.0*/, '')
    .replace('.', '').length;
  assert.equal(actual.toPrecision(digits), Number(published).toPrecision(digits));
}

describe('fitScalability', () => {
  test("agrees with usl4j and the book on Schwartz's Cisco data", () => {
    const law = lawOf(CISCO);
    assertPublished(law.lambda.median, '995.649');
    assertPublished(law.sigma.median, '0.026716');
    assertPublished(law.kappa.median, '0.00076909');
    assertPublished(throughputAt(law, 20).perSecond, '11063.63');
    assertPublished(throughputAt(law, 35).perSecond, '12341.75');
    assert.equal(law.knee.state === 'observed' && Math.floor(law.knee.n.median), 35);
  });

  test("agrees with the R package on Gunther's SPEC SDM91 data", () => {
    const law = lawOf(SPEC_SDM91);
    assertPublished(law.sigma.median, '0.0277285');
    assertPublished(law.kappa.median, '0.0001044');
    assertPublished(law.lambda.median, '89.99523');
    assert.ok(law.knee.state === 'observed');
    assertPublished(law.knee.n.median, '96.52');
  });

  test("agrees with the R package on Gunther's ray tracer, which has no knee", () => {
    const law = lawOf(RAY_TRACER);
    assertPublished(law.sigma.median, '0.057771');
    assertPublished(law.lambda.median, '21.848843');
    assert.equal(law.kappa.median, 0);
    assert.ok(law.knee.state === 'not-observed');
    assert.match(law.knee.reason, /no knee observed/);
  });

  test('finds the coefficients of points without noise', () => {
    const law = lawOf(
      pointsOf([1, 2, 4, 6, 8, 10], [1, 2 / 1.06, 4 / 1.3, 6 / 1.7, 8 / 2.26, 10 / 2.98]),
    );
    assert.ok(Math.abs(law.sigma.median - 0.02) < 1e-8, `${law.sigma.median}`);
    assert.ok(Math.abs(law.kappa.median - 0.02) < 1e-8, `${law.kappa.median}`);
    assert.ok(law.rSquared > 0.999999);
  });

  test('holds the true coefficients in most of its intervals', () => {
    const random = seededRandom(7);
    let held = 0;
    for (let run = 0; run < 40; run++) {
      const points = [1, 2, 4, 6, 8, 12, 16, 24, 32].map((n) => ({
        n,
        throughputPerSecond:
          (100 * n) / (1 + 0.03 * (n - 1) + 0.001 * n * (n - 1)) + (random() - 0.5) * 40,
      }));
      const fit = fitScalability(points, random, { resamples: 100 });
      assert.ok(fit.state === 'fitted');
      const { low, high } = fit.model.kappa;
      if (low <= 0.001 && high >= 0.001) held++;
    }
    assert.ok(held >= 34, `${held} of 40 intervals hold κ`);
  });

  test('refuses two points, and six at too few N', () => {
    const refusalOf = (points: readonly ScalePoint[]): string => {
      const fit = fitScalability(points, seededRandom(1));
      return fit.state === 'fitted' ? 'fitted' : fit.reason;
    };
    assert.match(refusalOf(CISCO.slice(0, 2)), /^not identifiable: .* needs 6 points, got 2$/);
    assert.match(
      refusalOf(pointsOf([1, 1, 1, 2, 2, 2], [9, 10, 11, 19, 20, 21])),
      /^not identifiable: .* 4 different N, got 2$/,
    );
    assert.match(refusalOf([...CISCO, { n: 33, throughputPerSecond: 0 }]), /got 0\/s at N = 33/);
  });

  test('warns of a knee far beyond what was measured, and of throughput there', () => {
    const law = lawOf(
      pointsOf(
        [1, 2, 3, 4, 5, 6, 7, 8],
        [1, 2, 3, 4, 5, 6, 7, 8].map((n) => (10 * n) / (1 + 0.01 * (n - 1) + 1e-4 * n * (n - 1))),
      ),
    );
    assert.match(law.warnings.join(), /more than 2 times the largest measured N of 8/);
    assert.equal(throughputAt(law, 16).isExtrapolated, false);
    assert.equal(throughputAt(law, 17).isExtrapolated, true);
  });
});
