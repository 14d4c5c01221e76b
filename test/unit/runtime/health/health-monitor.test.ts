import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, test } from 'node:test';
import {
  defineService,
  type ServiceSpec,
} from '../../../../src/runtime/dispatch/service-definition.ts';
import type { HealthEvent } from '../../../../src/runtime/health/health-channel.ts';
import {
  type ExpectedService,
  HealthMonitor,
  type HealthMonitorOptions,
} from '../../../../src/runtime/health/health-monitor.ts';
import { NativeTransport } from '../../../../src/runtime/scheduler/native-transport.ts';
import { defer, settle } from '../../../helpers/event-loop.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { RecordingLogger } from '../../../helpers/recording-logger.ts';
import { ScriptedReference } from '../../../helpers/scripted-reference.ts';
import { pastDeadline } from '../../../helpers/start-service.ts';

const INTERVAL_MS = 30_000;

/** A monitor of scripted services, on a clock that the test moves. */
function watch(names: readonly string[], options: HealthMonitorOptions = {}) {
  const clock = new ManualClock();
  const logger = new RecordingLogger();
  const references = new Map(names.map((name) => [name, new ScriptedReference(name)]));
  const expected: ExpectedService[] = names.map((name) => ({ name }));
  const restarted: string[] = [];
  const monitor = new HealthMonitor({ lookup: (name) => references.get(name) }, () => expected, {
    clock,
    logger,
    jitterRatio: 0,
    restart: (name) => restarted.push(name),
    ...options,
  });
  const reference = (name: string) => references.get(name) as ScriptedReference;
  return { monitor, clock, logger, references, reference, expected, restarted };
}

/** A monitor of real services on a transport with a clock of its own. */
async function watchReal(specs: readonly Partial<ServiceSpec<undefined>>[]) {
  const clock = new ManualClock();
  const transport = new NativeTransport({ clock });
  const names: string[] = [];
  for (const spec of specs) {
    const name = spec.name ?? 'echo';
    names.push(name);
    await transport.start(defineService({ name, ...spec }));
  }
  const monitor = new HealthMonitor(transport, () => names.map((name) => ({ name })), { clock });
  return { monitor, transport, clock };
}

describe('HealthMonitor, on real services', () => {
  test('finds a service well that answers ping, and says when and how fast', async () => {
    const { monitor } = await watchReal([{ name: 'calculator' }]);
    assert.deepEqual(await monitor.checkNow(), {
      totalServices: 1,
      failedServices: 0,
      lastCheck: '2026-01-01T00:00:00.000Z',
      status: 'healthy',
      services: [
        {
          name: 'calculator',
          status: 'healthy',
          reason: null,
          failedCopies: [],
          lastSeen: '2026-01-01T00:00:00.000Z',
          latencyMs: 0,
          consecutiveFailures: 0,
          restartsAsked: 0,
        },
      ],
    });
  });

  test('sees a dead service, though the registry has forgotten it', async () => {
    const { monitor, transport } = await watchReal([{ name: 'a' }, { name: 'b' }]);
    await monitor.checkNow();
    transport.lookup('b')?.kill();
    const { status, totalServices, failedServices, services } = await monitor.checkNow();
    assert.deepEqual([status, totalServices, failedServices], ['degraded', 2, 1]);
    assert.equal(services[1]?.reason, 'not-registered');
    assert.equal(services[1]?.lastSeen, '2026-01-01T00:00:00.000Z');
  });

  test('counts a service that hangs as failed once the deadline has passed', async () => {
    const { monitor, transport, clock } = await watchReal([
      { name: 'hung', methods: { hang: () => new Promise(() => {}) } },
      { name: 'fine' },
    ]);
    transport.notify('hung', 'hang');
    transport.call('hung', 'hang', undefined, { timeoutMs: Infinity }).catch(() => {});
    const checked = monitor.checkNow();
    await settle();
    clock.advance(pastDeadline(1_000));
    assert.deepEqual(
      (await checked).services.map(({ status, reason }) => [status, reason]),
      [
        ['failed', 'no-answer'],
        ['healthy', null],
      ],
    );
  });

  test('tells one that is busy from one that is stuck behind a full mailbox', async () => {
    const open = defer();
    const { monitor, transport, clock } = await watchReal([
      { name: 'stuck', maxMailbox: 1, methods: { work: () => new Promise(() => {}) } },
      { name: 'busy', maxMailbox: 1, methods: { work: () => open.promise } },
    ]);
    for (const name of ['stuck', 'busy']) {
      for (const _ of [1, 2]) {
        transport.call(name, 'work', undefined, { timeoutMs: Infinity }).catch(() => {});
      }
    }
    const checked = monitor.checkNow();
    await settle();
    open.resolve('done');
    await settle();
    clock.advance(pastDeadline(1_000));
    assert.deepEqual(
      (await checked).services.map(({ reason }) => reason),
      ['no-answer', 'busy'],
    );
  });

  test('says that a service is starting while init runs', async () => {
    const clock = new ManualClock();
    const transport = new NativeTransport({ clock });
    void transport.start(defineService({ name: 'slow', init: () => new Promise(() => {}) }));
    const monitor = new HealthMonitor(transport, () => [{ name: 'slow' }], { clock });
    const checked = monitor.checkNow();
    await settle();
    clock.advance(pastDeadline(1_000));
    assert.equal((await checked).services[0]?.reason, 'starting');
  });
});

