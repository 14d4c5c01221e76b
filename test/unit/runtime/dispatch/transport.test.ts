import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, test } from 'node:test';
import type { CopyMode } from '../../../../src/runtime/dispatch/ownership.ts';
import { defineService } from '../../../../src/runtime/dispatch/service-definition.ts';
import type { StartOptions } from '../../../../src/runtime/dispatch/service-host.ts';
import { NativeTransport } from '../../../../src/runtime/scheduler/native-transport.ts';
import { defer, settle } from '../../../helpers/event-loop.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { RecordingLogger } from '../../../helpers/recording-logger.ts';
import { pastDeadline } from '../../../helpers/start-service.ts';

const COUNTER = defineService<{ count: number }>({
  name: 'counter',
  init: () => ({ count: 0 }),
  methods: {
    increment: (_params: unknown, { state }) => ++state.count,
    echo: (params: unknown) => params,
    crash: () => {
      throw new TypeError('broken');
    },
  },
});

function hanging(name: string) {
  return defineService({ name, methods: { wait: () => defer().promise } });
}

describe('NativeTransport', () => {
  test('starts services under their own name or another, and finds them', async () => {
    const transport = new NativeTransport();
    const reference = await transport.start(COUNTER);
    await transport.start(COUNTER, 'second');
    assert.equal(transport.lookup('counter'), reference);
    assert.equal(transport.serviceAvailable('second'), true);
    assert.equal(transport.serviceAvailable('third'), false);
    assert.equal(transport.lookup('third'), undefined);
    assert.deepEqual(
      transport.listServices().map(({ name, meta }) => [name, meta.registeredAt instanceof Date]),
      [
        ['counter', true],
        ['second', true],
      ],
    );
    assert.equal(await transport.call('counter', 'increment'), 1);
    assert.equal(await transport.call('counter', 'increment'), 2);
    assert.equal(await transport.call('second', 'increment'), 1);
  });

  test('refuses a limit on memory that is no number of bytes', async () => {
    const transport = new NativeTransport();
    const service = { module: 'file:///nowhere.js' };
    for (const memoryLimitBytes of [0, -1, 1.5, Number.NaN, '64MB' as never]) {
      for (const placement of ['worker', 'process'] as const) {
        await assert.rejects(transport.start(service, { name: 'a', placement, memoryLimitBytes }), {
          code: 'ERR_INVALID_OPTION',
          message: /^memoryLimitBytes must be an integer >= 1/,
        });
      }
    }
  });

  test('makes no calls of what is no list', async () => {
    const transport = new NativeTransport();
    await transport.start(COUNTER);
    for (const params of [undefined, { length: 1 }, 'ab'] as never[]) {
      await assert.rejects(transport.callMany('counter', 'echo', params), {
        code: 'ERR_INVALID_OPTION',
        message: /^the params of callMany must be an array/,
      });
    }
  });

  test('makes many cancellable calls without a warning', async () => {
    const transport = new NativeTransport();
    const gate = defer();
    await transport.start(defineService({ name: 'slow', methods: { wait: () => gate.promise } }));
    const { signal } = new AbortController();
    const replies = transport.callMany('slow', 'wait', Array.from({ length: 20 }), { signal });
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    gate.resolve('done');
    assert.equal((await replies).length, 20);
  });

  test('refuses a taken name and leaves its holder in place', async () => {
    const transport = new NativeTransport();
    await transport.start(COUNTER);
    await transport.call('counter', 'increment');
    await assert.rejects(transport.start(COUNTER), { code: 'ERR_ALREADY_REGISTERED' });
    assert.equal(await transport.call('counter', 'increment'), 2);
  });

  test('rejects a call to nobody with the nearest name', async () => {
    const transport = new NativeTransport();
    await assert.rejects(transport.call('countr', 'increment'), {
      code: 'ERR_SERVICE_NOT_FOUND',
      rpcCode: -31001,
      message: 'Service not found: countr. No service is registered: start one first.',
    });
    await transport.start(COUNTER);
    await assert.rejects(transport.call('countr', 'increment'), {
      message: "Service not found: countr. Did you mean 'counter'?",
    });
    assert.throws(() => transport.notify('countr', 'increment'), { code: 'ERR_SERVICE_NOT_FOUND' });
  });

  test('forgets a service that crashed, while others go on, and its name can be taken again', async () => {
    const transport = new NativeTransport();
    await transport.start(COUNTER);
    await transport.start(COUNTER, 'other');
    await transport.call('counter', 'increment');
    await assert.rejects(transport.call('counter', 'crash'), { code: 'ERR_SERVICE_EXIT' });
    assert.equal(transport.serviceAvailable('counter'), false);
    await assert.rejects(transport.call('counter', 'increment'), { code: 'ERR_SERVICE_NOT_FOUND' });
    assert.equal(await transport.call('other', 'increment'), 1);
    await transport.start(COUNTER);
    assert.equal(await transport.call('counter', 'increment'), 1, 'with a state of its own');
  });

  test('takes the name back from a service whose init throws', async () => {
    const transport = new NativeTransport();
    const broken = defineService({
      name: 'broken',
      init: () => {
        throw new Error('no database');
      },
    });
    await assert.rejects(transport.start(broken), {
      code: 'ERR_SERVICE_EXIT',
      message: "Service 'broken' ended (Error: no database)",
    });
    assert.deepEqual(transport.listServices(), []);
  });

  test('keeps a service under all its names until each is taken away', async () => {
    const transport = new NativeTransport();
    const reference = await transport.start(COUNTER);
    transport.register('alias', reference);
    assert.throws(() => transport.register('alias', reference), { code: 'ERR_ALREADY_REGISTERED' });
    assert.equal(transport.unregister('counter'), true);
    assert.equal(transport.unregister('counter'), false);
    assert.equal(await transport.call('alias', 'increment'), 1);
  });

  test('lets services call each other in a chain', async () => {
    const transport = new NativeTransport();
    await transport.start(COUNTER);
    await transport.start(
      defineService({
        name: 'twice',
        methods: {
          run: async () => [
            await transport.call('counter', 'increment'),
            await transport.call('counter', 'increment'),
          ],
        },
      }),
    );
    assert.deepEqual(await transport.call('twice', 'run'), [1, 2]);
  });

  test('gives 100 concurrent increments 100 different counts', async () => {
    const transport = new NativeTransport();
    await transport.start(COUNTER);
    const calls = Array.from({ length: 100 }, () => transport.call('counter', 'increment'));
    const counts = await Promise.all(calls);
    assert.deepEqual(
      counts,
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
  });

  test('watches the deadlines of all its services on one wheel', async () => {
    const clock = new ManualClock();
    const transport = new NativeTransport({ clock });
    await transport.start(hanging('one'));
    await transport.start(hanging('two'));
    const calls = ['one', 'two'].map((name) => transport.call(name, 'wait', {}, { timeoutMs: 50 }));
    assert.equal(clock.countTimers(), 1);
    clock.advance(pastDeadline(50));
    for (const call of calls) await assert.rejects(call, { code: 'ERR_TIMEOUT' });
  });

  test('stops every service, the last started first, and can be stopped twice', async () => {
    const transport = new NativeTransport();
    const stopped: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      await transport.start(defineService({ name, terminate: () => void stopped.push(name) }));
    }
    await transport.stop();
    await transport.stop();
    assert.deepEqual(stopped, ['three', 'two', 'one']);
    assert.deepEqual(transport.listServices(), []);
  });

  test('stops services that nobody can find any more, and leaves those of others alone', async () => {
    const transport = new NativeTransport();
    const lost = await transport.start(COUNTER, 'lost');
    transport.unregister('lost');
    const guest = await new NativeTransport().start(COUNTER, 'guest');
    transport.register('guest', guest);
    await transport.stop();
    assert.deepEqual([lost.status, guest.status], ['ended', 'running']);
  });

  test('logs crashes under the name of the service', async () => {
    const logger = new RecordingLogger();
    const transport = new NativeTransport({ logger });
    await transport.start(COUNTER, 'unlucky');
    await assert.rejects(transport.call('unlucky', 'crash'));
    const [line] = logger.lines;
    assert.ok(line !== undefined && 'service' in line.fields);
    assert.equal(line.fields.service, 'unlucky');
  });

  test('refuses what no service can be hosted with, and says what to write', async () => {
    const transport = new NativeTransport();
    const code = 'ERR_INVALID_OPTION';
    const refuse = (module: string, options: StartOptions, message: RegExp) =>
      assert.rejects(transport.start({ module }, { name: 'a', ...options }), { code, message });
    const replicas = { placement: 'worker', replicas: 1e9 } as const;
    await refuse('file:///a.js', replicas, /replicas must be an integer from 1 to 1024/);
    await assert.rejects(transport.start(COUNTER, { memoryLimitBytes: 1e9 }), {
      code,
      message: /set placement to 'worker' or 'process'/,
    });
    await refuse('./a.js', {}, /it is no URL: give import\.meta\.resolve\('\.\/a\.js'\)/);
  });

  test('refuses a copy mode that does not exist', () => {
    assert.throws(() => new NativeTransport({ copy: 'cloned' as CopyMode }), {
      code: 'ERR_INVALID_OPTION',
      message: /Did you mean 'clone'/,
    });
  });
});

