import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { CallSeries } from '../../../../src/runtime/telemetry/call-series.ts';
import { BUCKET_BOUNDS_NS } from '../../../../src/runtime/telemetry/duration-buckets.ts';
import type { MetricsSnapshot } from '../../../../src/runtime/telemetry/metrics-collector.ts';
import {
  PrometheusExporter,
  prometheusText,
} from '../../../../src/runtime/telemetry/prometheus-exporter.ts';

type Call = readonly [errorType: string | undefined, durationNs: number];

/** The snapshot of a collector that counted these calls of one tool. */
function snapshotOf(calls: readonly Call[], service = 'shop'): MetricsSnapshot {
  const tags = { service, method: 'tools/call', tool: 'buy' };
  const series = new CallSeries(tags);
  for (const [errorType, durationNs] of calls) series.record(errorType, durationNs);
  const bucketCounts = series.bucketCounts();
  const { sumNs, minNs, maxNs } = series;
  const value = { count: calls.length, sumNs, minNs, maxNs, bucketCounts };
  return {
    'mcp.service.call.count': series
      .countByOutcome()
      .map(([outcome, count]) => ({ tags: { ...tags, outcome }, value: count })),
    'mcp.service.call.duration': [{ tags, value }],
    'mcp.service.count': [
      { tags: { status: 'total' }, value: 3 },
      { tags: { status: 'healthy' }, value: 2 },
    ],
    'mcp.service.uptime': [{ tags: { service }, value: 12.5 }],
  };
}

function textOf(calls: readonly Call[], service?: string): Promise<string> {
  return prometheusText({ snapshot: () => snapshotOf(calls, service) });
}

interface Line {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads the text as Prometheus does, and insists on its grammar. */
function parse(text: string): { types: Map<string, string>; lines: Line[] } {
  const types = new Map<string, string>();
  const lines: Line[] = [];
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue;
    const type = /^# TYPE (?<name>[a-z_]+) (?<type>counter|gauge|histogram)$/.exec(line)?.groups;
    if (type !== undefined) {
      assert.ok(!types.has(type['name'] ?? ''), 'a metric has one type');
      types.set(type['name'] ?? '', type['type'] ?? '');
      continue;
    }
    const sample =
      /^(?<name>[a-z_]+)\{(?<labels>(?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\} (?<value>\S+)$/.exec(
        line,
      )?.groups;
    assert.ok(sample, `is no sample: ${line}`);
    const labels = [
      ...(sample['labels'] ?? '').matchAll(/(?<key>[a-z]+)="(?<text>(?:[^"\\]|\\.)*)"/g),
    ].map(({ groups }) => [
      groups?.['key'] ?? '',
      (groups?.['text'] ?? '').replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char)),
    ]);
    lines.push({
      name: sample['name'] ?? '',
      labels: Object.fromEntries(labels),
      value: Number(sample['value']),
    });
  }
  return { types, lines };
}