describe('HealthMonitor', () => {
  test('knows nothing before the first round', () => {
    const { monitor } = watch(['a']);
    assert.deepEqual(monitor.getHealthStatus(), {
      totalServices: 0,
      failedServices: 0,
      lastCheck: null,
      status: 'healthy',
      services: [],
    });
  });

  test('lists what it is asking about while the first round goes on', async () => {
    const { monitor, reference } = watch(['a']);
    const answer = defer();
    reference('a').script = () => answer.promise;
    const checked = monitor.checkNow();
    assert.deepEqual(
      monitor.getHealthStatus().services.map(({ status }) => status),
      ['unknown'],
    );
    answer.resolve({});
    await checked;
  });

  test('checks at once when started, and then every interval', async () => {
    const { monitor, clock, reference } = watch(['a']);
    await monitor.start();
    await settle();
    assert.equal(reference('a').calls.length, 1);
    clock.advance(INTERVAL_MS - 1);
    await settle();
    assert.equal(reference('a').calls.length, 1);
    clock.advance(1);
    await settle();
    assert.equal(reference('a').calls.length, 2);
    assert.deepEqual(reference('a').calls[0], { method: 'ping', timeoutMs: 1_000 });
  });

  test('varies the interval by the jitter, both ways', async () => {
    const numbers = [0, 1];
    const random = () => numbers.shift() as number;
    const { monitor, clock, reference } = watch(['a'], { jitterRatio: 0.2, random });
    const countAfter = async (durationMs: number) => {
      clock.advance(durationMs);
      await settle();
      return reference('a').calls.length;
    };
    await monitor.start();
    await settle();
    assert.equal(await countAfter(INTERVAL_MS * 0.8 - 1), 1);
    assert.equal(await countAfter(1), 2);
    assert.equal(await countAfter(INTERVAL_MS * 1.2 - 1), 2);
    assert.equal(await countAfter(1), 3);
  });

  test('does not keep the process alive between rounds', async () => {
    const { monitor, clock } = watch(['a']);
    await monitor.start();
    await settle();
    assert.equal(clock.countTimers(), 1);
    assert.equal(clock.isKeepingAlive, false);
  });

  test('pings all services at once, and none twice at a time', async () => {
    const { monitor, reference, clock } = watch(['a', 'b']);
    const answers = [defer(), defer()];
    reference('a').script = () => (answers[0] as (typeof answers)[0]).promise;
    reference('b').script = () => (answers[1] as (typeof answers)[0]).promise;
    await monitor.start();
    const joined = monitor.checkNow();
    clock.advance(10 * INTERVAL_MS);
    await settle();
    assert.deepEqual([reference('a').calls.length, reference('b').calls.length], [1, 1]);
    for (const { resolve } of answers) resolve({});
    assert.equal((await joined).failedServices, 0);
    assert.deepEqual([reference('a').calls.length, reference('b').calls.length], [1, 1]);
  });

  test('asks every copy of a service, and finds it as well as the worst of them', async () => {
    const { monitor, reference } = watch(['a']);
    const copies = ['one', 'two', 'three'].map((name) => new ScriptedReference(name));
    const [one, two] = copies as [ScriptedReference, ScriptedReference, ScriptedReference];
    reference('a').copies = copies;
    const find = async () => {
      const [service] = (await monitor.checkNow()).services;
      return service?.reason ?? service?.status;
    };
    assert.equal(await find(), 'healthy');
    one.script = 'busy';
    assert.equal(await find(), 'busy');
    two.script = 'mute';
    assert.equal(await find(), 'no-answer');
    assert.deepEqual(
      [reference('a'), ...copies].map(({ calls }) => calls.length),
      [0, 3, 3, 3],
    );
  });

  test('restart is asked for a copy that is mute twice in a row, and for no other', async () => {
    const killed: unknown[] = [];
    const { monitor, reference, logger } = watch(['a'], {
      onUnhealthy: 'restart',
      restart: (name, copy) => killed.push([name, copy]),
    });
    const copies = ['one', 'two'].map((name) => new ScriptedReference(name));
    const [one, two] = copies as [ScriptedReference, ScriptedReference];
    reference('a').copies = copies;
    one.script = 'mute';
    const [found] = (await monitor.checkNow()).services;
    assert.deepEqual([found?.reason, found?.failedCopies], ['no-answer', ['nowhere']]);
    one.script = 'well';
    two.script = 'mute';
    await monitor.checkNow();
    assert.deepEqual(killed, [], 'each of them once');
    one.script = 'busy';
    const { services } = await monitor.checkNow();
    assert.deepEqual(killed, [['a', two]]);
    assert.equal(services[0]?.restartsAsked, 1);
    const asked: { readonly copy?: string } | undefined = logger.lines.at(-1)?.fields;
    assert.equal(asked?.copy, 'nowhere');
    reference('a').copies = [one, new ScriptedReference('three')];
    one.script = 'mute';
    await monitor.checkNow();
    assert.equal(killed.length, 1, 'it was busy before');
    await monitor.checkNow();
    assert.deepEqual(killed.at(-1), ['a', one]);
  });

  test('asks a service none of whose copies takes calls by its name', async () => {
    const { monitor, reference } = watch(['a']);
    reference('a').copies = [];
    reference('a').script = 'dies';
    assert.equal((await monitor.checkNow()).services[0]?.reason, 'exited');
  });

  test('starts and stops as often as it is told to, with one timer', async () => {
    const { monitor, clock, reference } = watch(['a']);
    await monitor.start();
    await settle();
    await monitor.start();
    await settle();
    assert.equal(clock.countTimers(), 1);
    assert.equal(reference('a').calls.length, 1);
    await monitor.stop();
    await monitor.stop();
    assert.equal(clock.countTimers(), 0);
    clock.advance(10 * INTERVAL_MS);
    await settle();
    assert.equal(reference('a').calls.length, 1);
    await monitor.start();
    await settle();
    assert.equal(clock.countTimers(), 1);
    assert.equal(reference('a').calls.length, 2);
  });

  test('keeps one timer when it is stopped and started while a round goes on', async () => {
    const { monitor, clock, reference } = watch(['a']);
    const answer = defer();
    reference('a').script = () => answer.promise;
    await monitor.start();
    await monitor.stop();
    await monitor.start();
    answer.resolve({});
    await settle();
    assert.equal(clock.countTimers(), 1);
    clock.advance(INTERVAL_MS);
    await settle();
    assert.equal(reference('a').calls.length, 3, 'dropped, anew, after the interval');
  });

  test('drops what a round finds after the monitor was stopped', async () => {
    const { monitor, reference, logger, restarted } = watch(['a'], {
      onUnhealthy: 'restart',
      failuresBeforeRestart: 1,
    });
    const answer = defer();
    reference('a').script = () => answer.promise;
    await monitor.start();
    await monitor.stop();
    answer.reject(new Error('late'));
    await settle();
    assert.deepEqual(restarted, []);
    assert.deepEqual(logger.lines, []);
    assert.equal(monitor.getHealthStatus().lastCheck, null);
  });

  test('forgets a service that is no longer expected', async () => {
    const { monitor, reference, expected } = watch(['a', 'b']);
    reference('b').script = 'mute';
    assert.equal((await monitor.checkNow()).failedServices, 1);
    expected.pop();
    const { status, services } = await monitor.checkNow();
    assert.equal(status, 'healthy');
    assert.deepEqual(
      services.map(({ name }) => name),
      ['a'],
    );
  });

  test('goes on after a round in which the services could not be listed', async () => {
    const clock = new ManualClock();
    const logger = new RecordingLogger();
    const lists = [[], 'broken', [{ name: 'a' }]];
    const expected = () => {
      const list = lists.shift();
      if (typeof list === 'string') throw new Error(list);
      return list ?? [];
    };
    const monitor = new HealthMonitor({ lookup: () => undefined }, expected, { clock, logger });
    await monitor.start();
    await settle();
    for (const _ of [1, 2]) {
      clock.advance(2 * INTERVAL_MS);
      await settle();
    }
    assert.equal(monitor.getHealthStatus().totalServices, 1);
    assert.deepEqual(
      logger.lines.map(({ level }) => level),
      ['error', 'warn'],
    );
    const broken = new HealthMonitor({ lookup: () => undefined }, () => {
      throw new Error('no tree');
    });
    await assert.rejects(broken.checkNow(), /no tree/);
  });

  test('logs and publishes each change of state once', async () => {
    const { monitor, reference, logger } = watch(['a']);
    const heard: HealthEvent[] = [];
    const listener = (event: unknown) => heard.push(event as HealthEvent);
    subscribe('mcp.service.health', listener);
    try {
      for (const script of ['well', 'well', 'mute', 'mute', 'busy', 'well'] as const) {
        reference('a').script = script;
        await monitor.checkNow();
      }
    } finally {
      unsubscribe('mcp.service.health', listener);
    }
    assert.deepEqual(
      heard.map(({ service, previous, current }) => [service, previous.status, current.reason]),
      [
        ['a', 'unknown', null],
        ['a', 'healthy', 'no-answer'],
        ['a', 'failed', 'busy'],
        ['a', 'failed', null],
      ],
    );
    assert.deepEqual(
      logger.lines.map(({ level, message }) => `${level}: ${message}`),
      [
        'debug: service is well',
        'warn: service failed its health check',
        'warn: service failed its health check',
        'info: service is well again',
      ],
    );
  });

  test('refuses options that make no sense', () => {
    const code = 'ERR_INVALID_OPTION';
    const create = (options: object) =>
      new HealthMonitor({ lookup: () => undefined }, () => [], options);
    assert.throws(() => create({ intervalMs: 0 }), { code });
    assert.throws(() => create({ deadlineMs: Number.NaN }), { code });
    assert.throws(() => create({ jitterRatio: 1.1 }), { code });
    assert.throws(() => create({ failuresBeforeRestart: 0 }), { code });
    assert.throws(() => create({ onUnhealthy: 'reboot' }), { code });
    assert.throws(() => create({ onUnhealthy: 'restart' }), { code, message: /restart/ });
    assert.throws(() => create({ interval: 5 }), { code, message: /intervalMs/ });
  });
});