async function startKeeper(copy: CopyMode) {
  const transport = new NativeTransport({ copy });
  const kept: unknown[] = [];
  await transport.start(
    defineService({
      name: 'keeper',
      methods: {
        keep: (params: unknown) => {
          kept.push(params);
          return params;
        },
        spoil: (params: { rows: number[] }) => params.rows.push(0),
      },
    }),
  );
  return { transport, kept };
}

describe('The copy mode', () => {
  test("'reference' passes request and reply as they are", async () => {
    const { transport, kept } = await startKeeper('reference');
    const params = { rows: [1] };
    assert.equal(await transport.call('keeper', 'keep', params), params);
    assert.equal(kept[0], params);
    assert.equal(Object.isFrozen(params), false);
  });

  test("'freeze' passes the same things, and a service that changes them fails where it does", async () => {
    const { transport, kept } = await startKeeper('freeze');
    const params = { rows: [1] };
    assert.equal(await transport.call('keeper', 'keep', params), params);
    assert.equal(kept[0], params);
    assert.equal(Object.isFrozen(params.rows), true);
    await assert.rejects(transport.call('keeper', 'spoil', { rows: [1] }), (error: Error) => {
      assert.ok(error.cause instanceof TypeError);
      return true;
    });
  });

  test("'clone' gives either side a copy of its own", async () => {
    const { transport, kept } = await startKeeper('clone');
    const params = { rows: [1], bytes: new Uint8Array([5]) };
    const reply = await transport.call('keeper', 'keep', params);
    assert.deepEqual(kept[0], params);
    assert.deepEqual(reply, params);
    assert.notEqual(kept[0], params);
    assert.notEqual(reply, kept[0]);
    transport.notify('keeper', 'keep', params);
    assert.notEqual(kept[1], params);
  });

  test("'clone' rejects what cannot be cloned, and the service lives on", async () => {
    const { transport, kept } = await startKeeper('clone');
    await assert.rejects(transport.call('keeper', 'keep', { callback() {} }), {
      code: 'ERR_INVALID_PARAMS',
    });
    assert.deepEqual(kept, []);
    assert.equal(transport.serviceAvailable('keeper'), true);
  });

  test('holds for calls through a handle, too', async () => {
    const { transport, kept } = await startKeeper('clone');
    const params = { rows: [1] };
    await transport.service('keeper').call('keep', params);
    transport.service('keeper').notify('keep', params);
    await settle();
    assert.equal(kept.length, 2);
    assert.ok(kept.every((seen) => seen !== params));
  });
});
