import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ToolrigError } from '../../../../src/core/errors.ts';
import { mergeSweeps, parseSweep } from '../../../../src/harness/capacity/import-sweep.ts';
import type { SweepPoint } from '../../../../src/harness/capacity/measured-sweep.ts';

/** What k6 v0.49 to v1 writes with --summary-export. */
const K6_SUMMARY = JSON.stringify({
  metrics: {
    http_reqs: { count: 29_994, rate: 999.8 },
    http_req_failed: { value: 0.001, passes: 30, fails: 29_964 },
    http_req_duration: {
      avg: 1.5,
      min: 0.4,
      med: 1.2,
      max: 30,
      'p(90)': 2,
      'p(95)': 3,
      'p(99)': 4.5,
    },
    dropped_iterations: { count: 6, rate: 0.2 },
    vus: { value: 12, min: 1, max: 20 },
    vus_max: { value: 50, min: 50, max: 50 },
  },
});

const WRK = `Running 30s test @ http://127.0.0.1:8080/index.html
  12 threads and 400 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   635.91us    0.89ms  12.92ms   93.69%
    Req/Sec    56.20k     8.07k   62.00k    86.54%
  Latency Distribution
     50%  250.00us
     75%  491.00us
     90%  700.00us
     99%    5.80ms
  22464657 requests in 30.00s, 17.76GB read
  Socket errors: connect 0, read 0, write 0, timeout 3
  Non-2xx or 3xx responses: 7
Requests/sec: 748868.53
Transfer/sec:    606.33MB
`;

const WRK2 = `Running 30s test @ http://127.0.0.1:80/index.html
  2 threads and 100 connections
  Thread calibration: mean lat.: 9747 usec, rate sampling interval: 21 msec
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     6.46ms    1.93ms  12.66ms   67.98%
    Req/Sec     1.05k     1.12k    2.50k    64.84%
  Latency Distribution (HdrHistogram - Recorded Latency)
 50.000%    6.67ms
 75.000%    7.78ms
 90.000%    9.14ms
 99.000%   11.18ms
 99.900%   12.30ms
100.000%   12.67ms
  60018 requests in 30.00s, 19.81MB read
Requests/sec:   2000.12
Transfer/sec:    676.14KB
`;

const AUTOCANNON = {
  requests: { average: 15_120.5, mean: 15_120.5, total: 151_205, sent: 151_215 },
  latency: { average: 0.2, mean: 0.2, p50: 0, p75: 0, p90: 1, p99: 2, p99_9: 5, max: 21 },
  duration: 10.02,
  connections: 10,
  errors: 5,
  non2xx: 10,
};

function only(text: string): SweepPoint {
  const { points } = parseSweep(text, 'file');
  assert.equal(points.length, 1);
  return points[0] as SweepPoint;
}

function messageOf(text: string): string {
  try {
    parseSweep(text, 'made.csv');
  } catch (error) {
    assert.ok(error instanceof ToolrigError && error.code === 'ERR_USAGE', String(error));
    return error.message;
  }
  return 'accepted';
}

