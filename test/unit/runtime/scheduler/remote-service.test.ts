import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { beforeEach, describe, test } from 'node:test';
import { settle } from '../../../helpers/event-loop.ts';
import { createGuestPair, type GuestPair } from '../../../helpers/guest-pair.ts';
import { heldLoads, heldReplies, PUPPET } from '../../../helpers/puppet-service.ts';
import { pastDeadline } from '../../../helpers/start-service.ts';

/** Errors that surface in a `nextTick`, as those of event listeners do. */
async function uncaughtDuring(act: () => Promise<void>): Promise<unknown[]> {
  const thrown: unknown[] = [];
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => thrown.push(error));
  try {
    await act();
    await settle();
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
  }
  return thrown;
}

describe('RemoteService', () => {
  let pair: GuestPair;
  beforeEach(() => {
    pair = createGuestPair();
    heldReplies.length = 0;
    heldLoads.length = 0;
  });

  /** Nobody waits for anything, and no number is missing or there twice. */
  function assertNothingLeft(): void {
    assert.equal(pair.toGuest.openCalls, 0, 'open calls of the host');
    assert.equal(pair.toHost.openCalls, 0, 'open calls of the guest');
    assert.equal(pair.wheel.size, 0, 'deadlines');
    const ids = Array.from({ length: 1_000 }, () => pair.connection.takeCall().id);
    assert.equal(new Set(ids).size, 1_000);
    assert.equal(Math.max(...ids), 999);
  }

  test('answers calls that its guest takes only after it has ended', async () => {
    const service = await pair.start();
    const other = await pair.start();
    const crash = service.call('crash');
    pair.deliverToGuest();
    await settle();
    // The host has not heard of it: a method that is new, one with options, a notification.
    const late = [
      service.call('echo', 1),
      service.call('echo', 1, { meta: { a: 1 } }),
      service.call('echo', 1, { timeoutMs: 100 }),
    ];
    service.notify('refuse');
    const outcomes = Promise.allSettled([crash, ...late]);
    await pair.pump();
    for (const outcome of await outcomes) {
      assert.equal((outcome as PromiseRejectedResult).reason.code, 'ERR_SERVICE_EXIT');
    }
    const echoed = other.call('echo', 'lives');
    await pair.pump();
    assert.equal(await echoed, 'lives');
    assert.deepEqual(pair.guestClosings, []);
    assertNothingLeft();
  });

  test('ends while its module loads, when it is killed', async () => {
    const service = pair.create({ holdLoad: true });
    const started = assert.rejects(service.start(), { code: 'ERR_SERVICE_EXIT' });
    await pair.pump();
    const waiting = assert.rejects(service.call('echo'), { code: 'ERR_SERVICE_EXIT' });
    service.kill('changed my mind');
    await pair.pump();
    assert.equal(
      await Promise.race([service.exited, Promise.resolve('still there')]),
      'changed my mind',
    );
    await Promise.all([started, waiting]);
    heldLoads[0]?.resolve();
    await pair.pump();
    assert.equal(pair.connection.size, 0);
    assertNothingLeft();
  });

  test('ends while its module loads, when it is stopped, and says it has if that fails later', async () => {
    const service = pair.create({ holdLoad: true });
    const started = assert.rejects(service.start(), { code: 'ERR_SERVICE_EXIT' });
    await pair.pump();
    const stopped = service.stop();
    await pair.pump();
    await stopped;
    await started;
    assert.equal(await service.exited, 'normal');
    heldLoads[0]?.reject(new Error('syntax'));
    await pair.pump();
    assertNothingLeft();
  });

  test('says why it cannot be loaded or started', async () => {
    for (const [options, source, code] of [
      [{ failStart: true }, PUPPET, 'ERR_SERVICE_EXIT'],
      [{}, { module: PUPPET.module, export: 'nobody' }, 'ERR_INVALID_OPTION'],
    ] as const) {
      const service = pair.create(options, source);
      const waiting = assert.rejects(service.call('echo'), { code: 'ERR_SERVICE_EXIT' });
      const started = assert.rejects(service.start(), { code });
      await pair.pump();
      await Promise.all([started, waiting]);
      assert.equal(service.status, 'ended');
    }
    assertNothingLeft();
  });

  test('lives on when a listener throws, and its guest too', async () => {
    const service = await pair.start();
    const other = await pair.start();
    const heard: unknown[] = [];
    service.onLeave(() => {
      throw new Error('from a listener');
    });
    service.onLeave((reason) => heard.push(reason));
    const thrown = await uncaughtDuring(async () => {
      const crash = assert.rejects(service.call('crash'), { code: 'ERR_SERVICE_EXIT' });
      await pair.pump();
      await crash;
    });
    assert.deepEqual(
      thrown.map((error) => (error as Error).message),
      ['from a listener'],
    );
    assert.equal(heard.length, 1);
    assert.equal(service.status, 'ended');
    const echoed = other.call('echo', 1);
    await pair.pump();
    assert.equal(await echoed, 1);
    assertNothingLeft();
  });

  test('lives on when the logger of the host throws', async () => {
    const service = await pair.start();
    pair.logger.lines.push = () => {
      throw new Error('disk full');
    };
    const thrown = await uncaughtDuring(async () => {
      const logged = service.call('log', 1);
      await pair.pump();
      await logged;
    });
    assert.deepEqual(
      thrown.map((error) => (error as Error).message),
      ['disk full'],
    );
    assertNothingLeft();
  });

  test('keeps code and message of an error whose data cannot leave its isolate', async () => {
    const service = await pair.start();
    const refused = assert.rejects(service.call('refuse'), {
      code: 'ERR_FORBIDDEN',
      message: 'not today',
    });
    await pair.pump();
    await refused;
    assertNothingLeft();
  });

  test('ends with a reason whose parts are no texts', async () => {
    const service = await pair.start();
    const crash = assert.rejects(service.call('crash', 'odd'), { code: 'ERR_SERVICE_EXIT' });
    await pair.pump();
    await crash;
    assert.ok((await service.exited) instanceof Error);
    assertNothingLeft();
  });

  test('never brings a late report of progress to another call', async () => {
    const service = await pair.start();
    const first: unknown[] = [];
    const second: unknown[] = [];
    const reported = service.call('reportLater', 1, { onProgress: (step) => first.push(step) });
    await pair.pump();
    await reported;
    const holding = service.call('hold', 2, { onProgress: (step) => second.push(step) });
    await pair.pump();
    heldReplies[0]?.resolve(undefined);
    await pair.pump();
    heldReplies[1]?.resolve(2);
    await pair.pump();
    await holding;
    assert.deepEqual(second, []);
    assertNothingLeft();
  });

  test('brings notifications that come while it starts, and those of its 257th method', async () => {
    const service = pair.create();
    const started = service.start();
    service.notify('hold', 'early');
    await pair.pump();
    await started;
    for (let index = 0; index < 300; index++) service.call(`no such ${index}`).catch(() => {});
    await pair.pump();
    service.notify('log', 'late');
    await pair.pump();
    assert.deepEqual(
      heldReplies.map(({ params }) => params),
      ['early'],
    );
    assert.equal(pair.logger.lines.length, 1);
    heldReplies[0]?.resolve(0);
    await pair.pump();
    assertNothingLeft();
  });

  test('counts notifications against its mailbox, and those that came to nothing', async () => {
    const service = await pair.start({ concurrency: 1, maxMailbox: 2 });
    for (let index = 0; index < 10; index++) service.notify('hold', index);
    assert.equal(pair.toGuest.size <= 4, true); // three, and the number of the method
    await settle();
    assert.equal(service.stats().droppedNotificationCount, 7);
    service.kill();
    await pair.pump();
    assertNothingLeft();
  });

  test('cancels what is left of a batch with its signal', async () => {
    const service = await pair.start({ maxMailbox: 10_000 });
    const controller = new AbortController();
    const params = Array.from({ length: 2_000 }, (_, index) => index);
    const replies = service.callMany('hold', params, { signal: controller.signal });
    await pair.pump();
    controller.abort('enough');
    await pair.pump();
    const codes = (await replies).map((each) => (each as { code: string }).code);
    assert.deepEqual(new Set(codes), new Set(['ERR_CANCELLED']));
    assert.equal(codes.length, 2_000);
    assert.equal(service.stats().cancelCount, 2_000);
    for (const held of heldReplies) held.resolve(0);
    await pair.pump();
    assertNothingLeft();
  });

  test('puts what is wrong with the options of a batch in the place of each reply', async () => {
    const service = await pair.start();
    const aborted = await service.callMany('echo', [1, 2], { signal: AbortSignal.abort() });
    assert.deepEqual(
      aborted.map((each) => (each as { code: string }).code),
      ['ERR_CANCELLED', 'ERR_CANCELLED'],
    );
    const invalid = await service.callMany('echo', [1], { timeoutMs: -1 });
    assert.equal((invalid[0] as { code: string }).code, 'ERR_INVALID_OPTION');
    assert.deepEqual(await service.callMany('echo', []), []);
    assertNothingLeft();
  });

  test('takes a batch that is larger than its mailbox, without a refusal to show for it', async () => {
    const service = await pair.start({ concurrency: 1, maxMailbox: 3 });
    const params = Array.from({ length: 100 }, (_, index) => index);
    const replies = service.callMany('echo', params);
    await pair.pump();
    assert.deepEqual(await replies, params);
    assert.equal(service.stats().overloadCount, 0);
    assert.equal(service.stats().requestCount, 100);
    assertNothingLeft();
  });

  test('refuses a batch for which others have left no room', async () => {
    const service = await pair.start({ concurrency: 1, maxMailbox: 1 });
    const holding = [service.call('hold', 1), service.call('hold', 2)];
    const [reply] = await service.callMany('echo', [1]);
    assert.equal((reply as { code: string }).code, 'ERR_OVERLOADED');
    await pair.pump();
    heldReplies[0]?.resolve(1);
    await pair.pump();
    heldReplies[1]?.resolve(2);
    await pair.pump();
    assert.deepEqual(await Promise.all(holding), [1, 2]);
    assertNothingLeft();
  });

  test('brings 100,000 calls of a batch home', async () => {
    const service = await pair.start();
    const params = Array.from({ length: 100_000 }, (_, index) => index);
    const replies = service.callMany('echo', params);
    await pair.pump();
    assert.deepEqual(await replies, params);
    assertNothingLeft();
  });

  test('lets go of the signal however a call ends', async () => {
    const service = await pair.start();
    const controller = new AbortController();
    const { signal } = controller;
    const endings = [
      service.call('echo', 1, { signal }),
      service.call('refuse', 1, { signal }),
      service.call('echo', () => 1, { signal }),
      service.call('hold', 1, { signal, timeoutMs: 10 }),
      service.call('hold', 2, { signal }),
    ];
    const outcomes = Promise.allSettled(endings);
    await pair.pump();
    pair.clock.advance(pastDeadline(10));
    service.kill();
    await pair.pump();
    const ends = (await outcomes).map((each) =>
      each.status === 'fulfilled' ? each.value : each.reason.code,
    );
    assert.deepEqual(ends, [
      1,
      'ERR_FORBIDDEN',
      'ERR_INVALID_PARAMS',
      'ERR_TIMEOUT',
      'ERR_SERVICE_EXIT',
    ]);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    assertNothingLeft();
  });

  test('shows nothing in flight when it has ended', async () => {
    const service = await pair.start({ concurrency: 1 });
    const calls = Promise.allSettled([service.call('hold'), service.call('hold')]);
    await pair.pump();
    pair.breakDown(new Error('gone'));
    await calls;
    const { mailboxLength, inFlight } = service.stats();
    assert.deepEqual({ mailboxLength, inFlight }, { mailboxLength: 0, inFlight: 0 });
  });

  test('waits for a stop without a limit, and keeps the process alive meanwhile', async () => {
    const service = await pair.start();
    const holding = service.call('hold', 1, { timeoutMs: Number.POSITIVE_INFINITY });
    await pair.pump();
    const stopped = service.stop({ timeoutMs: Number.POSITIVE_INFINITY });
    await pair.pump();
    assert.equal(pair.clock.isKeepingAlive, true);
    heldReplies[0]?.resolve('done');
    await pair.pump();
    await stopped;
    assert.equal(await holding, 'done');
    assertNothingLeft();
  });
});