describe('The Prometheus text', () => {
  test('has counters, histogram and gauges under names with their units', async () => {
    const text = await textOf([
      [undefined, 1_500],
      ['tool_error', 40_000],
      ['ERR_TIMEOUT', 20e9],
    ]);
    const { types, lines } = parse(text);
    assert.deepEqual(Object.fromEntries(types), {
      mcp_service_call_total: 'counter',
      mcp_service_call_duration_seconds: 'histogram',
      mcp_service_count: 'gauge',
      mcp_service_uptime_seconds: 'gauge',
    });
    const tags = { service: 'shop', method: 'tools/call', tool: 'buy' };
    assert.deepEqual(
      lines.filter(({ name }) => !name.endsWith('_bucket')),
      [
        ...['ok', 'tool_error', 'ERR_TIMEOUT'].map((outcome) => ({
          name: 'mcp_service_call_total',
          labels: { ...tags, outcome },
          value: 1,
        })),
        { name: 'mcp_service_call_duration_seconds_sum', labels: tags, value: 20.0000415 },
        { name: 'mcp_service_call_duration_seconds_count', labels: tags, value: 3 },
        { name: 'mcp_service_count', labels: { status: 'total' }, value: 3 },
        { name: 'mcp_service_count', labels: { status: 'healthy' }, value: 2 },
        { name: 'mcp_service_uptime_seconds', labels: { service: 'shop' }, value: 12.5 },
      ],
    );
    const bounds = lines.flatMap(({ labels }) => labels['le'] ?? []);
    assert.deepEqual(bounds.slice(0, 4), ['0.000001', '0.000002', '0.000005', '0.00001']);
    assert.deepEqual(bounds.slice(-3), ['5', '10', '+Inf']);
  });

  test("has the histogram that prom-client's own would have of the same calls", async () => {
    const durations = fc.array(fc.integer({ min: 0, max: 20e9 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(durations, async (all) => {
        const registry = new Registry();
        const histogram = new Histogram({
          name: 'mcp_service_call_duration_seconds',
          help: 'How long calls took',
          labelNames: ['service', 'method', 'tool'],
          buckets: BUCKET_BOUNDS_NS.map((ns) => ns / 1e9),
          registers: [registry],
        });
        const tags = { service: 'shop', method: 'tools/call', tool: 'buy' };
        for (const ns of all) histogram.observe(tags, ns / 1e9);
        const isSum = ({ name }: Line) => name.endsWith('_sum');
        const theirs = parse(await registry.metrics()).lines;
        const ours = parse(await textOf(all.map((ns) => [undefined, ns]))).lines.filter(
          ({ name }) => name.startsWith('mcp_service_call_duration_seconds'),
        );
        assert.deepEqual(
          ours.filter((line) => !isSum(line)),
          theirs.filter((line) => !isSum(line)),
        );
        const [sum = 0, theirSum = 0] = [ours, theirs].map(
          (lines) => lines.find(isSum)?.value ?? Number.NaN,
        );
        assert.ok(Math.abs(sum - theirSum) <= 1e-9 * Math.max(1, sum));
      }),
      { numRuns: 30 },
    );
  });

  test('has cumulative buckets, of which the last is the count', async () => {
    const { lines } = parse(
      await textOf([500, 1_000, 1_001, 3e6, 11e9].map((ns) => [undefined, ns])),
    );
    const buckets = lines.filter(({ name }) => name.endsWith('_bucket'));
    const values = buckets.map(({ value }) => value);
    assert.deepEqual(
      values,
      values.toSorted((a, b) => a - b),
    );
    assert.equal(buckets.at(-1)?.labels['le'], '+Inf');
    assert.deepEqual([values[0], values[1], values.at(-2), values.at(-1)], [2, 3, 4, 5]);
  });

  test('escapes names that would break it', async () => {
    const service = 'a"b\\c\nd{e="f"} 1';
    const { lines } = parse(await textOf([[undefined, 1]], service));
    assert.equal(lines[0]?.labels['service'], service);
  });

  test('has restarts where there is a source, and the process where it is asked for', async () => {
    const collector = { snapshot: () => snapshotOf([]) };
    const restarts = () => new Map([['shop', 4]]);
    const text = await prometheusText(collector, { restarts });
    assert.match(text, /# TYPE mcp_service_restarts_total counter/);
    assert.match(text, /^mcp_service_restarts_total\{service="shop"\} 4$/m);
    assert.doesNotMatch(text, /process_cpu/);
    const exporter = new PrometheusExporter(collector, { processMetrics: true });
    const withProcess = await exporter.text();
    assert.match(withProcess, /^process_cpu_seconds_total \d/m);
    assert.match(withProcess, /^mcp_service_count\{status="total"\} 3$/m);
    assert.doesNotMatch(withProcess, /restarts/);
  });

  test('is of the moment it is asked for, from one snapshot', async () => {
    const calls: Call[] = [];
    let snapshots = 0;
    const exporter = new PrometheusExporter({
      snapshot: () => {
        snapshots++;
        return snapshotOf(calls);
      },
    });
    await exporter.text();
    calls.push([undefined, 1], [undefined, 1]);
    const before = snapshots;
    assert.match(await exporter.text(), /^mcp_service_call_total\{.*outcome="ok"\} 2$/m);
    assert.equal(snapshots, before + 1);
    assert.match(exporter.contentType, /^text\/plain; version=0\.0\.4/);
  });

  test('refuses options that make no sense', () => {
    const collector = { snapshot: () => snapshotOf([]) };
    assert.throws(() => new PrometheusExporter(collector, { process: true } as never), {
      code: 'ERR_INVALID_OPTION',
    });
  });
});
