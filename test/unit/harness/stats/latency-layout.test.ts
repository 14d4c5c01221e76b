import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Int32Histogram } from 'hdr-histogram-js';
import {
  HIGHEST_TRACKABLE_NS,
  lowestNsOf,
  SLOT_COUNT,
  slotOf,
} from '../../../../src/harness/stats/latency-layout.ts';

/** Whole ns over the whole range, each power of two as likely as the next. */
const latencyNs = fc
  .tuple(fc.integer({ min: 0, max: 41 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([bits, share]) => Math.min(Math.floor(2 ** bits * (1 + share)), HIGHEST_TRACKABLE_NS));

describe('the bucket layout', () => {
  test('puts every latency where HdrHistogram puts it', () => {
    const reference = new Int32Histogram(1, HIGHEST_TRACKABLE_NS, 3);
    fc.assert(
      fc.property(latencyNs, (value) => {
        assert.equal(slotOf(value), reference.countsArrayIndex(value));
        assert.equal(lowestNsOf(slotOf(value)), reference.lowestEquivalentValue(value));
      }),
      { numRuns: 2_000 },
    );
    assert.ok(SLOT_COUNT <= reference.countsArrayLength);
  });

  test('has no seam where the arithmetic changes', () => {
    const reference = new Int32Histogram(1, HIGHEST_TRACKABLE_NS, 3);
    for (const edge of [1024, 2048, 2 ** 21, 2 ** 30, 2 ** 31, 2 ** 32, 2 ** 33, 2 ** 41]) {
      for (const value of [edge - 1, edge, edge + 1]) {
        assert.equal(slotOf(value), reference.countsArrayIndex(value), `${value}`);
      }
    }
    assert.equal(slotOf(HIGHEST_TRACKABLE_NS), SLOT_COUNT - 1);
  });

  test('cuts fractions off', () => {
    assert.equal(slotOf(0.9), 0);
    assert.equal(slotOf(2047.9), 2047);
    assert.equal(slotOf(2 ** 31 - 0.5), slotOf(2 ** 31 - 1));
  });
});
