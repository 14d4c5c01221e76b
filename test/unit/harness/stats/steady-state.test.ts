import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { probit } from 'simple-statistics';
import { seededRandom } from '../../../../src/harness/stats/random.ts';
import { isSteady } from '../../../../src/harness/stats/steady-state.ts';

/** Number of windows until the rule says steady; `undefined` when it does not within `cap`. */
function steadyAfter(
  nsPerCallAt: (window: number) => number,
  noise: number,
  seed: number,
  cap = 200,
): number | undefined {
  const random = seededRandom(seed);
  const windows: number[] = [];
  while (windows.length < cap) {
    const factor = Math.exp(noise * probit(Math.max(random(), 1e-9)));
    windows.push(nsPerCallAt(windows.length) * factor);
    if (isSteady(windows)) return windows.length;
  }
  return undefined;
}

const compilation = (window: number) => 100 + 900 * Math.exp(-window / 6);
const tiers = (window: number) => (window < 8 ? 400 : 100);
const leak = (window: number) => 100 * 1.02 ** window;

const SEEDS = Array.from({ length: 40 }, (_, seed) => seed);

describe('isSteady', () => {
  test('needs twice the windows that it judges', () => {
    assert.equal(isSteady(Array.from({ length: 9 }, () => 100)), false);
    assert.equal(isSteady(Array.from({ length: 10 }, () => 100)), true);
    assert.equal(
      isSteady(
        Array.from({ length: 6 }, () => 100),
        { windows: 3 },
      ),
      true,
    );
  });

  test('waits until a curve of just-in-time compilation has flattened', () => {
    for (const seed of SEEDS) {
      const windows = steadyAfter(compilation, 0.02, seed);
      assert.ok(windows !== undefined && windows < 60, `seed ${seed}: ${windows}`);
      // Half of what the rule looked at may lie above; where it stops, 10 % at most is left to gain.
      assert.ok(compilation(windows) < 110, `seed ${seed} stopped at ${compilation(windows)}`);
    }
  });

  test('is not taken in by the step to the optimised tier', () => {
    for (const seed of SEEDS) {
      const windows = steadyAfter(tiers, 0.03, seed);
      assert.ok(windows !== undefined && windows > 10, `seed ${seed}: ${windows}`);
    }
  });

  test('accepts a machine that stays noisy', () => {
    for (const seed of SEEDS) {
      const windows = steadyAfter(() => 100, 0.15, seed);
      assert.ok(windows !== undefined && windows <= 40, `seed ${seed}: ${windows}`);
    }
  });

  test('overlooks one slow window', () => {
    const windows = [100, 101, 99, 100, 102, 100, 99, 500, 101, 100];
    assert.equal(isSteady(windows), true);
    assert.equal(isSteady([...windows, 500]), false, 'nor a second one');
    assert.equal(isSteady([...Array.from({ length: 10 }, () => 100), 50]), false, 'nor the latest');
  });

  test('never accepts what keeps getting slower', () => {
    for (const seed of SEEDS) assert.equal(steadyAfter(leak, 0.005, seed, 100), undefined);
  });

  test('lets a drift pass that is smaller than the tolerance', () => {
    const drifting = Array.from({ length: 10 }, (_, window) => 100 - window * 0.2);
    assert.equal(isSteady(drifting), true);
    assert.equal(isSteady(drifting, { tolerance: 0.01 }), false);
  });

  test('refuses options that make no sense', () => {
    assert.throws(() => isSteady([], { windows: 2 }), { code: 'ERR_INVALID_OPTION' });
    assert.throws(() => isSteady([], { tolerance: -1 }), { code: 'ERR_INVALID_OPTION' });
  });
});
