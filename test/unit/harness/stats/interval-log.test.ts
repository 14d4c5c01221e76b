import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { HistogramLogReader, listTags } from 'hdr-histogram-js';
import { renderIntervalLog } from '../../../../src/harness/stats/interval-log.ts';
import { LatencyHistogram } from '../../../../src/harness/stats/latency-histogram.ts';

const START_MS = Date.UTC(2026, 10, 22, 15, 30, 12, 250);

const histograms: LatencyHistogram[] = [];

function histogramOf(...latenciesNs: number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const latencyNs of latenciesNs) histogram.record(latencyNs);
  histograms.push(histogram);
  return histogram;
}

function interval(tag: string, offsetMs: number, histogram: LatencyHistogram) {
  const startMs = START_MS + offsetMs;
  return { startMs, endMs: startMs + 250.5, tag, histogram };
}

describe('renderIntervalLog', () => {
  after(() => {
    for (const histogram of histograms) histogram.destroy();
  });

  test('is read back by HistogramLogReader, times and tags included', () => {
    const log = renderIntervalLog(START_MS, [
      interval('native', 1_000, histogramOf(300, 400, 2_000_000_000)),
      interval('json', 2_000, histogramOf(6_000)),
    ]);
    assert.deepEqual(listTags(log), ['native', 'json']);
    const reader = new HistogramLogReader(log, 64);
    const [first, second] = [reader.nextIntervalHistogram(), reader.nextIntervalHistogram()];
    assert.ok(first !== null && second !== null);
    assert.equal(reader.nextIntervalHistogram(), null);
    assert.deepEqual([first.tag, second.tag], ['native', 'json']);
    assert.deepEqual([first.totalCount, second.totalCount], [3, 1]);
    assert.equal(first.startTimeStampMsec, START_MS + 1_000);
    assert.ok(Math.abs(second.endTimeStampMsec - (START_MS + 2_250.5)) < 1.1);
    assert.equal(first.getValueAtPercentile(50), 400);
    assert.equal(first.highestTrackableValue >= 2_000_000_000, true);
  });

  test('has the lines of format 1.3, none of them empty', () => {
    const histogram = histogramOf(300, 1_500_000);
    const log = renderIntervalLog(START_MS, [interval('native', 40, histogram)]);
    assert.ok(log.endsWith('\n'));
    const lines = log.slice(0, -1).split('\n');
    assert.deepEqual(lines.slice(0, 5), [
      '#[Logged with toolrig; latencies in ns, Interval_Max in ms]',
      '#[Histogram log format version 1.3]',
      '#[StartTime: 1795361412.250 (seconds since epoch), 2026-11-22T15:30:12.250Z]',
      '#[BaseTime: 1795361412.250 (seconds since epoch)]',
      '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    ]);
    assert.equal(lines.length, 6);
    const fields = /^Tag=native,0\.040,0\.25[01],1\.500,([A-Za-z0-9+/]+=*)$/.exec(lines[5] ?? '');
    assert.ok(fields, lines[5]);
    assert.equal(fields[1], histogram.encode());
    // Cookie of the compressed V2 encoding, big endian, then the length of what follows.
    const bytes = Buffer.from(fields[1] ?? '', 'base64');
    assert.equal(bytes.readUInt32BE(0), 0x1c849314);
    assert.equal(bytes.readUInt32BE(4), bytes.length - 8);
  });

  test('puts intervals in order of time, as readers of a range expect', () => {
    const log = renderIntervalLog(START_MS, [
      interval('b', 500, histogramOf(1)),
      interval('a', 0, histogramOf(1)),
    ]);
    assert.deepEqual(listTags(log), ['a', 'b']);
  });

  test('refuses a tag that could not be read back', () => {
    for (const tag of ['', 'a,b', 'a b', 'a\nb']) {
      assert.throws(() => renderIntervalLog(START_MS, [interval(tag, 0, histogramOf(1))]), {
        code: 'ERR_INVALID_OPTION',
        message: /^tag must/,
      });
    }
  });

  test('refuses an interval before the start or one that ends before it begins', () => {
    const histogram = histogramOf(1);
    for (const [startMs, endMs] of [
      [START_MS - 1, START_MS],
      [START_MS + 2, START_MS + 1],
      [START_MS, Number.NaN],
    ] as const) {
      assert.throws(() => renderIntervalLog(START_MS, [{ startMs, endMs, tag: 'x', histogram }]), {
        code: 'ERR_INVALID_OPTION',
        message: /^an interval must/,
      });
    }
  });
});