describe('parseSweep', () => {
  test("reads k6's summary, and counts what it dropped as asked for", () => {
    const point = only(K6_SUMMARY);
    assert.ok(Math.abs(point.throughputPerSecond - 999.8 * 0.999) < 1e-9);
    assert.equal(point.offeredPerSecond, 1_000);
    assert.deepEqual(point.latencyNs, { p50: 1.2e6, p90: 2e6, p95: 3e6, p99: 4.5e6, max: 30e6 });
    assert.equal(point.errorRatio, 0.001);
    assert.equal(point.concurrency, 50);
  });

  test('reads what handleSummary writes', () => {
    const values = { rate: 50, count: 500 };
    const text = JSON.stringify({
      metrics: {
        http_reqs: { type: 'counter', contains: 'default', values },
        http_req_duration: { type: 'trend', contains: 'time', values: { avg: 2, 'p(99)': 9 } },
        http_req_failed: { type: 'rate', values: { rate: 0.25 } },
      },
    });
    const point = only(text);
    assert.deepEqual(
      [point.throughputPerSecond, point.latencyNs.p99, point.errorRatio],
      [37.5, 9e6, 0.25],
    );
    assert.equal(point.offeredPerSecond, null);
  });

  test("cuts k6's samples into windows, of JSON and of CSV", () => {
    const samples = Array.from({ length: 1_000 }, (_, index) => ({
      second: Math.floor(Math.sqrt(index) / 3.2),
      ms: 1 + index / 1_000,
    }));
    const json = samples.map(({ second, ms }) =>
      JSON.stringify({
        metric: 'http_req_duration',
        type: 'Point',
        data: {
          time: new Date(second * 1_000 + 1e12).toISOString(),
          value: ms,
          tags: { expected_response: 'true' },
        },
      }),
    );
    const csv = samples.map(({ second, ms }) => `http_req_duration,${1e9 + second},${ms},true`);
    const fromJson = parseSweep(
      ['{"type":"Metric","data":{},"metric":"http_reqs"}', ...json, ''].join('\n'),
      'x',
    );
    const fromCsv = parseSweep(
      ['metric_name,timestamp,metric_value,expected_response', ...csv, ''].join('\n'),
      'x',
    );
    assert.equal(fromJson.points.length, 10);
    assert.deepEqual(
      fromCsv.points.map((point) => Math.round(point.throughputPerSecond)),
      fromJson.points.map((point) => Math.round(point.throughputPerSecond)),
    );
    const rates = fromJson.points.map((point) => point.throughputPerSecond);
    assert.deepEqual(
      rates,
      rates.toSorted((a, b) => a - b),
    );
    assert.ok((rates.at(-1) as number) > 5 * (rates[0] as number));
  });

  test('reads autocannon, one run or several', () => {
    const point = only(JSON.stringify(AUTOCANNON));
    assert.ok(Math.abs(point.throughputPerSecond - 15_120.5 * (1 - 10 / 151_205)) < 1e-6);
    assert.equal(point.concurrency, 10);
    assert.equal(point.latencyNs.p99, 2e6);
    assert.equal(point.latencyNs.p999, 5e6);
    assert.ok(Math.abs(point.errorRatio - 15 / 151_210) < 1e-12);
    const several = parseSweep(
      JSON.stringify([AUTOCANNON, { ...AUTOCANNON, connections: 20 }]),
      'x',
    );
    assert.equal(several.points.length, 2);
    assert.match(several.warnings.join(), /coordinated omission/);
  });

  test('reads wrk and wrk2, also in one file', () => {
    const wrk = only(WRK);
    // Replies that are errors are no throughput, of any of these tools.
    assert.ok(Math.abs(wrk.throughputPerSecond - 748_868.53 * (1 - 10 / 22_464_657)) < 1e-6);
    assert.deepEqual(wrk.latencyNs, {
      p50: 250e3,
      p75: 491e3,
      p90: 700e3,
      p99: 5.8e6,
      max: 12.92e6,
    });
    assert.equal(wrk.errorRatio, 10 / 22_464_657);
    assert.equal(wrk.concurrency, 400);
    assert.equal(Math.round(wrk.meanNs ?? 0), 635_910);
    const both = parseSweep(WRK + WRK2, 'x').points;
    assert.deepEqual(
      both.map((point) => Math.round(point.throughputPerSecond)),
      [2_000, 748_868],
    );
    assert.equal(both[0]?.latencyNs.p999, 12.3e6);
    assert.equal(both[0]?.latencyNs.max, 12.67e6);
  });

  test('reads CSV with units in names, in cells, or none', () => {
    const { points } = parseSweep(
      'rate,throughput,p50_us,p99,max_s,errors,cores,elu\n2000,1990,400,"4.5ms",0.02,0.1%,1.2,80%\n1000,,300,2,,0,0.6,\n',
      'x',
    );
    const [slow, fast] = points;
    assert.equal(slow?.throughputPerSecond, 1_000);
    assert.equal(slow?.latencyNs.max, undefined);
    assert.equal(fast?.latencyNs.p99, 4.5e6);
    assert.equal(fast?.latencyNs.p50, 400e3);
    assert.equal(fast?.errorRatio, 0.001);
    assert.equal(fast?.eventLoopUtilization, 0.8);
    assert.equal(slow?.busyCores, 0.6);
  });

  test('makes one sweep of several files', () => {
    const merged = mergeSweeps([parseSweep(WRK, 'a'), parseSweep(WRK2, 'b')]);
    assert.equal(merged.name, 'a, b');
    assert.deepEqual(
      merged.points.map((point) => Math.round(point.throughputPerSecond)),
      [2_000, 748_868],
    );
  });

  const garbage: readonly (readonly [string, string, RegExp])[] = [
    ['nothing', ' \n', /line 1: the file is empty/],
    ['half a JSON document', '{\n  "metrics": {\n    "http_reqs": }', /line 3: it is not JSON/],
    [
      'JSON of somebody else',
      '{"hello": 1}',
      /neither a summary of k6 .* nor a result of autocannon/,
    ],
    ['a summary without requests', '{"metrics": {}}', /metrics\.http_reqs\.rate: is missing/],
    [
      'a text where a number should be',
      '{"metrics": {"http_reqs": {"rate": "many"}}}',
      /metrics\.http_reqs\.rate: must be a number >= 0, got "many"/,
    ],
    ['autocannon without a duration', '{"requests": {"total": 4}}', /duration: is missing/],
    [
      'wrk that was interrupted',
      WRK.slice(0, 300),
      /the run from line 1 on: has no line 'Requests\/sec:'/,
    ],
    [
      'a broken duration of wrk',
      WRK.replace('250.00us', '2.5.0us'),
      /line 7: '2\.5\.0us' is not a duration/,
    ],
    ['an unknown column', 'rate,p98\n1,2\n', /line 1: there is no column 'p98'.*Did you mean/],
    ['a table without a rate', 'p99\n2\n', /line 1: it needs a column 'rate' or 'throughput'/],
    ['a column twice', 'rate,p99,p99_ms\n1,2,3\n', /two columns p99/],
    ['no rows', 'rate,p99\n', /line 2: there are no rows/],
    ['a short row', 'rate,p99\n1,2\n3\n', /line 3: 1 cells, but 2 columns/],
    ['a word in a cell', 'rate,p99\n1,fast\n', /line 2: p99 cannot be 'fast'/],
    ['a negative rate', 'rate,p99\n-1,2\n', /line 2: rate cannot be '-1'/],
    ['a unit in the wrong place', 'rate,p99\n5ms,2\n', /line 2: rate cannot be '5ms'/],
    ['errors above all', 'rate,errors\n5,2\n', /errors is a ratio from 0 to 1/],
    ['an open quote', 'rate,p99\n"1,2\n', /it is no CSV/],
    ['a binary file', '\u0000\u0001\u0002', /there is no column/],
  ];
  for (const [what, text, message] of garbage) {
    test(`refuses ${what} and says where`, () => {
      assert.match(messageOf(text), /^made\.csv cannot be used: /);
      assert.match(messageOf(text), message);
    });
  }

  test('answers any text with a sweep or with ERR_USAGE', () => {
    const seeds = [K6_SUMMARY, WRK, WRK2, JSON.stringify(AUTOCANNON), 'rate,p99\n1,2\n'];
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.nat(),
        fc.nat(40),
        fc.string(),
        (seed, at, cut, put) => {
          const from = at % (seed.length + 1);
          messageOf(seed.slice(0, from) + put + seed.slice(from + cut));
        },
      ),
      { numRuns: 500 },
    );
  });
});
