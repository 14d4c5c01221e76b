import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { LatencyCounts } from '../../../../src/harness/stats/latency-counts.ts';
import type { LatencyHistogram } from '../../../../src/harness/stats/latency-histogram.ts';
import { LatencyTally } from '../../../../src/harness/stats/latency-tally.ts';

function taken(latenciesNs: readonly number[]): LatencyCounts {
  const tally = new LatencyTally();
  for (const latencyNs of latenciesNs) tally.record(latencyNs);
  return tally.take();
}

function summaryOf(counts: LatencyCounts): ReturnType<LatencyHistogram['summary']> {
  const histogram = counts.toHistogram();
  try {
    return histogram.summary();
  } finally {
    histogram.destroy();
  }
}

describe('LatencyCounts', () => {
  const latencies = fc.array(fc.integer({ min: 0, max: 10_000_000_000 }), { maxLength: 60 });

  test('merges two to what one tally of both says', () => {
    fc.assert(
      fc.property(latencies, latencies, (first, second) => {
        const merged = taken(first).mergedWith(taken(second));
        assert.deepEqual(summaryOf(merged), summaryOf(taken([...first, ...second])));
      }),
    );
  });

  test('can be sent to another thread, and added to a tally there', () => {
    fc.assert(
      fc.property(latencies, latencies, (first, second) => {
        const tally = new LatencyTally();
        for (const latencyNs of first) tally.record(latencyNs);
        tally.add(LatencyCounts.unpack(structuredClone(taken(second).pack())));
        assert.equal(tally.isEmpty, first.length + second.length === 0);
        assert.deepEqual(summaryOf(tally.take()), summaryOf(taken([...first, ...second])));
      }),
    );
  });

  test('keeps counts of any size', () => {
    for (const doublings of [7, 14, 31, 40]) {
      let counts = taken([1_000, 3_600_000_000_000]);
      for (let doubling = 0; doubling < doublings; doubling++) counts = counts.mergedWith(counts);
      const histogram = counts.toHistogram();
      assert.equal(histogram.count, 2 ** (doublings + 1));
      histogram.destroy();
    }
  });

  test('of nothing adds nothing', () => {
    assert.equal(summaryOf(LatencyCounts.NONE).max, 0);
    assert.equal(summaryOf(taken([7]).mergedWith(LatencyCounts.NONE)).max, 7);
  });
});
