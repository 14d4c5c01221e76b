import assert from 'node:assert/strict';
import { channel } from 'node:diagnostics_channel';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  type ChildSpec,
  expectedServices,
  type RunningChild,
  type StartResult,
  Supervisor,
  type SupervisorOptions,
  supervisorChild,
} from '../../../../src/runtime/index.ts';
import { FakeChild } from '../../../helpers/fake-child.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { RecordingLogger } from '../../../helpers/recording-logger.ts';

/** Children by id, the last incarnation of each. */
function troupe(...ids: string[]) {
  const last = new Map<string, FakeChild>();
  const log: string[] = [];
  const spec = (id: string, options: Partial<ChildSpec> = {}): ChildSpec => ({
    id,
    start: () => {
      const child = new FakeChild();
      last.set(id, child);
      log.push(`start ${id}`);
      void child.exited.then((reason) => log.push(`${id} ended: ${String(reason)}`));
      return child;
    },
    ...options,
  });
  return { last, log, spec, specs: ids.map((id) => spec(id)) };
}

/** Lets everything that was begun without timers come to rest. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
}

describe('Supervisor', () => {
  test('asks a child to stop, waits its shutdown time, and kills it', async () => {
    const clock = new ManualClock();
    const stubborn = new FakeChild(false);
    const supervisor = await Supervisor.start([{ id: 'a', start: () => stubborn, shutdown: 300 }], {
      clock,
    });
    const stopping = supervisor.stop();
    await settled();
    clock.advance(299);
    await settled();
    assert.deepEqual(stubborn.asked, ['shutdown shutdown']);
    clock.advance(1);
    await stopping;
    assert.deepEqual(stubborn.asked, ['shutdown shutdown', 'kill']);
    assert.equal(await supervisor.exited, 'shutdown');
    assert.equal(clock.countTimers(), 0);
  });

  test('kills a brutal_kill child without asking', async () => {
    const child = new FakeChild();
    const supervisor = await Supervisor.start([
      { id: 'a', start: () => child, shutdown: 'brutal_kill' },
    ]);
    await supervisor.stop();
    assert.deepEqual(child.asked, ['kill']);
  });

  test('forgets restarts that are older than maxSeconds', async () => {
    const clock = new ManualClock();
    const { last, specs } = troupe('a');
    const supervisor = await Supervisor.start(specs, { clock, maxRestarts: 1, maxSeconds: 2 });
    for (let crash = 0; crash < 3; crash++) {
      last.get('a')?.end('boom');
      await settled();
      clock.advance(2_001);
    }
    assert.equal((await supervisor.countChildren()).active, 1);
    last.get('a')?.end('boom');
    await settled();
    last.get('a')?.end('boom');
    assert.equal(await supervisor.exited, 'shutdown');
  });

  test('answers calls and can be stopped while a restart keeps failing', async () => {
    let isBroken = false;
    const child = new FakeChild();
    const start = (): StartResult => {
      if (isBroken) throw new Error('still broken');
      return child;
    };
    const supervisor = await Supervisor.start([{ id: 'a', start }], { maxRestarts: 1_000_000 });
    isBroken = true;
    child.end('boom');
    await settled();
    const [listed] = await supervisor.whichChildren();
    assert.deepEqual(listed, { id: 'a', child: undefined, status: 'restarting', type: 'worker' });
    assert.equal(supervisor.tree().children?.[0]?.status, 'restarting');
    await assert.rejects(supervisor.restartChild('a'), { code: 'ERR_CHILD_RUNNING' });
    await assert.rejects(supervisor.deleteChild('a'), { code: 'ERR_CHILD_RUNNING' });
    await supervisor.terminateChild('a');
    const attempts = supervisor.tree().children?.[0]?.restarts;
    await settled();
    assert.equal(supervisor.tree().children?.[0]?.restarts, attempts);
    assert.equal(supervisor.tree().children?.[0]?.status, 'stopped');
    await supervisor.stop();
  });

  test('handles one message at a time, in order of arrival', async () => {
    const { log, specs, spec } = troupe('a');
    const supervisor = await Supervisor.start(specs);
    const slow = new Promise<void>((resolve) => void settled().then(resolve));
    const starting = supervisor.startChild({
      ...spec('b'),
      start: async () => {
        await slow;
        log.push('start b');
        return new FakeChild();
      },
    });
    const deleting = supervisor.terminateChild('b').then(() => log.push('terminated b'));
    await Promise.all([starting, deleting]);
    assert.deepEqual(log, ['start a', 'start b', 'terminated b']);
    await supervisor.stop();
  });

  test('refuses calls after its end, and those that waited for it', async () => {
    const clock = new ManualClock();
    const stubborn = new FakeChild(false);
    const supervisor = await Supervisor.start([{ id: 'a', start: () => stubborn }], { clock });
    void supervisor.stop();
    const waiting = supervisor.countChildren();
    await settled();
    clock.advance(5_000);
    await assert.rejects(waiting, { code: 'ERR_SUPERVISOR_EXIT' });
    await assert.rejects(supervisor.whichChildren(), { code: 'ERR_SUPERVISOR_EXIT' });
  });

  test('gives the reason and stops what had started when a child does not start', async () => {
    const { log, specs, spec } = troupe('a', 'b');
    const cause = new Error('no disk');
    const broken = spec('c', {
      start: () => {
        throw cause;
      },
    });
    await assert.rejects(Supervisor.start([...specs, broken, spec('d')]), (error: Error) => {
      assert.equal((error as { code?: string }).code, 'ERR_CHILD_START');
      assert.match(error.message, /'c' did not start: Error: no disk/);
      assert.equal(error.cause, cause);
      return true;
    });
    assert.deepEqual(log, ['start a', 'start b', 'b ended: shutdown', 'a ended: shutdown']);
  });

  test('kills what a start returns after the supervisor was killed', async () => {
    const late = new FakeChild();
    let deliver = (): void => {};
    const supervisor = new Supervisor([
      {
        id: 'a',
        start: (signal) =>
          new Promise<RunningChild>((resolve) => {
            deliver = () => resolve(late);
            assert.equal(signal.aborted, false);
          }),
      },
    ]);
    const starting = supervisor.start();
    await settled();
    supervisor.kill();
    await assert.rejects(starting, { code: 'ERR_SUPERVISOR_EXIT' });
    assert.equal(await supervisor.exited, 'killed');
    deliver();
    await settled();
    assert.deepEqual(late.asked, ['kill']);
  });

  test('killed, kills its workers and tells the supervisors beneath it to stop', async () => {
    const { log, spec } = troupe();
    const supervisor = await Supervisor.start([
      spec('a'),
      supervisorChild('s', { children: [spec('x'), spec('y')] }),
    ]);
    supervisor.kill();
    assert.equal(await supervisor.exited, 'killed');
    assert.deepEqual(log.slice(3), ['a ended: killed', 'y ended: shutdown', 'x ended: shutdown']);
  });

  test('survives a child whose port breaks its promise', async () => {
    const broken = new FakeChild();
    const liar: RunningChild = {
      exited: broken.exited.then(() => Promise.reject(new Error('should not reject'))),
      shutdown: () => broken.end('x'),
      kill: () => broken.end('x'),
    };
    const supervisor = await Supervisor.start([
      { id: 'a', start: () => liar, restart: 'temporary' },
    ]);
    broken.end('x');
    await settled();
    assert.equal((await supervisor.countChildren()).specs, 0);
    await supervisor.stop();
  });

  test('takes a start that returns no running child for one that failed', async () => {
    for (const made of [undefined, {}, 'ignored']) {
      const start = () => made as StartResult;
      await assert.rejects(Supervisor.start([{ id: 'a', start }]), {
        code: 'ERR_CHILD_START',
        message: /child 'a' did not start: .*start must return a running child/,
      });
    }
  });

  test('refuses options that make no sense, and names the nearest', () => {
    const code = 'ERR_INVALID_OPTION';
    const refuse = (options: unknown, message: RegExp): void => {
      assert.throws(() => new Supervisor([], options as SupervisorOptions), { code, message });
    };
    refuse({ strategy: 'one_for_al' }, /strategy must be .*Did you mean 'one_for_all'/);
    refuse({ maxRestart: 1 }, /unknown key 'maxRestart'.*Did you mean 'maxRestarts'/);
    refuse({ maxRestarts: -1 }, /maxRestarts must be an integer >= 0, got -1/);
    refuse({ maxSeconds: 0 }, /maxSeconds must be a number > 0, got 0/);
    refuse({ autoShutdown: 'any' }, /autoShutdown must be one of/);
    const message = /children of a supervisor must be an array, got 'a'/;
    assert.throws(() => new Supervisor('a' as unknown as ChildSpec[]), { code, message });
  });

  test('refuses specs that make no sense, and names the child', () => {
    const code = 'ERR_INVALID_OPTION';
    const start = (): StartResult => 'ignore';
    const refuse = (spec: unknown, message: RegExp, options: SupervisorOptions = {}): void => {
      assert.throws(() => new Supervisor([spec as ChildSpec], options), { code, message });
    };
    refuse({ start }, /id must be a non-empty string/);
    refuse({ id: 'a' }, /child 'a': start must be a function/);
    refuse({ id: 'a', start, restart: 'prmanent' }, /Did you mean 'permanent'/);
    refuse({ id: 'a', start, shutdown: -1 }, /child 'a': shutdown must be an integer >= 0/);
    refuse({ id: 'a', start, shutdown: 'forever' }, /'brutal_kill' or 'infinity', got 'forever'/);
    refuse({ id: 'a', start, type: 'werker' }, /Did you mean 'worker'/);
    refuse({ id: 'a', start, restrat: 'permanent' }, /Did you mean 'restart'/);
    refuse({ id: 'a', start, restart: 'transient', significant: true }, /autoShutdown/);
    refuse({ id: 'a', start, significant: true }, /permanent/, { autoShutdown: 'any_significant' });
    refuse(undefined, /child spec must be an object/);
    assert.throws(
      () =>
        new Supervisor([
          { id: 'a', start },
          { id: 'a', start },
        ]),
      {
        code,
        message: "child 'a' is there twice",
      },
    );
  });

  test('logs why a child beneath did not start once with its stack, wherever that is heard', async () => {
    const start = () => {
      throw new Error('no disk');
    };
    for (const isHeardBeneath of [true, false]) {
      const logger = new RecordingLogger();
      const beneath = { children: [{ id: 'a', start }], ...(isHeardBeneath ? { logger } : {}) };
      const starting = Supervisor.start([supervisorChild('services', beneath)], { logger });
      await assert.rejects(starting, { code: 'ERR_CHILD_START' });
      const failed = logger.lines.filter(({ message }) => message === 'child did not start');
      assert.equal(failed.filter(({ fields }) => 'err' in fields).length, 1);
      assert.match(JSON.stringify(failed.at(-1)?.fields), /"child":"services"/);
      assert.equal(failed.length, isHeardBeneath ? 2 : 1);
    }
  });

  test('shows its tree, with the services that should be there even while they are down', async () => {
    const clock = new ManualClock();
    const { last, spec } = troupe();
    let isBroken = false;
    const unsteady = spec('data', { service: 'data' });
    const top = await Supervisor.start(
      [
        spec('registry'),
        supervisorChild('services', {
          children: [
            spec('calculator', { service: 'calculator' }),
            {
              ...unsteady,
              start: (signal) => {
                if (isBroken) throw new Error('broken');
                return unsteady.start(signal);
              },
            },
            spec('once', { service: 'once', restart: 'transient' }),
          ],
          maxRestarts: 1_000_000,
          clock,
        }),
      ],
      { name: 'top', clock },
    );
    assert.deepEqual(expectedServices(top.tree()), ['calculator', 'data', 'once']);
    isBroken = true;
    last.get('data')?.end('boom');
    last.get('once')?.end('normal');
    await settled();
    const { children = [], ...root } = top.tree();
    assert.deepEqual(root, {
      id: 'top',
      type: 'supervisor',
      status: 'running',
      restarts: 0,
      startedAt: new Date(clock.wallMs()).toISOString(),
    });
    const services = children[1]?.children ?? [];
    assert.deepEqual(
      services.map(({ id, status, startedAt }) => [id, status, startedAt !== undefined]),
      [
        ['calculator', 'running', true],
        ['data', 'restarting', false],
        ['once', 'stopped', false],
      ],
    );
    assert.deepEqual(expectedServices(top.tree()), ['calculator', 'data']);
    top.kill();
    await top.exited;
  });

  test('keeps the services of a supervisor beneath it in its tree while that one is down', async () => {
    const { last, spec } = troupe();
    let isBroken = false;
    const beneath = supervisorChild('services', {
      children: [spec('calculator', { service: 'calculator' })],
      maxRestarts: 0,
    });
    const top = await Supervisor.start(
      [
        {
          ...beneath,
          start: (signal) => {
            if (isBroken) throw new Error('broken');
            return beneath.start(signal);
          },
        },
      ],
      { maxRestarts: 1_000_000 },
    );
    isBroken = true;
    last.get('calculator')?.end('boom');
    await settled();
    assert.equal(top.tree().children?.[0]?.status, 'restarting');
    assert.deepEqual(expectedServices(top.tree()), ['calculator']);
    await top.stop();
    assert.deepEqual(expectedServices(top.tree()), []);
  });

  test('publishes starts, ends and restarts of children, and its own end', async () => {
    const seen: unknown[] = [];
    const names = ['child.start', 'child.exit', 'child.restart', 'exit'];
    const channels = names.map((name) => channel(`mcp.supervisor.${name}`));
    const listener = (event: unknown, name: string | symbol): void => {
      const { supervisor, ...rest } = event as { supervisor: string };
      if (supervisor === 'watched') seen.push([String(name).slice('mcp.supervisor.'.length), rest]);
    };
    for (const one of channels) one.subscribe(listener);
    try {
      const { last, specs } = troupe('a');
      const supervisor = await Supervisor.start(specs, { name: 'watched' });
      last.get('a')?.end('boom');
      await settled();
      await supervisor.stop();
    } finally {
      for (const one of channels) one.unsubscribe(listener);
    }
    assert.deepEqual(seen, [
      ['child.start', { child: 'a', restarts: 0 }],
      ['child.exit', { child: 'a', restarts: 0, reason: 'boom' }],
      ['child.start', { child: 'a', restarts: 1 }],
      ['child.restart', { child: 'a', restarts: 1 }],
      ['child.exit', { child: 'a', restarts: 1, reason: 'shutdown' }],
      ['exit', { reason: 'shutdown' }],
    ]);
  });
});
