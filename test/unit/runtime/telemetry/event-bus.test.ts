import assert from 'node:assert/strict';
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, mock, test } from 'node:test';
import fc from 'fast-check';
import { defineService } from '../../../../src/runtime/dispatch/service-definition.ts';
import { NativeTransport } from '../../../../src/runtime/scheduler/native-transport.ts';
import { isCallObserved } from '../../../../src/runtime/telemetry/call-channels.ts';
import { EventBus } from '../../../../src/runtime/telemetry/event-bus.ts';
import { settle } from '../../../helpers/event-loop.ts';
import { RecordingLogger } from '../../../helpers/recording-logger.ts';

const ECHO = defineService({ name: 'echo', methods: { echo: (params: unknown) => params } });

async function startEcho(): Promise<NativeTransport> {
  const transport = new NativeTransport();
  await transport.start(ECHO);
  return transport;
}

describe('The event bus', () => {
  test('hands start and stop of a call to a handler of mcp.service.call', async () => {
    const bus = new EventBus();
    const transport = await startEcho();
    const heard: unknown[][] = [];
    bus.attach(
      'log',
      'mcp.service.call',
      (event, { durationNs }, { service, method }, config) => {
        heard.push([event, durationNs > 0, service, method, config]);
      },
      'configured',
    );
    await transport.call('echo', 'echo');
    await settle();
    bus.detach('log');
    await transport.call('echo', 'echo');
    await settle();
    assert.deepEqual(heard, [
      ['mcp.service.call.start', false, 'echo', 'echo', 'configured'],
      ['mcp.service.call.stop', true, 'echo', 'echo', 'configured'],
    ]);
  });

  test('hands a failure to a handler of the exception alone, with what the caller received', async () => {
    const bus = new EventBus();
    const transport = await startEcho();
    const heard: unknown[] = [];
    bus.attach('log', 'mcp.service.call.exception', (event, _measurements, { error }) => {
      heard.push([event, error]);
    });
    await transport.call('echo', 'echo');
    const error = await transport.call('echo', 'nothing').catch((thrown: unknown) => thrown);
    await settle();
    bus.detach('log');
    assert.deepEqual(heard, [['mcp.service.call.exception', error]]);
  });

  test('hands the same metadata to start and stop, so that they can be told to belong together', async () => {
    const bus = new EventBus();
    const transport = await startEcho();
    const heard: object[] = [];
    bus.attach('log', 'mcp.service.call', (_event, _measurements, metadata) => {
      heard.push(metadata);
    });
    await transport.call('echo', 'echo');
    await settle();
    bus.detach('log');
    assert.equal(heard.length, 2);
    assert.equal(heard[0], heard[1]);
  });

  test('leaves a call alone while nobody is attached, and again once the last is gone', () => {
    const bus = new EventBus();
    assert.equal(isCallObserved(), false);
    bus.attach('a', 'mcp.service.call.stop', () => {});
    bus.attach('b', 'mcp.service.call.stop', () => {});
    bus.detach('a');
    assert.equal(isCallObserved(), true);
    bus.detach('b');
    assert.equal(isCallObserved(), false);
  });

  test('carries events of its own, and those that users name', () => {
    const bus = new EventBus();
    const heard: unknown[] = [];
    bus.attach('log', ['mcp.service.count', 'shop.order'], (event, measurements, metadata) => {
      heard.push([event, measurements, metadata]);
    });
    bus.execute('mcp.service.count', { total: 3, healthy: 2 }, {});
    bus.execute('shop.order', { price: 5 }, { item: 'tea' });
    bus.detach('log');
    bus.execute('shop.order', { price: 6 }, {});
    assert.deepEqual(heard, [
      ['mcp.service.count', { total: 3, healthy: 2 }, {}],
      ['shop.order', { price: 5 }, { item: 'tea' }],
    ]);
  });

  test('hands on what others publish on channels of theirs, as metadata, with no measurements', () => {
    const bus = new EventBus();
    const heard: unknown[] = [];
    bus.attach('log', 'foreign:channel', (_event, measurements, metadata) => {
      heard.push(measurements, metadata);
    });
    channel('foreign:channel').publish({ request: 1 });
    channel('foreign:channel').publish(undefined);
    bus.detach('log');
    assert.deepEqual(heard, [{}, { request: 1 }, {}, undefined]);
  });

  test('refuses an id that is taken, and keeps its holder', () => {
    const bus = new EventBus();
    const first = () => {};
    bus.attach('log', 'shop.order', first);
    assert.throws(() => bus.attach('log', 'shop.refund', () => {}), {
      code: 'ERR_ALREADY_REGISTERED',
      message: /'log' is attached already: detach it or choose another id/,
    });
    assert.deepEqual(
      bus.listHandlers().map(({ handler }) => handler),
      [first],
    );
    assert.equal(bus.detach('log'), true);
    assert.equal(bus.detach('log'), false);
    bus.attach('log', 'shop.order', first);
    bus.detach('log');
  });

  test('refuses what would never be heard, and names what was meant', () => {
    const bus = new EventBus();
    const refused: [() => void, RegExp][] = [
      [() => bus.attach('', 'shop.order', () => {}), /handlerId must be a non-empty string/],
      [() => bus.attach('log', '', () => {}), /event must be a non-empty string/],
      [() => bus.attach('log', [], () => {}), /handler 'log' names no event/],
      [() => bus.attach('log', 'shop.order', null as never), /handler must be a function/],
      [
        () => bus.attach('log', 'mcp.service.call.stopp', () => {}),
        /there is no event 'mcp.service.call.stopp'. Did you mean 'mcp.service.call.stop'\?/,
      ],
      [() => bus.attach('log', 'mcp.restarts', () => {}), /There is: mcp.service.call, .*uptime/],
      [() => bus.execute('mcp.service.counts', {}, {}), /Did you mean 'mcp.service.count'\?/],
      [
        () => bus.execute('mcp.service.call.stop', {} as never, {} as never),
        /is emitted by calls themselves/,
      ],
      [() => bus.execute('mcp.service.call', {} as never, {} as never), /by calls themselves/],
    ];
    for (const [body, message] of refused) {
      assert.throws(body, { code: 'ERR_INVALID_OPTION', message });
    }
    assert.deepEqual(bus.listHandlers(), []);
  });

  test('lists handlers by whole segments of a prefix', () => {
    const bus = new EventBus();
    const handler = () => {};
    bus.attach('calls', 'mcp.service.call', handler, 7);
    bus.attach('counts', ['mcp.service.count', 'shop.order'], handler);
    const list = (prefix?: string) =>
      bus.listHandlers(prefix).map(({ id, event }) => `${id} ${event}`);
    const calls = ['start', 'stop', 'exception'].map((phase) => `calls mcp.service.call.${phase}`);
    assert.deepEqual(list('mcp.service.call'), calls);
    assert.deepEqual(list('mcp'), [...calls, 'counts mcp.service.count']);
    assert.deepEqual(list('mcp.service.count'), ['counts mcp.service.count']);
    assert.deepEqual(list(), [...calls, 'counts mcp.service.count', 'counts shop.order']);
    assert.deepEqual(list('mcp.serv'), []);
    assert.deepEqual(bus.listHandlers('mcp.service.call.stop'), [
      { id: 'calls', event: 'mcp.service.call.stop', handler, config: 7 },
    ]);
    bus.detach('calls');
    bus.detach('counts');
    assert.deepEqual(list(), []);
  });

  test('calls a handler once an event that it names twice', () => {
    const bus = new EventBus();
    bus.attach('log', ['mcp.service.call', 'mcp.service.call.stop'], () => {});
    assert.equal(bus.listHandlers('mcp.service.call.stop').length, 1);
    bus.detach('log');
  });
});

