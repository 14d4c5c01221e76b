import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defineService } from '../../../../src/runtime/dispatch/service-definition.ts';
import { servicesInTree } from '../../../../src/runtime/health/expected-services.ts';
import { HealthMonitor } from '../../../../src/runtime/health/health-monitor.ts';
import { NativeTransport } from '../../../../src/runtime/scheduler/native-transport.ts';
import type { ChildNode, ChildStatus } from '../../../../src/runtime/supervision/child-node.ts';
import { serviceChild } from '../../../../src/runtime/supervision/service-child.ts';
import { Supervisor } from '../../../../src/runtime/supervision/supervisor.ts';
import { supervisorChild } from '../../../../src/runtime/supervision/supervisor-child.ts';
import { settle } from '../../../helpers/event-loop.ts';

function node(id: string, status: ChildStatus, more: Partial<ChildNode> = {}): ChildNode {
  return { id, type: 'worker', status, restarts: 0, startedAt: undefined, ...more };
}

describe('servicesInTree', () => {
  test('has the services that should run, and says which are being started', () => {
    const tree = node('top', 'running', {
      children: [
        node('poller', 'running'),
        node('group', 'running', {
          children: [
            node('a', 'running', { service: 'a' }),
            node('b', 'restarting', { service: 'b-name' }),
            node('c', 'starting', { service: 'c' }),
            node('d', 'stopped', { service: 'd' }),
          ],
        }),
        node('gone', 'stopped', { children: [node('e', 'running', { service: 'e' })] }),
      ],
    });
    assert.deepEqual(servicesInTree(tree), [
      { name: 'a', isStarting: false },
      { name: 'b-name', isStarting: true },
      { name: 'c', isStarting: true },
    ]);
  });

  test('lets a monitor see what died, and not what was stopped by hand', async () => {
    const transport = new NativeTransport();
    const child = (name: string, restart: 'permanent' | 'temporary' = 'permanent') =>
      serviceChild(transport, defineService({ name }), { restart });
    const services = { children: [child('a'), child('b'), child('c', 'temporary')] };
    const supervisor = await Supervisor.start([supervisorChild('services', services)]);
    const monitor = new HealthMonitor(transport, () => servicesInTree(supervisor.tree()), {
      onUnhealthy: 'restart',
      failuresBeforeRestart: 1,
      restart: (name) => transport.lookup(name)?.kill('unhealthy'),
    });
    try {
      assert.equal((await monitor.checkNow()).totalServices, 3);
      // Somebody took its name away: it lives, and nobody can call it.
      transport.unregister('b');
      transport.lookup('c')?.kill();
      await settle();
      const { services: found } = await monitor.checkNow();
      assert.deepEqual(
        found.map(({ name, reason }) => [name, reason]),
        [
          ['a', null],
          ['b', 'not-registered'],
        ],
      );
    } finally {
      await monitor.stop();
      await supervisor.stop();
      await transport.stop();
    }
  });
});
