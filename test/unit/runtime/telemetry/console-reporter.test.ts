import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { CALL_STOP, type CallEvent } from '../../../../src/runtime/telemetry/call-channels.ts';
import { ConsoleReporter } from '../../../../src/runtime/telemetry/console-reporter.ts';
import { EventBus } from '../../../../src/runtime/telemetry/event-bus.ts';
import { MetricsCollector } from '../../../../src/runtime/telemetry/metrics-collector.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

/** Makes the collector count calls of a tool. */
function count(calls: number, durationNs: number, about: Partial<CallEvent> = {}): void {
  for (let i = 0; i < calls; i++) {
    CALL_STOP.publish({ service: 'shop', method: 'tools/call', tool: 'buy', durationNs, ...about });
  }
}

describe('ConsoleReporter', () => {
  const bus = new EventBus();
  let clock: ManualClock;
  let collector: MetricsCollector;
  let written: string[];
  const stream = { write: (text: string) => written.push(text) };

  beforeEach(async () => {
    clock = new ManualClock();
    written = [];
    collector = new MetricsCollector({ bus });
    await collector.start();
  });

  afterEach(() => collector.stop());

  test('writes every 10 s what happened since the last table, the busiest first', async () => {
    count(50, 9e9); // before it began to report
    const reporter = new ConsoleReporter(collector, stream, { clock });
    await reporter.start();
    bus.execute('mcp.service.count', { total: 3, healthy: 2 }, {});
    count(10, 4_000_000, { service: 'data', method: 'rows', tool: undefined });
    count(1_490, 1_500);
    count(8, 1_500, { errorType: 'tool_error' });
    count(2, 1_500, { errorType: 'ERR_TIMEOUT' });
    clock.advance(10_000);
    count(5, 3_000_000_000);
    clock.advance(10_000);
    clock.advance(10_000);
    await reporter.stop();
    assert.deepEqual(written.slice(0, 3), [
      [
        '10 s: 1,510 calls, 10 failed; 2 of 3 services healthy',
        'service  method      tool  calls  calls/s     p50      p99  failed',
        'shop     tools/call  buy   1,500      150  1.5 µs  1.99 µs  tool_error 8, ERR_TIMEOUT 2',
        'data     rows                 10        1  3.5 ms  4.97 ms',
        '',
      ].join('\n'),
      [
        '10 s: 5 calls, 0 failed; 2 of 3 services healthy',
        'service  method      tool  calls  calls/s    p50     p99  failed',
        'shop     tools/call  buy       5      0.5  3.5 s  4.97 s',
        '',
      ].join('\n'),
      '10 s: 0 calls, 0 failed; 2 of 3 services healthy\n',
    ]);
  });

  test('keeps nobody alive, and writes the rest when it is stopped', async () => {
    const reporter = new ConsoleReporter(collector, stream, { clock, periodMs: 1_000 });
    await reporter.start();
    await reporter.start();
    assert.equal(clock.countTimers(), 1);
    assert.equal(clock.isKeepingAlive, false);
    clock.advance(1_000);
    assert.equal(clock.isKeepingAlive, false);
    count(3, 1);
    clock.advance(500);
    await reporter.stop();
    await reporter.stop();
    clock.advance(5_000);
    assert.deepEqual(
      written.map((text) => text.split('\n')[0]),
      ['1 s: 0 calls, 0 failed', '0.5 s: 3 calls, 0 failed'],
    );
    assert.equal(clock.countTimers(), 0);
  });

  test('shows no more rows than it may, and says how many are left out', () => {
    const reporter = new ConsoleReporter(collector, stream, { clock, maxRows: 2 });
    for (let i = 0; i < 5; i++) count(i + 1, 1, { tool: `tool-${i}` });
    clock.advance(1_000);
    reporter.report();
    const lines = written[0]?.split('\n') ?? [];
    assert.equal(lines.length, 6);
    assert.match(lines[2] ?? '', /tool-4/);
    assert.match(lines[3] ?? '', /tool-3/);
    assert.equal(lines[4], '… and 3 more');
  });

  test('lets no control characters of a name through', () => {
    const reporter = new ConsoleReporter(collector, stream, { clock });
    count(1, 1, { tool: 'a\u001b[2Jb\nc' });
    reporter.report();
    assert.match(written[0] ?? '', /a\?\[2Jb\?c/);
  });

  test('refuses options that make no sense', () => {
    const code = 'ERR_INVALID_OPTION';
    assert.throws(() => new ConsoleReporter(collector, stream, { periodMs: 0 }), { code });
    assert.throws(() => new ConsoleReporter(collector, stream, { maxRows: 0 }), { code });
    assert.throws(() => new ConsoleReporter(collector, stream, { rows: 1 } as never), { code });
  });
});
