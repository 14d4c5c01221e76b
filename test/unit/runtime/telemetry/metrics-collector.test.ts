import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { ToolError } from '../../../../src/core/errors.ts';
import { defineService } from '../../../../src/runtime/dispatch/service-definition.ts';
import { NativeTransport } from '../../../../src/runtime/scheduler/native-transport.ts';
import { CallSeries } from '../../../../src/runtime/telemetry/call-series.ts';
import {
  BUCKET_BOUNDS_NS,
  bucketOf,
  estimateQuantileNs,
} from '../../../../src/runtime/telemetry/duration-buckets.ts';
import { EventBus } from '../../../../src/runtime/telemetry/event-bus.ts';
import { MetricsCollector } from '../../../../src/runtime/telemetry/metrics-collector.ts';
import { SeriesTable } from '../../../../src/runtime/telemetry/series-table.ts';
import { settle } from '../../../helpers/event-loop.ts';

const SHOP = defineService({
  name: 'shop',
  tools: {
    buy: {
      description: 'Buys.',
      inputSchema: { type: 'object', properties: { item: { type: 'string' } } },
      handler: ({ item }: { item?: string }) => {
        if (item === 'moon') throw new ToolError('sold out');
        return { content: [] };
      },
    },
  },
});

describe('MetricsCollector', () => {
  const bus = new EventBus();
  let collector: MetricsCollector;
  let transport: NativeTransport;

  beforeEach(async () => {
    collector = new MetricsCollector({ bus, maxSeries: 5 });
    transport = new NativeTransport();
    await transport.start(SHOP);
    await collector.start();
  });

  afterEach(() => collector.stop());

  /** Calls, whatever comes of it. */
  async function call(service: string, method: string, params?: unknown): Promise<void> {
    await transport.call(service, method, params).catch(() => {});
    await settle();
  }

  function counts(): Record<string, number> {
    const points = collector.snapshot()['mcp.service.call.count'];
    return Object.fromEntries(
      points.map(({ tags, value }) => [
        `${tags.service} ${tags.method} ${tags.tool} ${tags.outcome}`,
        value,
      ]),
    );
  }

  test('counts calls by service, method, tool and outcome; a tool error among them', async () => {
    await call('shop', 'tools/call', { name: 'buy', arguments: {} });
    await call('shop', 'tools/call', { name: 'buy', arguments: { item: 'tea' } });
    await call('shop', 'tools/call', { name: 'buy', arguments: { item: 'moon' } });
    await call('shop', 'tools/call', { name: 'buy', arguments: { item: 7 } });
    await call('shop', 'ping');
    assert.deepEqual(counts(), {
      'shop tools/call buy ok': 2,
      'shop tools/call buy tool_error': 1,
      'shop tools/call buy ERR_INVALID_PARAMS': 1,
      'shop ping  ok': 1,
    });
  });

  test('keeps the duration of every call, by service, method and tool', async () => {
    await call('shop', 'ping');
    await call('shop', 'ping');
    await call('shop', 'tools/call', { name: 'buy' });
    const [ping, buy] = collector.snapshot()['mcp.service.call.duration'];
    assert.deepEqual(ping?.tags, { service: 'shop', method: 'ping', tool: '' });
    assert.equal(ping?.value.count, 2);
    assert.equal(buy?.value.count, 1);
    assert.ok((buy?.value.minNs ?? 0) > 0);
    assert.equal(buy?.value.sumNs, buy?.value.maxNs);
    assert.equal(buy?.value.bucketCounts.length, BUCKET_BOUNDS_NS.length + 1);
  });

  test('makes no series of names that nobody knows', async () => {
    await call('shop', 'ping');
    for (let i = 0; i < 50; i++) {
      await call(`service-${i}`, 'tools/call', { name: 'x' });
      await call('shop', `method-${i}`);
      await call('shop', 'tools/call', { name: `tool-${i}` });
    }
    assert.deepEqual(counts(), {
      'shop ping  ok': 1,
      '_OTHER _OTHER  ok': 0,
      '_OTHER _OTHER  ERR_SERVICE_NOT_FOUND': 50,
      'shop _OTHER  ok': 0,
      'shop _OTHER  ERR_INVALID_REQUEST': 50,
      'shop tools/call _OTHER ok': 0,
      'shop tools/call _OTHER ERR_UNKNOWN_TOOL': 50,
    });
  });

  test('shows the calls of a service that has died under its own name', async () => {
    await call('shop', 'ping');
    await transport.stop();
    await call('shop', 'ping');
    assert.deepEqual(counts(), { 'shop ping  ok': 1, 'shop ping  ERR_SERVICE_NOT_FOUND': 1 });
  });

  test('counts what comes beyond maxSeries as _OTHER, and loses no call', async () => {
    for (let i = 0; i < 9; i++) {
      await transport.start(defineService({ name: `s${i}` }));
      await call(`s${i}`, 'ping');
      await call(`s${i}`, 'ping');
    }
    assert.deepEqual(counts(), {
      's0 ping  ok': 2,
      's1 ping  ok': 2,
      's2 ping  ok': 2,
      's3 ping  ok': 2,
      's4 ping  ok': 2,
      '_OTHER _OTHER  ok': 8,
    });
  });

  test('leaves room for what is answered beside made-up names that nobody has looked up', async () => {
    const limits = [{ callers: ['eve'], ratePerSecond: 0.001 }];
    const policy = { rules: [{ effect: 'allow' as const, callers: ['*'] }], limits };
    const gated = new NativeTransport({ policy });
    await gated.start(SHOP);
    const calls = (id: string, name: string) =>
      gated.as({ id }).call('shop', 'tools/call', { name, arguments: {} });
    await calls('eve', 'buy');
    for (let i = 0; i < 9; i++) await calls('eve', `made-up-${i}`).catch(() => {});
    await calls('eve', 'x'.repeat(257)).catch(() => {});
    await gated.as({ id: 'ada' }).call('shop', 'ping');
    // Of five series a quarter, rounded up, is for those that were not answered.
    assert.deepEqual(counts(), {
      'shop tools/call buy ok': 1,
      'shop tools/call made-up-0 ok': 0,
      'shop tools/call made-up-0 ERR_OVERLOADED': 1,
      'shop tools/call made-up-1 ok': 0,
      'shop tools/call made-up-1 ERR_OVERLOADED': 1,
      '_OTHER _OTHER  ok': 0,
      '_OTHER _OTHER  ERR_OVERLOADED': 8,
      'shop ping  ok': 1,
    });
    await gated.stop();
  });

  test('shows the gauges as they were last polled', () => {
    assert.deepEqual(collector.snapshot()['mcp.service.count'], []);
    bus.execute('mcp.service.count', { total: 3, healthy: 3 }, {});
    bus.execute('mcp.service.count', { total: 3, healthy: 2 }, {});
    bus.execute('mcp.service.uptime', { seconds: 5 }, { service: 'shop' });
    bus.execute('mcp.service.uptime', { seconds: 15 }, { service: 'shop' });
    for (let i = 0; i < 9; i++) {
      bus.execute('mcp.service.uptime', { seconds: 1 }, { service: `s${i}` });
    }
    const snapshot = collector.snapshot();
    assert.deepEqual(snapshot['mcp.service.count'], [
      { tags: { status: 'total' }, value: 3 },
      { tags: { status: 'healthy' }, value: 2 },
    ]);
    assert.deepEqual(snapshot['mcp.service.uptime'][0], { tags: { service: 'shop' }, value: 15 });
    assert.equal(snapshot['mcp.service.uptime'].length, 5);
  });

  test('keeps a snapshot as it was', async () => {
    await call('shop', 'ping');
    const before = collector.snapshot();
    const copy = structuredClone(before);
    await call('shop', 'ping');
    assert.deepEqual(before, copy);
  });

  test('is told apart from another on the same bus, or refused', async () => {
    const second = new MetricsCollector({ bus });
    await assert.rejects(second.start(), { code: 'ERR_ALREADY_REGISTERED' });
    const third = new MetricsCollector({ bus, handlerId: 'third' });
    await third.start();
    await call('shop', 'ping');
    await third.stop();
    assert.equal(third.snapshot()['mcp.service.call.count'].length, 1);
  });

  test('starts and stops once, however often it is told, and counts on when started again', async () => {
    await collector.start();
    await call('shop', 'ping');
    await collector.stop();
    await collector.stop();
    await call('shop', 'ping');
    assert.deepEqual(bus.listHandlers(), []);
    await collector.start();
    await call('shop', 'ping');
    assert.deepEqual(counts(), { 'shop ping  ok': 2 });
  });

  test('refuses options that make no sense', () => {
    const code = 'ERR_INVALID_OPTION';
    assert.throws(() => new MetricsCollector({ maxSeries: 0 }), { code });
    assert.throws(() => new MetricsCollector({ handlerId: '' }), { code });
    assert.throws(() => new MetricsCollector({ max: 1 } as never), { code });
  });
});

