import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  budgetUsed,
  fitLimit,
  type LimitFit,
  nextRate,
  type WindowSample,
} from '../../../../src/harness/capacity/limit-fit.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';

const P99_BUDGET = 0.01;
const RATES = [50, 200, 350, 500, 650, 750, 850, 950, 1_100, 1_300];

/** Windows of 100 calls or more at each rate; `used` is how much of the budget each uses. */
function windows(
  rates: readonly number[],
  count: number,
  used: (ratePerSecond: number, window: number) => number,
): WindowSample[] {
  return rates.flatMap((ratePerSecond) =>
    Array.from({ length: count }, (_, window) => ({
      ratePerSecond,
      misses: [{ missed: used(ratePerSecond, window) * P99_BUDGET * 1_000, calls: 1_000 }],
    })),
  );
}

function fit(samples: readonly WindowSample[], allowed: readonly number[] = [P99_BUDGET]) {
  return fitLimit(samples, allowed, seededRandom(1));
}

/** A queue: next to nothing at first, and more than all of it from the limit on. */
const rising = (limit: number) => (ratePerSecond: number) => (ratePerSecond / limit) ** 4;

describe('fitLimit', () => {
  test('finds where the budget is used up, between the rates around it', () => {
    for (const limit of [220, 600, 900, 1_250]) {
      const found = fit(windows(RATES, 2, rising(limit))) ?? assert.fail();
      const { median, low, high } = found.ratePerSecond;
      assert.ok(Math.abs(median / limit - 1) < 0.08, `${limit}: ${median}`);
      assert.ok(low <= median && median <= high);
      assert.equal(found.bound, 'enclosed');
    }
  });

  test('is not led astray for long by one window, however bad and wherever', () => {
    for (const bad of RATES.slice(0, 7)) {
      const samples = windows(RATES, 2, (rate, window) =>
        rate === bad && window === 0 ? 80 : rising(1_000)(rate),
      );
      for (let round = 0; ; round++) {
        const rate = nextRate(fit(samples), round, 50);
        if (rate === undefined) break;
        samples.push(...windows([rate], 4, rising(1_000)));
      }
      const { median, high } = fit(samples)?.ratePerSecond ?? assert.fail(`bad at ${bad}`);
      assert.ok(median > 840 && median < 1_050, `bad at ${bad}: ${median}`);
      assert.ok(high >= 990, `bad at ${bad}: ${high}`);
    }
  });

  test('is brought down by pauses that come back, though most windows are without', () => {
    // One window in four stands still for 60 ms of its half second: p99 over all of them is broken.
    const samples = windows(RATES, 8, (rate, window) =>
      rate > 300 && window % 4 === 0 ? 11 : rising(1_000)(rate) / 4,
    );
    const { median } = fit(samples)?.ratePerSecond ?? assert.fail();
    assert.ok(median >= 200 && median < 350, `${median}`);
  });

  test('encloses the truth in its interval about as often as it says', () => {
    const random = seededRandom(7);
    let held = 0;
    const count = 60;
    for (let run = 0; run < count; run++) {
      // Windows differ by a factor of two either way, as those of a noisy machine do.
      const noisy = (rate: number) => rising(800)(rate) * 2 ** (2 * random() - 1) * 0.96;
      const samples = [...windows(RATES, 2, noisy), ...windows([740, 800, 860], 8, noisy)];
      const { low, high } = fit(samples)?.ratePerSecond ?? assert.fail();
      if (low <= 800 && 800 <= high) held++;
    }
    assert.ok(held >= count * 0.8, `${held} of ${count}`);
  });

  test('gives no rate where not even the lowest keeps to them', () => {
    assert.equal(fit(windows(RATES, 2, () => 3)), undefined);
  });

  test('says that the truth may lie far above where nothing was too much', () => {
    const found = fit(windows(RATES, 2, () => 0.2)) ?? assert.fail();
    assert.deepEqual([found.ratePerSecond.median, found.bound], [1_300, 'at-least']);
  });

  test('keeps to the objective that is broken first', () => {
    const samples = RATES.map((ratePerSecond) => ({
      ratePerSecond,
      misses: [
        { missed: rising(900)(ratePerSecond) * 10, calls: 1_000 },
        { missed: ratePerSecond > 360 ? 5 : 0, calls: 1_000 },
      ],
    }));
    const { median } = fit(samples, [P99_BUDGET, 0.001])?.ratePerSecond ?? assert.fail();
    assert.ok(median >= 350 && median < 500, `${median}`);
    // Where nothing is allowed, one call is too much.
    const strict = fit(samples, [P99_BUDGET, 0])?.ratePerSecond ?? assert.fail();
    assert.ok(strict.median >= 350 && strict.median < 500, `${strict.median}`);
  });

  test('rises with what is allowed, and does not depend on the order of windows', () => {
    const used = fc.array(fc.double({ min: 0, max: 30, noNaN: true }), {
      minLength: 20,
      maxLength: 20,
    });
    fc.assert(
      fc.property(used, fc.nat(), (values, seed) => {
        const samples = windows(
          RATES,
          2,
          (rate, window) => values[RATES.indexOf(rate) * 2 + window] ?? 0,
        );
        const strict = fit(samples)?.ratePerSecond.median ?? 0;
        const lax = fit(samples, [P99_BUDGET * 2])?.ratePerSecond.median ?? 0;
        assert.ok(lax >= strict - 1e-9, `${lax} < ${strict}`);
        const random = seededRandom(seed);
        const shuffled = samples.toSorted(() => random() - 0.5);
        assert.ok(Math.abs((fit(shuffled)?.ratePerSecond.median ?? 0) - strict) < 1e-6);
      }),
      { numRuns: 40 },
    );
  });
});

describe('nextRate', () => {
  const found = (low: number, median: number, high: number): LimitFit => ({
    ratePerSecond: { low, median, high },
    bound: 'enclosed',
  });

  test('looks at the limit and on both sides of it, until its interval is narrow', () => {
    const asked = Array.from({ length: 20 }, (_, round) => nextRate(found(80, 100, 120), round, 5));
    assert.deepEqual(
      asked.slice(0, 4).map((rate) => Math.round(rate ?? 0)),
      [100, 110, 93, 105],
    );
    assert.equal(asked.filter((rate) => rate !== undefined).length, 12);
    assert.equal(Math.round(nextRate(found(99, 100, 102), 5, 5) ?? 0), 110);
    assert.equal(nextRate(found(99, 100, 102), 6, 5), undefined);
  });

  test('asks again at low rates, and not below the lowest, before it believes that nothing is carried', () => {
    const asked = Array.from({ length: 7 }, (_, round) => nextRate(undefined, round, 5));
    assert.deepEqual(asked, [15, 40, 7.5, 25, 55, 10, undefined]);
    assert.equal(nextRate(found(5, 5, 6), 2, 5), 5);
  });
});

describe('budgetUsed', () => {
  test('is calls that missed over those that may, in the mean over windows', () => {
    const samples = windows([100], 4, (_rate, window) => window / 2);
    assert.ok(Math.abs(budgetUsed(samples, [P99_BUDGET]) - 0.75) < 1e-9);
  });
});
