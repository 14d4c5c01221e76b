import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { slopePerHour } from '../../../../src/harness/stats/drift.ts';
import {
  type Point,
  theilSenIntercept,
  theilSenSlope,
} from '../../../../src/harness/stats/theil-sen.ts';

function pointsOf(x: readonly number[], y: readonly number[]): Point[] {
  return x.map((at, index) => ({ x: at, y: y[index] as number }));
}

function assertNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);
}

describe('theilSenSlope', () => {
  test('agrees with the example of Sen (1968)', () => {
    const points = pointsOf([1, 2, 3, 4, 10, 12, 18], [9, 15, 19, 20, 45, 55, 78]);
    const slope = theilSenSlope(points);
    assertNear(slope.median, 4);
    assertNear(theilSenIntercept(points, slope.median), 6);
    assertNear(slope.low, 26 / 7);
    assertNear(slope.high, 4.375);
  });

  test('agrees with scipy.stats.theilslopes, and is not moved by a wild sample', () => {
    const y = [3.1, 2.9, 5.2, 6.1, 5.0, 9.4, 30.0, 8.8, 9.9, 11.7];
    const slope = theilSenSlope(pointsOf([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], y));
    assertNear(slope.median, 1);
    assertNear(slope.low, 0.7);
    assertNear(slope.high, 1.6);
  });

  test('has 0 in the interval of what only scatters', () => {
    const slope = theilSenSlope(pointsOf([0, 1, 2, 3, 4, 5, 6, 7], [5, 6, 5, 6, 5, 6, 5, 6]));
    assert.ok(slope.low <= 0 && slope.high >= 0, JSON.stringify(slope));
  });

  test('finds every line exactly', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e6, max: 1e6 }),
        fc.integer({ min: 6, max: 40 }),
        (rise, n) => {
          const x = Array.from({ length: n }, (_, index) => index * 0.5);
          const slope = theilSenSlope(
            pointsOf(
              x,
              x.map((at) => at * rise),
            ),
          );
          for (const each of Object.values(slope)) assert.ok(Math.abs(each - rise) < 1e-3);
        },
      ),
    );
  });

  test('refuses too few samples', () => {
    const few = pointsOf([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]);
    assert.throws(() => theilSenSlope(few), { code: 'ERR_INVALID_MEASUREMENT' });
  });
});

describe('slopePerHour', () => {
  test('counts in hours what was sampled in milliseconds', () => {
    const samples = [0, 1, 2, 3, 4, 5].map((n) => ({ atMs: n * 60_000, value: n }));
    assertNear(slopePerHour(samples).median, 60);
  });
});
