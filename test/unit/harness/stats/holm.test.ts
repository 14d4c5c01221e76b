import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { holmAdjusted } from '../../../../src/harness/stats/holm.ts';
import { assertClose } from '../../../helpers/close-to.ts';

const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });

describe('holmAdjusted', () => {
  test('gives the figures of R', () => {
    // R 4.2.2: p.adjust(p, "holm")
    const published: [given: number[], adjusted: number[]][] = [
      [
        [0.01, 0.02, 0.03, 0.04, 0.05],
        [0.05, 0.08, 0.09, 0.09, 0.09],
      ],
      [
        [0.04, 0.001, 0.03, 0.001, 1],
        [0.09, 0.005, 0.09, 0.005, 1],
      ],
      [
        [0.0001, 0.0058, 0.0132, 0.0289, 0.0498, 0.0911, 0.2012, 0.5718, 0.8912, 0.9011],
        [0.001, 0.0522, 0.1056, 0.2023, 0.2988, 0.4555, 0.8048, 1, 1, 1],
      ],
    ];
    for (const [given, adjusted] of published) {
      const found = holmAdjusted(given);
      adjusted.forEach((p, index) => assertClose(found[index] as number, p, 1e-12));
    }
    assert.deepEqual(holmAdjusted([]), []);
  });

  test('keeps the order of p-values, makes none smaller, and none larger than Bonferroni', () => {
    fc.assert(
      fc.property(pValues, (given) => {
        const adjusted = holmAdjusted(given);
        given.forEach((p, i) => {
          const own = adjusted[i] as number;
          assert.ok(own >= p && own <= Math.min(1, p * given.length + 1e-12));
          given.forEach((other, j) => {
            if (p <= other) assert.ok(own <= (adjusted[j] as number));
          });
        });
      }),
    );
  });

  test('rejects what the step-down procedure rejects', () => {
    fc.assert(
      fc.property(pValues, fc.double({ min: 0.001, max: 0.2, noNaN: true }), (given, level) => {
        // Holm's own words: from the smallest on, compare with level / (those that are left).
        const sorted = given.toSorted((a, b) => a - b);
        const firstKept = sorted.findIndex((p, index) => p * (given.length - index) > level);
        const rejected = firstKept === -1 ? given.length : firstKept;
        assert.equal(holmAdjusted(given).filter((p) => p <= level).length, rejected);
      }),
    );
  });

  test('refuses what is no p-value', () => {
    for (const bad of [-0.1, 1.1, Number.NaN]) {
      assert.throws(() => holmAdjusted([0.5, bad]), {
        code: 'ERR_INVALID_MEASUREMENT',
        message: /from 0 to 1, got .* at index 1/,
      });
    }
  });
});
