import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type VerdictBounds, verdictOf } from '../../../../src/harness/compare/verdict.ts';

const ratios = fc.double({ min: 0.01, max: 100, noNaN: true });
const floors = fc.double({ min: 0, max: 1, noNaN: true });
const bounds = fc.oneof(
  fc.record({ noiseFloor: floors }),
  fc.record({ noiseFloor: floors, tolerance: floors }),
);

describe('verdictOf', () => {
  test('says what an interval says, and never more', () => {
    const verdict = (low: number, high: number) => verdictOf(low, high, { noiseFloor: 0.05 });
    assert.equal(verdict(1.2, 1.3), 'improved');
    assert.equal(verdict(0.7, 0.8), 'regressed');
    assert.equal(verdict(0.97, 1.04), 'unchanged');
    assert.equal(verdict(0.9, 1.3), 'inconclusive');
    assert.equal(verdict(1.01, 1.3), 'inconclusive');
    assert.equal(verdict(0.8, 0.99), 'inconclusive');
  });

  test('says nothing within the noise floor, its ends included', () => {
    assert.equal(verdictOf(1.05, 1.05, { noiseFloor: 0.05 }), 'unchanged');
    assert.equal(verdictOf(1 / 1.05, 1 / 1.05, { noiseFloor: 0.05 }), 'unchanged');
  });

  test('says nothing about an interval that came from one round', () => {
    assert.equal(verdictOf(0, Number.MAX_VALUE, { noiseFloor: 0 }), 'inconclusive');
  });

  test('takes a difference for one only beyond both tolerance and noise floor', () => {
    assert.equal(verdictOf(1.02, 1.025, { noiseFloor: 0.01, tolerance: 0.03 }), 'unchanged');
    assert.equal(verdictOf(1.04, 1.05, { noiseFloor: 0.01, tolerance: 0.03 }), 'improved');
    assert.equal(verdictOf(1.04, 1.05, { noiseFloor: 0.06, tolerance: 0.03 }), 'inconclusive');
    assert.equal(verdictOf(0.9, 0.92, { noiseFloor: 0.06, tolerance: 0.03 }), 'regressed');
  });

  test('never claims that nothing changed where the noise is more than what matters', () => {
    assert.equal(verdictOf(1, 1, { noiseFloor: 0.4, tolerance: 0.03 }), 'inconclusive');
    assert.equal(verdictOf(1, 1, { noiseFloor: 0.03, tolerance: 0.03 }), 'unchanged');
  });

  test('turns round when baseline and candidate change places', () => {
    const swapped = {
      improved: 'regressed',
      regressed: 'improved',
      unchanged: 'unchanged',
      inconclusive: 'inconclusive',
    };
    fc.assert(
      fc.property(ratios, ratios, bounds, (one, other, given: VerdictBounds) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        // At the very ends of what is tolerated, rounding decides.
        const limit = 1 + Math.max(given.noiseFloor, given.tolerance ?? 0);
        const ends = [limit, 1 / limit];
        fc.pre(ends.every((end) => Math.abs(low - end) > 1e-9 && Math.abs(high - end) > 1e-9));
        assert.equal(verdictOf(1 / high, 1 / low, given), swapped[verdictOf(low, high, given)]);
      }),
    );
  });

  test('never becomes bolder when there is more noise, or more is tolerated', () => {
    fc.assert(
      fc.property(ratios, ratios, floors, floors, floors, (one, other, a, b, tolerance) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const [quiet, noisy] = [Math.min(a, b), Math.max(a, b)];
        const verdict = verdictOf(low, high, { noiseFloor: noisy, tolerance });
        if (verdict === 'inconclusive') return;
        assert.equal(verdictOf(low, high, { noiseFloor: quiet, tolerance }), verdict);
      }),
    );
  });
});
