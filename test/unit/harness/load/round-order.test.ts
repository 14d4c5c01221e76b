import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { roundOrder } from '../../../../src/harness/load/round-order.ts';

test('rounds alternate in direction', () => {
  const orders = [0, 1, 2].map((round) => roundOrder(['a', 'b', 'c'], round).join(''));
  assert.deepEqual(orders, ['abc', 'cba', 'abc']);
});

test('over an even number of rounds every variant has the same mean place', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 10 }), (count, pairs) => {
      const items = Array.from({ length: count }, (_, index) => index);
      const places = items.map(() => 0);
      for (let round = 0; round < 2 * pairs; round++) {
        roundOrder(items, round).forEach((item, place) => {
          places[item] = (places[item] as number) + place;
        });
      }
      assert.deepEqual(new Set(places), new Set([pairs * (count - 1)]));
    }),
  );
});
