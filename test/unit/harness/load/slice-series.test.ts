import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Slice, SliceSeries } from '../../../../src/harness/load/slice-series.ts';
import { LatencyCounts } from '../../../../src/harness/stats/latency-counts.ts';
import { LatencyTally } from '../../../../src/harness/stats/latency-tally.ts';

function slice(calls: number, latencyNs?: number): Slice {
  const tally = new LatencyTally();
  if (latencyNs !== undefined) tally.record(latencyNs);
  const none = LatencyCounts.NONE;
  return { calls, failed: 1, dropped: 2, response: tally.take(), service: none, lag: none };
}

describe('SliceSeries', () => {
  test('keeps seconds as they are while there are few', () => {
    const series = new SliceSeries(4);
    for (const second of [2, 0, 1]) series.add(second, slice(second));
    assert.deepEqual(
      series.inOrder().map(({ second, seconds, calls }) => [second, seconds, calls]),
      [0, 1, 2].map((second) => [second, 1, second]),
    );
  });

  test('merges neighbours when there are many: counts and latencies, not percentiles', () => {
    const series = new SliceSeries(2);
    for (let second = 0; second < 8; second++) series.add(second, slice(1, (second + 1) * 100));
    const [first, last, ...none] = series.inOrder();
    assert.deepEqual(none, []);
    assert.deepEqual(
      [first?.second, first?.seconds, first?.calls, first?.failed, first?.dropped],
      [0, 4, 4, 4, 8],
    );
    const histogram = last?.response.toHistogram();
    assert.equal(histogram?.count, 4);
    assert.deepEqual([histogram?.summary().min, histogram?.summary().max], [500, 800]);
    histogram?.destroy();
  });

  test('takes slices of other series, however long theirs are', () => {
    const seconds = fc.uniqueArray(fc.nat(200), { minLength: 1, maxLength: 80 });
    const series = fc.tuple(fc.integer({ min: 1, max: 20 }), seconds);
    fc.assert(
      fc.property(fc.array(series, { minLength: 1, maxLength: 4 }), fc.nat(20), (all, limit) => {
        const together = new SliceSeries(limit + 1);
        for (const [ownLimit, given] of all) {
          const own = new SliceSeries(ownLimit);
          for (const second of given) own.add(second, slice(second));
          for (const each of own.inOrder()) together.add(each.second, each, each.seconds);
        }
        const given = all.flatMap(([, each]) => each);
        for (const { second, seconds: length, calls } of together.inOrder()) {
          const own = given.filter((each) => each >= second && each < second + length);
          assert.equal(
            calls,
            own.reduce((sum, each) => sum + each, 0),
          );
        }
        const kept = together.inOrder();
        assert.equal(
          kept.reduce((sum, { failed }) => sum + failed, 0),
          given.length,
        );
        assert.ok(kept.length <= limit + 1);
      }),
    );
  });

  test('loses nothing and never keeps more than its limit, in whatever order slices come', () => {
    const seconds = fc.uniqueArray(fc.nat(500), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), seconds, (limit, given) => {
        const series = new SliceSeries(limit);
        for (const second of given) series.add(second, slice(second));
        const kept = series.inOrder();
        assert.ok(kept.length <= limit);
        for (const { second, seconds: length, calls } of kept) {
          const own = given.filter((each) => each >= second && each < second + length);
          assert.equal(
            calls,
            own.reduce((sum, each) => sum + each, 0),
          );
        }
        const total = kept.reduce((sum, { failed }) => sum + failed, 0);
        assert.equal(total, given.length);
      }),
    );
  });
});
