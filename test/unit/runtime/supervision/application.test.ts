import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  Application,
  type ChildSpec,
  type RunningChild,
  supervisorChild,
} from '../../../../src/runtime/index.ts';
import { FakeChild } from '../../../helpers/fake-child.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
}

function logged(log: string[], id: string, child = new FakeChild()): ChildSpec {
  return {
    id,
    start: () => {
      log.push(`${id} started`);
      void child.exited.then((reason) => log.push(`${id}: ${String(reason)}`));
      return child;
    },
  };
}

describe('Application', () => {
  test('starts in order, and drains in reverse after it has stopped accepting', async () => {
    const log: string[] = [];
    const application = new Application([logged(log, 'registry'), logged(log, 'services')], {
      stopAccepting: async () => {
        await setImmediate();
        log.push('stopped accepting');
      },
    });
    await application.start();
    await Promise.all([application.drain(), application.drain()]);
    assert.deepEqual(log, [
      'registry started',
      'services started',
      'stopped accepting',
      'services: shutdown',
      'registry: shutdown',
    ]);
    assert.equal(await application.whenEnded, 'shutdown');
    assert.equal(application.tree().status, 'stopped');
  });

  test('has nothing running when it says that it did not start in time', async () => {
    const clock = new ManualClock();
    const log: string[] = [];
    const slowToDie = new FakeChild(false);
    slowToDie.kill = () => void setImmediate().then(() => slowToDie.end('killed'));
    const never: ChildSpec = { id: 'last', start: () => new Promise(() => {}) };
    const children = [logged(log, 'first', slowToDie), never];
    const application = new Application(children, { clock, startTimeoutMs: 1_000 });
    const started = application.start();
    await settled();
    clock.advance(1_000);
    await assert.rejects(started, { code: 'ERR_CHILD_START' });
    assert.deepEqual(log, ['first started', 'first: killed']);
  });

  test('is started once', async () => {
    const log: string[] = [];
    const application = new Application([logged(log, 'only')]);
    await application.start();
    await assert.rejects(application.start(), {
      code: 'ERR_INVALID_OPTION',
      message: /^supervisor 'application' has been started before/,
    });
    await application.drain();
    assert.deepEqual(log, ['only started', 'only: shutdown']);
  });

  test('kills what has not stopped by stopTimeoutMs', async () => {
    const clock = new ManualClock();
    const stubborn = new FakeChild(false);
    const log: string[] = [];
    const application = new Application(
      [logged(log, 'first'), { ...logged(log, 'last', stubborn), shutdown: 'infinity' }],
      { clock, stopTimeoutMs: 2_000 },
    );
    await application.start();
    const draining = application.drain();
    await settled();
    clock.advance(1_999);
    await settled();
    assert.deepEqual(stubborn.asked, ['shutdown shutdown']);
    clock.advance(1);
    await draining;
    assert.equal(await application.whenEnded, 'killed');
    assert.deepEqual(log.slice(2), ['last: killed', 'first: killed']);
    assert.equal(clock.countTimers(), 0);
  });

  test('gives supervisors beneath it no time of their own once the deadline has passed', async () => {
    const clock = new ManualClock();
    const stubborn = new FakeChild(false);
    const log: string[] = [];
    const worker = { ...logged(log, 'worker', stubborn), shutdown: 2_000 };
    const deep = supervisorChild('deep', { children: [worker] });
    const application = new Application([supervisorChild('services', { children: [deep] })], {
      clock,
      stopTimeoutMs: 100,
      stopAccepting: () => new Promise(() => {}),
    });
    await application.start();
    const draining = application.drain();
    clock.advance(100);
    await draining;
    assert.deepEqual(stubborn.asked, ['kill']);
    assert.deepEqual(log, ['worker started', 'worker: killed']);
  });

  test('gives up a stopAccepting that does not come back', async () => {
    const clock = new ManualClock();
    const application = new Application([logged([], 'a')], {
      clock,
      stopAccepting: () => new Promise(() => {}),
    });
    await application.start();
    const draining = application.drain();
    await settled();
    clock.advance(10_000);
    await draining;
    assert.equal(await application.whenEnded, 'killed');
  });

  test('stops its children although stopAccepting throws, and says so', async () => {
    const application = new Application([logged([], 'a')], {
      stopAccepting: () => {
        throw new Error('no such listener');
      },
    });
    await application.start();
    await assert.rejects(application.drain(), { message: 'no such listener' });
    assert.equal(await application.whenEnded, 'shutdown');
  });

  test('gives up a start that does not come to an end', async () => {
    const clock = new ManualClock();
    const log: string[] = [];
    const hangs: ChildSpec = { id: 'hangs', start: () => new Promise<RunningChild>(() => {}) };
    const application = new Application([logged(log, 'a'), hangs], { clock });
    const starting = application.start();
    await settled();
    assert.equal(application.tree().children?.[1]?.status, 'starting');
    clock.advance(30_000);
    await assert.rejects(starting, {
      code: 'ERR_CHILD_START',
      message: /did not start within 30000 ms/,
    });
    assert.equal(await application.whenEnded, 'killed');
    assert.deepEqual(log, ['a started', 'a: killed']);
  });

  test('says why it ended by itself', async () => {
    const child = new FakeChild();
    const application = new Application([logged([], 'a', child)], { maxRestarts: 0 });
    await application.start();
    child.end('boom');
    assert.equal(await application.whenEnded, 'shutdown');
  });

  test('drains on the first signal, kills on the second, and hears none after its end', async () => {
    const stubborn = new FakeChild(false);
    const before = process.listenerCount('SIGTERM');
    const clock = new ManualClock();
    const application = new Application([{ ...logged([], 'a', stubborn), shutdown: 'infinity' }], {
      clock,
    });
    await application.start();
    application.handleSignals();
    assert.equal(process.listenerCount('SIGTERM'), before + 1);
    process.emit('SIGTERM', 'SIGTERM');
    await settled();
    assert.deepEqual(stubborn.asked, ['shutdown shutdown']);
    clock.advance(1_000);
    await settled();
    process.emit('SIGINT', 'SIGINT');
    assert.equal(await application.whenEnded, 'killed');
    await settled();
    assert.equal(process.listenerCount('SIGTERM'), before);
    assert.equal(process.listenerCount('SIGINT'), before);
  });

  test('refuses options that make no sense', () => {
    const code = 'ERR_INVALID_OPTION';
    assert.throws(() => new Application([], { stopTimeoutMs: 0 }), { code });
    assert.throws(() => new Application([], { stopTimeout: 1 } as object), {
      code,
      message: /Did you mean 'stopTimeoutMs'/,
    });
  });
});
