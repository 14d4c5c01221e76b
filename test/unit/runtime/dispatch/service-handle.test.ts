import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { Registry } from '../../../../src/runtime/dispatch/registry.ts';
import { defineService } from '../../../../src/runtime/dispatch/service-definition.ts';
import { NativeTransport } from '../../../../src/runtime/scheduler/native-transport.ts';

function named(name: string, reply: string) {
  return defineService({ name, methods: { who: () => reply } });
}

describe('ServiceHandle', () => {
  test('can be made before its service is there', async () => {
    const transport = new NativeTransport();
    const handle = transport.service('late');
    assert.equal(handle.isAvailable, false);
    await assert.rejects(handle.call('who'), { code: 'ERR_SERVICE_NOT_FOUND' });
    assert.throws(() => handle.notify('who'), { code: 'ERR_SERVICE_NOT_FOUND' });
    await transport.start(named('late', 'here'));
    assert.equal(handle.isAvailable, true);
    assert.equal(await handle.call('who'), 'here');
  });

  test('finds the service that took over the name', async () => {
    const transport = new NativeTransport();
    const first = await transport.start(named('name', 'first'));
    const handle = transport.service('name');
    assert.equal(await handle.call('who'), 'first');
    await first.stop();
    await assert.rejects(handle.call('who'), { code: 'ERR_SERVICE_NOT_FOUND' });
    await transport.start(named('name', 'second'));
    assert.equal(await handle.call('who'), 'second');
  });

  test('does not follow its service to another name', async () => {
    const transport = new NativeTransport();
    const reference = await transport.start(named('name', 'moved'));
    const handle = transport.service('name');
    assert.equal(await handle.call('who'), 'moved');
    transport.register('other', reference);
    transport.unregister('name');
    await assert.rejects(handle.call('who'), { code: 'ERR_SERVICE_NOT_FOUND' });
  });

  test('looks its name up only after the registry has changed', async () => {
    const transport = new NativeTransport();
    const lookup = mock.method(Registry.prototype, 'lookup');
    try {
      await transport.start(named('name', 'x'));
      const handle = transport.service('name');
      for (let count = 0; count < 5; count++) await handle.call('who');
      assert.equal(lookup.mock.callCount(), 1);
      await transport.start(named('other', 'y'));
      await handle.call('who');
      assert.equal(lookup.mock.callCount(), 2);
    } finally {
      lookup.mock.restore();
    }
  });
});
