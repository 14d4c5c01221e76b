import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { DynamicSupervisor, type RunningChild } from '../../../../src/runtime/index.ts';
import { FakeChild } from '../../../helpers/fake-child.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
}

/** Sessions whose starts are remembered with their arguments. */
function sessions() {
  const starts: string[] = [];
  const children: FakeChild[] = [];
  const start = (_signal: AbortSignal, user: string): RunningChild => {
    if (user === 'nobody') throw new Error('no such user');
    const child = new FakeChild();
    starts.push(user);
    children.push(child);
    return child;
  };
  return { starts, children, start };
}

describe('DynamicSupervisor', () => {
  test('restarts a child with the arguments it was started with', async () => {
    const { starts, children, start } = sessions();
    const supervisor = new DynamicSupervisor({ id: 'session', start });
    await supervisor.startChild('ann');
    await supervisor.startChild('bob');
    children[0]?.end('boom');
    await settled();
    assert.deepEqual(starts, ['ann', 'bob', 'ann']);
    assert.deepEqual(
      (await supervisor.whichChildren()).map(({ child }) => child),
      [children[1], children[2]],
    );
    await supervisor.stop();
  });

  test('refuses a child beyond maxChildren, until one has ended', async () => {
    const { start } = sessions();
    const supervisor = new DynamicSupervisor(
      { id: 'session', start, restart: 'temporary' },
      { maxChildren: 1 },
    );
    const first = await supervisor.startChild('ann');
    await assert.rejects(supervisor.startChild('bob'), {
      code: 'ERR_MAX_CHILDREN',
      data: { maxChildren: 1 },
    });
    assert.ok(first);
    await supervisor.terminateChild(first);
    assert.ok(await supervisor.startChild('bob'));
    await supervisor.stop();
  });

  test('keeps nothing of a child that does not start', async () => {
    const { start } = sessions();
    const supervisor = new DynamicSupervisor({ id: 'session', start });
    await assert.rejects(supervisor.startChild('nobody'), {
      code: 'ERR_CHILD_START',
      message: "child 'session#1' did not start: Error: no such user",
    });
    assert.deepEqual(await supervisor.countChildren(), {
      specs: 1,
      active: 0,
      supervisors: 0,
      workers: 0,
    });
    await supervisor.stop();
  });

  test('stops by its last reference a child that is being restarted', async () => {
    let isBroken = false;
    const child = new FakeChild();
    const supervisor = new DynamicSupervisor(
      {
        id: 'session',
        start: () => {
          if (isBroken) throw new Error('broken');
          return child;
        },
      },
      { maxRestarts: 1_000_000 },
    );
    await supervisor.startChild();
    isBroken = true;
    child.end('boom');
    await settled();
    const counts = { specs: 1, active: 0, supervisors: 0, workers: 1 };
    assert.deepEqual(await supervisor.countChildren(), counts);
    assert.equal((await supervisor.whichChildren())[0]?.status, 'restarting');
    await supervisor.terminateChild(child);
    assert.deepEqual(await supervisor.whichChildren(), []);
    await supervisor.terminateChild(child); // it has ended, which is what was asked for
    await supervisor.stop();
  });

  test('forgets what stands for a child that chose not to start again, once a dead one is stopped', async () => {
    const first = new FakeChild();
    const starts: (RunningChild | 'ignore')[] = [first, 'ignore'];
    const supervisor = new DynamicSupervisor({
      id: 'session',
      start: () => starts.shift() ?? 'ignore',
    });
    const child = await supervisor.startChild();
    assert.ok(child);
    first.end('boom');
    await settled();
    const statuses = async (): Promise<string[]> =>
      (await supervisor.whichChildren()).map(({ status }) => status);
    assert.deepEqual(await statuses(), ['stopped']);
    await supervisor.terminateChild(child);
    assert.deepEqual(await statuses(), []);
    await supervisor.stop();
  });

  test('refuses what never was its child', async () => {
    const { start } = sessions();
    const supervisor = new DynamicSupervisor({ id: 'session', start });
    await assert.rejects(supervisor.terminateChild(new FakeChild()), {
      code: 'ERR_CHILD_NOT_FOUND',
    });
    await supervisor.stop();
  });

  test('stops all children at once, and kills together those that stay', async () => {
    const clock = new ManualClock();
    const children: FakeChild[] = [];
    const start = (): RunningChild => {
      const child = new FakeChild(children.length % 2 === 0);
      children.push(child);
      return child;
    };
    const supervisor = new DynamicSupervisor({ id: 'session', start, shutdown: 100 }, { clock });
    for (let n = 0; n < 4; n++) await supervisor.startChild();
    const stopping = supervisor.stop();
    await settled();
    assert.ok(children.every(({ asked }) => asked.length === 1));
    assert.equal(clock.countTimers(), 1);
    clock.advance(100);
    await stopping;
    assert.deepEqual(
      children.map(({ asked }) => asked.length),
      [1, 2, 1, 2],
    );
  });

  test('stops ten thousand children without a word from any of them', async () => {
    const { start } = sessions();
    const supervisor = new DynamicSupervisor({ id: 'session', start });
    await Promise.all(Array.from({ length: 10_000 }, () => supervisor.startChild('ann')));
    assert.equal((await supervisor.countChildren()).active, 10_000);
    await supervisor.stop();
    assert.equal(await supervisor.exited, 'shutdown');
  });
});
