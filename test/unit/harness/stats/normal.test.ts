import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { normalCdf, normalQuantile } from '../../../../src/harness/stats/normal.ts';
import { assertClose } from '../../../helpers/close-to.ts';

describe('the standard normal distribution', () => {
  test('has the probabilities of R', () => {
    // R 4.2.2: pnorm(z)
    const published: [z: number, probability: number][] = [
      [-8, 6.220960574271785e-16],
      [-3, 1.349898031630095e-3],
      [-1.96, 2.499789514822043e-2],
      [-0.5, 3.085375387259869e-1],
      [0, 0.5],
      [0.123456, 5.491269927023118e-1],
      [2.5, 9.937903346742238e-1],
      [6, 9.999999990134123e-1],
    ];
    for (const [z, probability] of published) {
      assertClose(normalCdf(z), probability, z < -7 ? 1e-8 : 1e-13);
    }
  });

  test('has the quantiles of R', () => {
    // R 4.2.2: qnorm(probability)
    const published: [probability: number, z: number][] = [
      [1e-12, -7.034483825301132],
      [1e-5, -4.264890793922826],
      [0.025, -1.959963984540054],
      [0.3, -0.5244005127080407],
      [0.5, 0],
      [0.9, 1.281551565544601],
      [0.999999, 4.753424308817089],
    ];
    for (const [probability, z] of published) assertClose(normalQuantile(probability), z, 1e-8);
    assert.equal(normalQuantile(0), Number.NEGATIVE_INFINITY);
    assert.equal(normalQuantile(1), Number.POSITIVE_INFINITY);
  });

  test('has quantiles that lead back to their probability', () => {
    const probabilities = fc.double({ min: 1e-300, max: 1, noNaN: true, maxExcluded: true });
    fc.assert(
      fc.property(probabilities, (probability) => {
        assertClose(normalCdf(normalQuantile(probability)), probability, 1e-9);
      }),
    );
  });

  test('has no quantile of what is no probability', () => {
    for (const probability of [-0.1, 1.1, Number.NaN]) {
      assert.throws(() => normalQuantile(probability), { code: 'ERR_INVALID_OPTION' });
    }
  });
});
