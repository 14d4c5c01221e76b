import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { build, initWebAssemblySync } from 'hdr-histogram-js';
import { LatencyHistogram } from '../../../../src/harness/stats/latency-histogram.ts';
import { HIGHEST_TRACKABLE_NS } from '../../../../src/harness/stats/latency-layout.ts';
import { LatencyTally } from '../../../../src/harness/stats/latency-tally.ts';

/** Ns with fractions, from 0 to one hour, each power of two as likely as the next. */
const latencyNs = fc
  .tuple(fc.integer({ min: 0, max: 41 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([bits, share]) => Math.min(2 ** bits * (1 + share) - 1, HIGHEST_TRACKABLE_NS));

function drained(tally: LatencyTally): LatencyHistogram {
  const histogram = new LatencyHistogram();
  tally.drainInto(histogram);
  return histogram;
}

describe('LatencyTally', () => {
  test('tells quantiles while it counts as its histogram does afterwards, and is not emptied by it', () => {
    const values = fc.array(latencyNs, { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (latencies, share) => {
        const tally = new LatencyTally();
        for (const each of latencies) tally.record(each);
        const found = tally.quantile(share);
        const histogram = drained(tally);
        assert.equal(histogram.count, latencies.length);
        const ordered = latencies.map(Math.floor).toSorted((a, b) => a - b);
        const expected = ordered[Math.ceil(share * latencies.length) - 1] ?? 0;
        histogram.destroy();
        assert.ok(found <= expected && found >= expected * 0.998 - 1, `${found}, not ${expected}`);
      }),
    );
    assert.equal(new LatencyTally().quantile(0.5), 0);
    assert.equal(new LatencyTally().isEmpty, true);
  });

  test('drains to what hdr-histogram-js says of the same values', () => {
    initWebAssemblySync();
    const values = fc.array(latencyNs, { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(values, values, (first, second) => {
        const tally = new LatencyTally();
        const histogram = new LatencyHistogram();
        const direct = build({
          bitBucketSize: 64,
          highestTrackableValue: HIGHEST_TRACKABLE_NS,
          useWebAssembly: true,
        });
        for (const block of [first, second]) {
          for (const value of block) {
            tally.record(value);
            direct.recordValue(Math.floor(value));
          }
          tally.drainInto(histogram);
        }
        assert.equal(histogram.count, direct.totalCount);
        for (const percentile of [0, 1, 25, 50, 90, 99, 99.9]) {
          assert.equal(
            histogram.valueAtPercentile(percentile),
            Math.min(direct.getValueAtPercentile(percentile), direct.maxValue),
          );
        }
        const { min, max, stddev } = histogram.summary();
        assert.equal(max, direct.maxValue);
        assert.equal(min, Math.floor(Math.min(...first, ...second)));
        assert.equal(stddev, direct.stdDeviation);
        histogram.destroy();
        direct.destroy();
      }),
    );
  });

  test('starts again from zero once it is drained', () => {
    const tally = new LatencyTally();
    tally.record(1_500);
    drained(tally).destroy();
    tally.record(2_500_000_000);
    const histogram = drained(tally);
    assert.equal(histogram.count, 1);
    assert.equal(histogram.summary().min, 2_500_000_000);
    const empty = drained(tally);
    assert.equal(empty.count, 0);
    histogram.destroy();
    empty.destroy();
  });

  test('counts a call of more than an hour as one hour', () => {
    const tally = new LatencyTally();
    tally.record(HIGHEST_TRACKABLE_NS);
    tally.record(HIGHEST_TRACKABLE_NS + 1);
    tally.record(Number.POSITIVE_INFINITY);
    assert.equal(tally.clampedCount, 2);
    const histogram = drained(tally);
    assert.equal(histogram.count, 3);
    assert.equal(histogram.summary().max, HIGHEST_TRACKABLE_NS);
    histogram.destroy();
  });

  test('refuses what is not a time, and says how often', () => {
    const tally = new LatencyTally();
    for (const value of [-1, -0.001, Number.NaN, Number.NEGATIVE_INFINITY]) tally.record(value);
    tally.record(-0);
    assert.equal(tally.rejectedCount, 4);
    const histogram = drained(tally);
    assert.equal(histogram.count, 1);
    assert.equal(histogram.summary().max, 0);
    assert.equal(tally.rejectedCount, 4, 'draining keeps the count');
    histogram.destroy();
  });

  test('forgets everything when cleared', () => {
    const tally = new LatencyTally();
    tally.record(10);
    tally.record(-1);
    tally.record(Number.POSITIVE_INFINITY);
    tally.clear();
    assert.equal(tally.rejectedCount + tally.clampedCount, 0);
    const histogram = drained(tally);
    assert.equal(histogram.count, 0);
    histogram.destroy();
  });
});
