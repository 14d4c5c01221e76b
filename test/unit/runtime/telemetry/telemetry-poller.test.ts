import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { defineService } from '../../../../src/runtime/dispatch/service-definition.ts';
import { NativeTransport } from '../../../../src/runtime/scheduler/native-transport.ts';
import { EventBus } from '../../../../src/runtime/telemetry/event-bus.ts';
import { TelemetryPoller } from '../../../../src/runtime/telemetry/telemetry-poller.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { RecordingLogger } from '../../../helpers/recording-logger.ts';

const bus = new EventBus();
let heard: unknown[] = [];

/** What has been emitted since it was last asked. */
function news(): unknown[] {
  return heard.splice(0);
}

describe('TelemetryPoller', () => {
  beforeEach(() => {
    heard = [];
    bus.attach('counts', 'mcp.service.count', (_event, { total, healthy }) => {
      heard.push(`${healthy} of ${total}`);
    });
    bus.attach('uptimes', 'mcp.service.uptime', (_event, { seconds }, { service }) => {
      heard.push(`${service} ${seconds} s`);
    });
  });
  afterEach(() => {
    bus.detach('counts');
    bus.detach('uptimes');
  });

  test('emits count and uptimes at its start and every 10 s, and keeps nobody alive', async () => {
    const clock = new ManualClock();
    const transport = new NativeTransport({ clock });
    await transport.start(defineService({ name: 'a' }));
    clock.advance(2_500);
    await transport.start(defineService({ name: 'b' }));
    const poller = new TelemetryPoller(transport, { clock, bus });
    await poller.start();
    assert.deepEqual(news(), ['2 of 2', 'a 2.5 s', 'b 0 s']);
    assert.equal(clock.isKeepingAlive, false);
    clock.advance(9_999);
    assert.deepEqual(news(), []);
    clock.advance(1);
    assert.deepEqual(news(), ['2 of 2', 'a 12.5 s', 'b 10 s']);
    assert.equal(clock.isKeepingAlive, false);
    clock.advance(20_000);
    assert.equal(news().length, 6);
    await poller.stop();
    clock.advance(60_000);
    assert.deepEqual(news(), []);
    assert.equal(clock.countTimers(), 0);
  });

  test('starts and stops once, however often it is told, and starts again', async () => {
    const clock = new ManualClock();
    const poller = new TelemetryPoller(new NativeTransport(), { clock, bus, periodMs: 100 });
    await poller.start();
    await poller.start();
    clock.advance(100);
    assert.deepEqual(news(), ['0 of 0', '0 of 0']);
    await poller.stop();
    await poller.stop();
    await poller.start();
    clock.advance(100);
    assert.deepEqual(news(), ['0 of 0', '0 of 0']);
    await poller.stop();
  });

  test('counts a service that should exist and has died as one that is not healthy', async () => {
    const clock = new ManualClock();
    const transport = new NativeTransport({ clock });
    const a = await transport.start(defineService({ name: 'a' }));
    await transport.start(defineService({ name: 'extra' }));
    const expectedServices = () => ['a', 'b', 'a'];
    const poller = new TelemetryPoller(transport, { clock, bus, expectedServices });
    clock.advance(1_000);
    poller.poll();
    assert.deepEqual(news(), ['1 of 2', 'a 1 s', 'b 0 s', 'extra 1 s']);
    a.kill();
    poller.poll();
    assert.deepEqual(news(), ['0 of 2', 'a 0 s', 'extra 1 s', 'b 0 s']);
  });

  test('says 0 once of a service that has gone and was not expected', async () => {
    const clock = new ManualClock();
    const transport = new NativeTransport({ clock });
    const a = await transport.start(defineService({ name: 'a' }));
    const poller = new TelemetryPoller(transport, { clock, bus });
    clock.advance(1_000);
    poller.poll();
    a.kill();
    poller.poll();
    poller.poll();
    assert.deepEqual(news(), ['1 of 1', 'a 1 s', '0 of 0', 'a 0 s', '0 of 0']);
  });

  test('does not count a service that is still starting as healthy', async () => {
    const clock = new ManualClock();
    const transport = new NativeTransport({ clock });
    void transport.start(defineService({ name: 'slow', init: () => clock.sleep(1_000) }));
    const poller = new TelemetryPoller(transport, { clock, bus });
    poller.poll();
    assert.equal(news()[0], '0 of 1');
  });

  test('never says that a service is younger than nothing', () => {
    const registeredAt = new Date('2030-01-01');
    const listing = { name: 'a', reference: { status: 'running' }, meta: { registeredAt } };
    const services = { listServices: () => [listing] };
    new TelemetryPoller(services, { clock: new ManualClock(), bus }).poll();
    assert.deepEqual(news(), ['1 of 1', 'a 0 s']);
  });

  test('logs a poll that failed and goes on', async () => {
    const clock = new ManualClock();
    const logger = new RecordingLogger();
    let failures = 1;
    const expectedServices = (): string[] => {
      if (failures-- > 0) throw new TypeError('no tree yet');
      return ['a'];
    };
    const options = { clock, bus, logger, expectedServices };
    const poller = new TelemetryPoller(new NativeTransport(), options);
    await poller.start();
    assert.deepEqual(
      logger.lines.map(({ level, message }) => [level, message]),
      [['error', 'telemetry poll failed']],
    );
    clock.advance(10_000);
    assert.deepEqual(news(), ['0 of 1', 'a 0 s']);
    await poller.stop();
  });

  test('refuses options that make no sense', () => {
    const code = 'ERR_INVALID_OPTION';
    const services = new NativeTransport();
    assert.throws(() => new TelemetryPoller(services, { periodMs: 0 }), { code });
    assert.throws(() => new TelemetryPoller(services, { period: 5 } as never), {
      code,
      message: /unknown key 'period'. Did you mean 'periodMs'\?/,
    });
  });
});