describe('A telemetry handler that fails', () => {
  test('is detached and logged, and neither the call nor the others notice', async () => {
    const logger = new RecordingLogger();
    const bus = new EventBus(logger);
    const transport = await startEcho();
    const heard: string[] = [];
    const raw = () => heard.push('raw');
    bus.attach('bad', 'mcp.service.call', () => {
      throw new TypeError('broken');
    });
    subscribe('mcp.service.call.start', raw);
    bus.attach('good', 'mcp.service.call.start', () => heard.push('good'));
    assert.equal(await transport.call('echo', 'echo', 1), 1);
    assert.equal(await transport.call('echo', 'echo', 2), 2);
    await settle();
    bus.detach('good');
    unsubscribe('mcp.service.call.start', raw);
    assert.deepEqual(heard, ['good', 'raw', 'good', 'raw']);
    assert.deepEqual(
      logger.lines.map(({ level, fields, message }) => [level, fields, message]),
      [
        [
          'error',
          { err: new TypeError('broken'), handlerId: 'bad', event: 'mcp.service.call.start' },
          'telemetry handler failed and was detached',
        ],
      ],
    );
    assert.equal(isCallObserved(), false);
  });

  test('is detached by its promise too', async () => {
    const bus = new EventBus();
    const logger = new RecordingLogger();
    bus.logTo(logger);
    bus.attach('bad', 'shop.order', async () => {
      throw new TypeError('broken');
    });
    bus.execute('shop.order', {}, {});
    bus.execute('shop.order', {}, {});
    await settle();
    assert.deepEqual(bus.listHandlers(), []);
    assert.equal(logger.lines.length, 1);
  });

  test('leaves the neighbour on the channel that is not ours its message', () => {
    const bus = new EventBus(new RecordingLogger());
    const heard: unknown[] = [];
    const raw = () => heard.push('raw');
    bus.attach('bad', 'shop.order', () => {
      throw new TypeError('broken');
    });
    subscribe('shop.order', raw);
    bus.execute('shop.order', {}, {});
    unsubscribe('shop.order', raw);
    assert.deepEqual(heard, ['raw']);
  });

  test('is named in a warning of the process where there is no logger', () => {
    const bus = new EventBus();
    const emitWarning = mock.method(process, 'emitWarning', () => {});
    try {
      bus.attach('bad', 'shop.order', () => {
        throw new TypeError('broken');
      });
      bus.execute('shop.order', {}, {});
      const [message, options] = emitWarning.mock.calls[0]?.arguments ?? [];
      assert.match(String(message), /'bad' failed at 'shop.order' and was detached/);
      const { code, detail } = options as { code?: string; detail?: string };
      assert.equal(code, 'TOOLRIG_TELEMETRY_HANDLER');
      assert.match(detail ?? '', /TypeError: broken/);
    } finally {
      emitWarning.mock.restore();
    }
  });

  test('is not heard again when it was detached by a neighbour while the event was under way', () => {
    const bus = new EventBus();
    const heard: string[] = [];
    bus.attach('first', 'shop.order', () => {
      bus.detach('second');
      heard.push('first');
    });
    bus.attach('second', 'shop.order', () => heard.push('second'));
    bus.execute('shop.order', {}, {});
    bus.detach('first');
    assert.deepEqual(heard, ['first']);
  });
});

test('Whatever is attached and detached, an event reaches those attached, in order', () => {
  const step = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd'),
    action: fc.constantFrom('attach', 'detach', 'emit'),
    fails: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const bus = new EventBus(new RecordingLogger());
      const model = new Map<string, boolean>();
      for (const { id, action, fails } of steps) {
        const heard: string[] = [];
        if (action === 'attach' && model.has(id)) {
          assert.throws(() => bus.attach(id, 'shop.order', () => {}));
        } else if (action === 'attach') {
          model.set(id, fails);
          bus.attach(id, 'shop.order', (_event, _measurements, metadata) => {
            (metadata as string[]).push(id);
            if (fails) throw new TypeError('broken');
          });
        } else if (action === 'detach') {
          assert.equal(bus.detach(id), model.delete(id));
        } else {
          bus.execute('shop.order', {}, heard);
          assert.deepEqual(heard, [...model.keys()]);
          for (const [name, isFailing] of model) if (isFailing) model.delete(name);
        }
        assert.deepEqual(
          bus.listHandlers().map((handler) => handler.id),
          [...model.keys()],
        );
      }
      for (const id of model.keys()) bus.detach(id);
    }),
  );
});
