import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LatencyHistogram } from '../../../../src/harness/stats/latency-histogram.ts';

describe('LatencyHistogram', () => {
  test('summarises the whole numbers from 1 to 1,000 exactly', () => {
    const histogram = new LatencyHistogram();
    for (let value = 1; value <= 1_000; value++) histogram.record(value);
    assert.deepEqual(
      { ...histogram.summary(), stddev: Math.round(histogram.summary().stddev) },
      {
        min: 1,
        p50: 500,
        p75: 750,
        p90: 900,
        p95: 950,
        p99: 990,
        p999: 999,
        p9999: 1_000,
        max: 1_000,
        mean: 500.5,
        stddev: 289, // sqrt((1000² − 1) / 12)
      },
    );
    histogram.destroy();
  });

  test('keeps three digits, and never reports more than the largest value', () => {
    const histogram = new LatencyHistogram();
    histogram.record(1_234_567);
    const { min, p50, p9999, max, mean } = histogram.summary();
    assert.deepEqual({ max, p50, p9999 }, { max: 1_234_567, p50: 1_234_567, p9999: 1_234_567 });
    assert.equal(min, max);
    assert.equal(mean, max);
    assert.equal(histogram.valueAtPercentile(100), 1_234_567);
    histogram.destroy();
  });

  test('knows nothing of the one whose memory it has, and that one is gone', () => {
    const first = new LatencyHistogram();
    for (const value of [3, 1_000, 5e9]) first.record(value, 7);
    first.destroy();
    first.destroy();
    const second = new LatencyHistogram();
    const third = new LatencyHistogram();
    assert.equal(second.count, 0);
    assert.throws(() => first.record(1), /the histogram was destroyed/);
    second.record(40, 2);
    assert.deepEqual([third.count, second.summary().min, second.summary().max], [0, 40, 40]);
    const untouched = new LatencyHistogram();
    untouched.record(40, 2);
    assert.equal(second.encode(), untouched.encode());
    for (const each of [second, third, untouched]) each.destroy();
  });

  test('tells the share of calls above a latency', () => {
    const histogram = new LatencyHistogram();
    assert.equal(histogram.shareAbove(5), 0);
    for (let value = 1; value <= 1_000; value++) histogram.record(value);
    for (const [limit, share] of [
      [0, 1],
      [1, 0.999],
      [500, 0.5],
      [990, 0.01],
      [999, 0.001],
      [1_000, 0],
    ] as const) {
      assert.ok(Math.abs(histogram.shareAbove(limit) - share) < 1e-12, `${limit}`);
    }
    histogram.destroy();
  });

  test('sees a latency of 0', () => {
    const histogram = new LatencyHistogram();
    histogram.record(0);
    histogram.record(7);
    assert.equal(histogram.summary().min, 0);
    histogram.destroy();
  });

  test('summarises nothing as zeros', () => {
    const histogram = new LatencyHistogram();
    assert.deepEqual(new Set(Object.values(histogram.summary())), new Set([0]));
    assert.equal(histogram.valueAtPercentile(50), 0);
    histogram.destroy();
  });

  test('counts further than 32 bits reach', () => {
    const histogram = new LatencyHistogram();
    histogram.record(100, 2 ** 32);
    histogram.record(200, 2 ** 31);
    assert.equal(histogram.count, 2 ** 32 + 2 ** 31);
    assert.equal(histogram.valueAtPercentile(50), 100);
    assert.equal(histogram.valueAtPercentile(90), 200);
    const copy = LatencyHistogram.decode(histogram.encode());
    assert.equal(copy.count, histogram.count);
    histogram.destroy();
    copy.destroy();
  });

  test('adds another without changing it', () => {
    const [all, part] = [new LatencyHistogram(), new LatencyHistogram()];
    all.record(1_000, 3);
    part.record(2_000_000_000, 2);
    all.add(part);
    assert.equal(all.count, 5);
    assert.equal(part.count, 2);
    assert.equal(all.summary().max, 2_000_000_000);
    all.destroy();
    part.destroy();
  });

  test('survives encoding and decoding, and can be recorded into afterwards', () => {
    const histogram = new LatencyHistogram();
    for (let i = 0; i < 500; i++) histogram.record(Math.floor(1.05 ** i));
    const copy = LatencyHistogram.decode(histogram.encode());
    // The encoding holds counts of buckets, so the ends are known to three digits only.
    const [before, after] = [histogram.summary(), copy.summary()];
    assert.deepEqual(
      [after.p50, after.p90, after.p99, after.stddev],
      [before.p50, before.p90, before.p99, before.stddev],
    );
    assert.ok(Math.abs(after.max / before.max - 1) < 1e-3);
    copy.record(3_600_000_000_000);
    assert.equal(copy.count, 501);
    histogram.destroy();
    copy.destroy();
  });

  test('says what is wrong with a text that is no histogram', () => {
    for (const text of ['', 'hello', 'HISTFAAAABN4nJNpmSzMwMDAxAABzFCaEUoz2X+AMIKZAEARAtM=!']) {
      assert.throws(() => LatencyHistogram.decode(text), {
        code: 'ERR_USAGE',
        message: /base64 of HdrHistogram/,
      });
    }
  });

  test('may be destroyed twice and not used afterwards', () => {
    const histogram = new LatencyHistogram();
    histogram.destroy();
    histogram.destroy();
    assert.throws(() => histogram.count, /destroyed/);
  });

  test('gives its memory back', () => {
    const bytesPerHistogram = 270_000;
    const rounds = 1_000;
    const before = process.memoryUsage.rss();
    for (let i = 0; i < rounds; i++) {
      const histogram = new LatencyHistogram();
      histogram.record(i);
      LatencyHistogram.decode(histogram.encode()).destroy();
      histogram.destroy();
    }
    assert.ok(process.memoryUsage.rss() - before < (rounds * bytesPerHistogram) / 2);
  });
});
