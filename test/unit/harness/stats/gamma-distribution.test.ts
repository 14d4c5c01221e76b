import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { gammaCdf, gammaQuantile } from '../../../../src/harness/stats/gamma-distribution.ts';

function assertNear(actual: number, expected: number, relative: number): void {
  assert.ok(Math.abs(actual - expected) <= relative * Math.abs(expected), `${actual}: ${expected}`);
}

describe('the gamma distribution', () => {
  test('agrees with tables of chi squared, which is one of its kind', () => {
    // Chi squared with k degrees has mean k and squared coefficient of variation 2/k.
    for (const [degrees, point] of [
      [1, 6.6349],
      [2, 9.2103],
      [5, 15.0863],
      [10, 23.2093],
      [100, 135.8067],
    ] as const) {
      assertNear(gammaQuantile(0.99, degrees, 2 / degrees), point, 1e-5);
      assertNear(gammaCdf(point, degrees, 2 / degrees), 0.99, 1e-5);
    }
  });

  test('is the exponential distribution when it varies as much', () => {
    for (const value of [0.01, 1, 7]) {
      assertNear(gammaCdf(value, 2, 1), 1 - Math.exp(-value / 2), 1e-9);
    }
  });

  test('is a constant when nothing varies', () => {
    assert.equal(gammaCdf(4.9, 5, 0), 0);
    assert.equal(gammaCdf(5, 5, 0), 1);
    assert.equal(gammaQuantile(0.5, 5, 0), 5);
  });

  test('has quantiles that its distribution function leads back from', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        fc.double({ min: 0.05, max: 5, noNaN: true }),
        (share, mean, scv) => {
          assertNear(gammaCdf(gammaQuantile(share, mean, scv), mean, scv), share, 1e-6);
        },
      ),
    );
  });
});
