import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { increasingRoot } from '../../../../src/harness/stats/increasing-root.ts';

function assertNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 1e-11 * expected, `${actual}: ${expected}`);
}

describe('increasingRoot', () => {
  test('finds where a smooth function crosses, however far from the scale', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        fc.double({ min: 0.2, max: 5, noNaN: true }),
        (root, power) => {
          assertNear(
            increasingRoot((value) => value ** power - root ** power, 1),
            root,
          );
        },
      ),
    );
  });

  test('finds the place of a jump', () => {
    for (const place of [0.3, 1, 17]) {
      assertNear(
        increasingRoot((value) => (value < place ? -1 : 1), 1),
        place,
      );
    }
  });

  test('needs a third of the evaluations of halving where the function is smooth', () => {
    let count = 0;
    const root = increasingRoot((value) => {
      count++;
      return 1 - Math.exp(-value) - 0.99;
    }, 1);
    assert.ok(Math.abs(root - Math.log(100)) < 1e-9 && count <= 15, `${count}`); // halving: 44
  });

  test('gives up at a trillion scales where nothing crosses', () => {
    assert.equal(increasingRoot(() => -1, 1) >= 1e12, true);
  });
});