describe('The buckets of durations', () => {
  test('go from 1 µs to 10 s, three a decade', () => {
    assert.equal(BUCKET_BOUNDS_NS.length, 22);
    assert.deepEqual(
      [BUCKET_BOUNDS_NS[0], BUCKET_BOUNDS_NS[1], BUCKET_BOUNDS_NS[2], BUCKET_BOUNDS_NS[3]],
      [1e3, 2e3, 5e3, 1e4],
    );
    assert.equal(BUCKET_BOUNDS_NS.at(-1), 10e9);
  });

  test('include their upper bound', () => {
    assert.deepEqual([0, 1_000, 1_001, 2_000].map(bucketOf), [0, 0, 1, 1]);
    assert.deepEqual([10e9, 10e9 + 1, Number.MAX_SAFE_INTEGER].map(bucketOf), [21, 22, 22]);
  });

  test('agree with a naive distribution on every history', () => {
    const durations = fc.array(
      fc.oneof(
        fc.nat(20_000),
        fc.integer({ min: 0, max: 20e9 }),
        fc.constantFrom(...BUCKET_BOUNDS_NS),
      ),
      { minLength: 1, maxLength: 100 },
    );
    fc.assert(
      fc.property(durations, (all) => {
        const series = new CallSeries({ service: 's', method: 'm', tool: '' });
        for (const durationNs of all) series.record(undefined, durationNs);
        const naive = [...BUCKET_BOUNDS_NS, Infinity].map(
          (boundNs, bucket) =>
            all.filter((ns) => ns <= boundNs && ns > (BUCKET_BOUNDS_NS[bucket - 1] ?? -1)).length,
        );
        assert.deepEqual(series.bucketCounts(), naive);
        assert.equal(
          series.sumNs,
          all.reduce((sum, ns) => sum + ns, 0),
        );
        assert.deepEqual([series.minNs, series.maxNs], [Math.min(...all), Math.max(...all)]);
        assert.deepEqual(series.countByOutcome(), [['ok', all.length]]);
      }),
    );
  });

  test('estimate a quantile to within its bucket', () => {
    const durations = fc.array(fc.integer({ min: 1, max: 10e9 }), { minLength: 1, maxLength: 99 });
    fc.assert(
      fc.property(durations, fc.constantFrom(0.01, 0.5, 0.9, 0.99, 1), (all, quantile) => {
        const series = new CallSeries({ service: 's', method: 'm', tool: '' });
        for (const durationNs of all) series.record(undefined, durationNs);
        const exact = all.toSorted((a, b) => a - b)[Math.ceil(quantile * all.length) - 1] ?? 0;
        const estimate = estimateQuantileNs(series.bucketCounts(), quantile) ?? -1;
        assert.equal(bucketOf(estimate), bucketOf(exact));
      }),
    );
  });

  test('estimate a quantile by its place in the bucket', () => {
    const counts = Array.from({ length: 23 }, () => 0);
    assert.equal(estimateQuantileNs(counts, 0.5), undefined);
    counts[2] = 10; // 2 to 5 µs
    assert.equal(estimateQuantileNs(counts, 0.5), 3_500);
    counts[22] = 90; // above 10 s
    assert.equal(estimateQuantileNs(counts, 0.99), 10e9);
  });
});

