import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type RateBounds,
  type RateProbe,
  searchMaxRate,
} from '../../../../src/harness/load/max-rate-search.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';

/** Plays a server; returns what was found and what it took. */
function search(
  startPerSecond: number,
  holds: (probe: RateProbe) => boolean,
): { readonly bounds: RateBounds; readonly probes: readonly RateProbe[] } {
  const probes: RateProbe[] = [];
  const steps = searchMaxRate({ startPerSecond });
  let step = steps.next();
  while (step.done !== true) {
    probes.push(step.value);
    step = steps.next(holds(step.value));
  }
  return { bounds: step.value, probes };
}

const capacity = fc.double({ min: 2, max: 500_000, noNaN: true });

describe('searchMaxRate', () => {
  test('encloses the capacity of a server to 2.5 %, wherever it starts', () => {
    fc.assert(
      fc.property(capacity, capacity, (capacityPerSecond, start) => {
        const { bounds, probes } = search(
          start,
          ({ ratePerSecond }) => ratePerSecond <= capacityPerSecond,
        );
        assert.ok(bounds.low <= capacityPerSecond && capacityPerSecond < bounds.high);
        assert.ok(bounds.high / bounds.low <= 1.025);
        const last = probes.at(-1);
        assert.deepEqual(last, { phase: 'confirm', ratePerSecond: bounds.low });
        // Each rate that fails is tried twice.
        const doublings = Math.abs(Math.log2(capacityPerSecond / start));
        assert.ok(probes.length <= 2 * (doublings + 8) + 2, `${probes.length}`);
      }),
    );
  });

  test('is not led astray by a single bad moment', () => {
    for (let bad = 0; bad < 12; bad++) {
      let count = 0;
      const { bounds } = search(100, ({ phase, ratePerSecond }) => {
        const isBad = count++ === bad && phase !== 'confirm';
        return !isBad && ratePerSecond <= 1_000;
      });
      assert.ok(bounds.low > 975 && bounds.low <= 1_000, `${bad}: ${bounds.low}`);
    }
  });

  test('steps down from what a longer window refuses', () => {
    const { bounds } = search(100, ({ phase, ratePerSecond }) =>
      phase === 'confirm' ? ratePerSecond <= 900 : ratePerSecond <= 1_000,
    );
    assert.ok(bounds.low <= 900 && bounds.low > 850, `${bounds.low}`);
    assert.ok(bounds.high > 900 && bounds.high < 950, `${bounds.high}`);
  });

  test('encloses what long windows hold to 5 %, however much more short ones let pass', () => {
    const share = fc.double({ min: 0.45, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.double({ min: 10, max: 500_000, noNaN: true }),
        share,
        (capacityPerSecond, held) => {
          const longPerSecond = capacityPerSecond * held;
          const { bounds, probes } = search(capacityPerSecond / 3, ({ phase, ratePerSecond }) =>
            phase === 'confirm'
              ? ratePerSecond <= longPerSecond
              : ratePerSecond <= capacityPerSecond,
          );
          assert.ok(bounds.low <= longPerSecond && longPerSecond < bounds.high);
          assert.ok(bounds.high / bounds.low <= 1.05);
          const confirmed = probes.filter(({ phase }) => phase === 'confirm');
          assert.ok(confirmed.some(({ ratePerSecond }) => ratePerSecond === bounds.low));
          assert.ok(confirmed.length <= 9, `${confirmed.length}`);
        },
      ),
    );
  });

  test('says so when no rate holds, and when every one does', () => {
    assert.deepEqual(search(64, () => false).bounds, { low: 0, high: 1 });
    assert.deepEqual(search(64, () => true).bounds, { low: 1e6, high: Number.POSITIVE_INFINITY });
    assert.equal(search(64, ({ phase }) => phase !== 'confirm').bounds.low, 0);
  });

  test('comes to an end with a server that answers at random', () => {
    fc.assert(
      fc.property(fc.nat(), capacity, (seed, start) => {
        const random = seededRandom(seed);
        const { bounds, probes } = search(start, () => random() < 0.6);
        assert.ok(probes.length < 120);
        assert.ok(bounds.low < bounds.high);
      }),
    );
  });
});
