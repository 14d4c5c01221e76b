import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Registry } from '../../../../src/runtime/dispatch/registry.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { startService } from '../../../helpers/start-service.ts';

describe('Registry', () => {
  test('finds a service by its name until it is unregistered', async () => {
    const registry = new Registry();
    const { service } = await startService();
    assert.equal(registry.lookup('echo'), undefined);
    registry.register('echo', service);
    assert.equal(registry.lookup('echo'), service);
    assert.equal(registry.lookup('echo'), service);
    assert.equal(registry.unregister('echo'), true);
    assert.equal(registry.lookup('echo'), undefined);
    assert.equal(registry.unregister('echo'), false);
  });

  test('does not answer from memory after a name was looked up in vain', async () => {
    const registry = new Registry();
    const { service } = await startService();
    assert.equal(registry.lookup('late'), undefined);
    registry.register('late', service);
    assert.equal(registry.lookup('late'), service);
    assert.equal(registry.lookup(''), undefined);
  });

  test('refuses a taken name and says who has it, since when', async () => {
    const registry = new Registry(new ManualClock());
    const { service } = await startService({ name: 'first' });
    const { service: second } = await startService({ name: 'second' });
    registry.register('shared', service);
    assert.throws(() => registry.register('shared', second), {
      code: 'ERR_ALREADY_REGISTERED',
      message: /'shared' is held by service 'first' since 2026-01-01T00:00:00\.000Z/,
      data: { name: 'shared', holder: 'first' },
    });
    assert.equal(registry.lookup('shared'), service);
  });

  test('lists every name with its service and the time of registration', async () => {
    const clock = new ManualClock();
    const registry = new Registry(clock);
    const { service } = await startService();
    registry.register('one', service);
    clock.advance(1_500);
    registry.register('two', service);
    assert.deepEqual(registry.list(), [
      { name: 'one', reference: service, meta: { registeredAt: new Date('2026-01-01') } },
      {
        name: 'two',
        reference: service,
        meta: { registeredAt: new Date('2026-01-01T00:00:01.5Z') },
      },
    ]);
    assert.deepEqual([...registry.names()], ['one', 'two']);
  });

  test('lets go of every name of a service that ends', async () => {
    const registry = new Registry();
    const { service } = await startService();
    registry.register('one', service);
    registry.register('two', service);
    await service.stop();
    assert.deepEqual(registry.list(), []);
  });

  test('keeps a name that passed to another service when its former holder ends', async () => {
    const registry = new Registry();
    const { service: former } = await startService();
    const { service: present } = await startService();
    registry.register('name', former);
    registry.unregister('name');
    registry.register('name', present);
    await former.stop();
    assert.equal(registry.lookup('name'), present);
  });

  test('does not keep a service that has ended already', async () => {
    const registry = new Registry();
    const { service } = await startService();
    await service.stop();
    registry.register('late', service);
    assert.equal(registry.lookup('late'), undefined);
  });

  test('changes its version with every registration and every leave, and with nothing else', async () => {
    const registry = new Registry();
    const { service } = await startService();
    const versions = [registry.version];
    registry.register('a', service);
    versions.push(registry.version);
    registry.lookup('a');
    registry.unregister('nobody');
    assert.equal(registry.version, versions.at(-1));
    registry.unregister('a');
    versions.push(registry.version);
    assert.equal(new Set(versions).size, 3);
  });

  test('refuses a name that is empty or no string', async () => {
    const { service } = await startService();
    const code = 'ERR_INVALID_OPTION';
    assert.throws(() => new Registry().register('', service), { code });
    assert.throws(() => new Registry().register(7 as never, service), { code });
  });
});