test('An outcome that is not in the list is counted as _OTHER', () => {
  const series = new CallSeries({ service: 's', method: 'm', tool: '' });
  for (const code of ['ERR_TIMEOUT', 'ERR_MADE_UP', 'constructor']) series.record(code, 1);
  assert.deepEqual(series.countByOutcome(), [
    ['ok', 0],
    ['ERR_TIMEOUT', 1],
    ['_OTHER', 2],
  ]);
});

test('A call that was refused before its names were looked up makes no series of them', () => {
  const table = new SeriesTable(10);
  const { tags } = table.find('shop', 'tools/call', 'made up', 'ERR_FORBIDDEN');
  assert.deepEqual(tags, { service: '_OTHER', method: '_OTHER', tool: '' });
  table.find('shop', 'tools/call', 'buy', undefined);
  assert.equal(table.find('shop', 'tools/call', 'buy', 'ERR_FORBIDDEN').tags.tool, 'buy');
});

test('A table of series finds for each call its own, whatever came before', () => {
  const name = fc.constantFrom('a', 'b', 'c', '__proto__');
  const errorType = fc.constantFrom(undefined, 'ERR_TIMEOUT', 'ERR_UNKNOWN_TOOL');
  const calls = fc.array(fc.tuple(name, name, name, errorType), { maxLength: 80 });
  fc.assert(
    fc.property(calls, fc.integer({ min: 1, max: 70 }), (all, maxSeries) => {
      const table = new SeriesTable(maxSeries);
      const known = new Set<string>();
      for (const [service, method, tool, error] of all) {
        const { tags } = table.find(service, method, tool, error);
        const key = [service, method, tool].join(' ');
        const isOwn = [tags.service, tags.method, tags.tool].join(' ') === key;
        if (known.has(key)) assert.ok(isOwn, 'a series once made is found again');
        if (error === 'ERR_UNKNOWN_TOOL' && !known.has(key)) assert.ok(!isOwn);
        if (isOwn) known.add(key);
      }
      assert.ok(table.all().length <= maxSeries + 1);
    }),
  );
});
