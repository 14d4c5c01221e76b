import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { studentTwoSided } from '../../../../src/harness/stats/student-t.ts';
import { assertClose } from '../../../helpers/close-to.ts';

describe('studentTwoSided', () => {
  test('gives the probabilities of R', () => {
    // R 4.2.2: 2 * pt(-abs(t), degrees)
    const published: [t: number, degrees: number, probability: number][] = [
      [0.5, 1, 7.048327646991336e-1],
      [2.262157, 9, 5.00000133044316e-2],
      [-4.0621, 9, 2.833007840390158e-3],
      [12, 200, 2.422136005246591e-25],
      [2.5, 3.7, 7.182202291182675e-2],
    ];
    for (const [t, degrees, probability] of published) {
      assertClose(studentTwoSided(t, degrees), probability, 1e-12);
    }
  });

  test('is certain at 0 and impossible at infinity', () => {
    assert.equal(studentTwoSided(0, 5), 1);
    assert.equal(studentTwoSided(Number.POSITIVE_INFINITY, 5), 0);
  });

  test('needs degrees of freedom', () => {
    assert.throws(() => studentTwoSided(1, 0), { code: 'ERR_INVALID_OPTION' });
  });
});