describe('HealthMonitor with onUnhealthy', () => {
  const RESTART = { onUnhealthy: 'restart' } as const;

  test('report restarts nothing', async () => {
    const { monitor, reference, restarted } = watch(['a'], { failuresBeforeRestart: 1 });
    reference('a').script = 'mute';
    await monitor.checkNow();
    assert.deepEqual(restarted, []);
  });

  test('restart asks for one after two failures in a row, and after two more for another', async () => {
    const { monitor, reference, restarted } = watch(['a', 'b'], RESTART);
    reference('a').script = 'mute';
    const asked: number[] = [];
    for (let round = 0; round < 4; round++) {
      await monitor.checkNow();
      asked.push(restarted.length);
    }
    assert.deepEqual(asked, [0, 1, 1, 2]);
    assert.deepEqual(restarted, ['a', 'a']);
    assert.equal(monitor.getHealthStatus().services[0]?.restartsAsked, 2);
  });

  test('restart leaves alone what is starting, busy, stopping or just ended', async () => {
    const { monitor, reference, expected, restarted } = watch(['a'], {
      ...RESTART,
      failuresBeforeRestart: 1,
    });
    for (const script of ['starting', 'busy', 'stopping', 'dies'] as const) {
      reference('a').script = script;
      await monitor.checkNow();
    }
    expected[0] = { name: 'a', isStarting: true };
    const pings = reference('a').calls.length;
    await monitor.checkNow();
    assert.equal(reference('a').calls.length, pings, 'its supervisor knows');
    assert.deepEqual(restarted, []);
  });

  test('restart counts the failures of a service and not those of the one before it', async () => {
    const { monitor, references, reference, restarted } = watch(['a'], RESTART);
    reference('a').script = 'mute';
    await monitor.checkNow();
    // Its supervisor has started it again between two rounds, and it does not answer yet.
    references.set('a', new ScriptedReference('a'));
    reference('a').script = 'mute';
    await monitor.checkNow();
    assert.deepEqual(restarted, []);
    await monitor.checkNow();
    assert.deepEqual(restarted, ['a']);
  });

  for (const [before, script, reason] of [
    ['was missing', undefined, 'starting'],
    ['gave no answer', 'mute', 'exited'],
  ] as const) {
    test(`restart leaves alone one that has taken the place of one that ${before}`, async () => {
      const { monitor, references, reference, restarted } = watch(['a', 'slow'], {
        ...RESTART,
        failuresBeforeRestart: 1,
      });
      if (script === undefined) references.delete('a');
      else reference('a').script = script;
      const answer = defer();
      reference('slow').script = () => answer.promise;
      const checked = monitor.checkNow();
      await settle();
      // Its supervisor has started it again while the round waits for the other.
      references.set('a', new ScriptedReference('a'));
      answer.resolve({});
      assert.equal((await checked).services[0]?.reason, reason);
      assert.deepEqual(restarted, []);
      assert.equal((await monitor.checkNow()).failedServices, 0);
    });
  }

  test('restart asks for one that is missing to the end of the round', async () => {
    const { monitor, references, restarted } = watch(['a'], {
      ...RESTART,
      failuresBeforeRestart: 1,
    });
    references.delete('a');
    await monitor.checkNow();
    assert.deepEqual(restarted, ['a']);
  });

  test('restart outlives a restart that fails', async () => {
    const restart = () => Promise.reject(new Error('no supervisor'));
    const { monitor, reference, logger } = watch(['a'], {
      ...RESTART,
      failuresBeforeRestart: 1,
      restart,
    });
    reference('a').script = 'refuses';
    await monitor.checkNow();
    await settle();
    assert.equal(logger.lines.at(-1)?.message, 'the service could not be restarted');
    assert.equal((await monitor.checkNow()).failedServices, 1);
  });
});
