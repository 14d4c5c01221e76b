import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  defineService,
  expectedServices,
  NativeTransport,
  type ServiceReference,
  Supervisor,
  serviceChild,
} from '../../../../src/runtime/index.ts';
import { defer } from '../../../helpers/event-loop.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
}

describe('serviceChild', () => {
  test('registers the name again after a crash, for calls by name and for handles', async () => {
    const transport = new NativeTransport();
    const definition = defineService({
      name: 'echo',
      methods: {
        echo: (params) => params,
        crash: () => {
          throw new Error('a bug');
        },
      },
    });
    const supervisor = await Supervisor.start([serviceChild(transport, definition)]);
    const handle = transport.service('echo');
    const [first] = await supervisor.whichChildren();
    await assert.rejects(transport.call('echo', 'crash'), { code: 'ERR_SERVICE_EXIT' });
    assert.equal(transport.serviceAvailable('echo'), false);
    assert.deepEqual(expectedServices(supervisor.tree()), ['echo']);
    await settled();
    assert.equal(await handle.call('echo', 1), 1);
    const [second] = await supervisor.whichChildren();
    assert.notEqual(first?.child, second?.child);
    const reference = second?.child?.info as ServiceReference | undefined;
    assert.equal(reference?.name, 'echo');
    await supervisor.stop();
    assert.equal(transport.serviceAvailable('echo'), false);
  });

  test('reports shutdown when it was asked to stop, and normal when somebody else stopped it', async () => {
    const transport = new NativeTransport();
    const echo = defineService({ name: 'echo' });
    const supervisor = await Supervisor.start([
      serviceChild(transport, echo, { restart: 'transient' }),
    ]);
    const [listed] = await supervisor.whichChildren();
    await transport.lookup('echo')?.stop();
    assert.equal(await listed?.child?.exited, 'normal');
    const again = await supervisor.restartChild('echo');
    await supervisor.stop();
    assert.equal(await again?.exited, 'shutdown');
  });

  test('finishes what is in flight within the shutdown time, and gives up what is not done by then', async () => {
    for (const [shutdown, expected] of [
      [200, 'done'],
      [50, 'ERR_SERVICE_EXIT'],
    ] as const) {
      const clock = new ManualClock();
      const transport = new NativeTransport({ clock });
      const work = defer<string>();
      const slow = defineService({ name: 'slow', methods: { work: () => work.promise } });
      const supervisor = await Supervisor.start([serviceChild(transport, slow, { shutdown })], {
        clock,
      });
      const call = transport
        .call('slow', 'work')
        .then(String, (error: { code: string }) => error.code);
      const stopping = supervisor.stop();
      await settled();
      await assert.rejects(transport.call('slow', 'work'), { code: 'ERR_SERVICE_NOT_FOUND' });
      clock.advance(100);
      work.resolve('done');
      await stopping;
      assert.equal(await call, expected);
    }
  });

  test('ends a service whose init hangs when its supervisor is killed', async () => {
    const transport = new NativeTransport();
    const hangs = defineService({ name: 'hangs', init: () => new Promise<undefined>(() => {}) });
    const supervisor = new Supervisor([serviceChild(transport, hangs)]);
    const starting = supervisor.start();
    await settled();
    assert.equal(transport.serviceAvailable('hangs'), true);
    supervisor.kill();
    await assert.rejects(starting, { code: 'ERR_SUPERVISOR_EXIT' });
    assert.equal(transport.serviceAvailable('hangs'), false);
  });

  test('needs a name, and knows its options', () => {
    const transport = new NativeTransport();
    const code = 'ERR_INVALID_OPTION';
    assert.throws(() => serviceChild(transport, { module: 'file:///x.js' }), {
      code,
      message: /name/,
    });
    assert.throws(
      () => serviceChild(transport, defineService({ name: 'a' }), { nam: 'b' } as object),
      {
        code,
        message: /Did you mean 'name'/,
      },
    );
  });
});
