import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ToolrigError } from '../../../../src/core/errors.ts';
import type { CallContext } from '../../../../src/runtime/dispatch/call-context.ts';
import { defer, settle } from '../../../helpers/event-loop.ts';
import { createService, pastDeadline, startService } from '../../../helpers/start-service.ts';

function crash(): never {
  throw new TypeError('cannot read properties of undefined');
}

describe('A starting service', () => {
  test('keeps requests until init is done, then handles them in order', async () => {
    const gate = defer<number>();
    const order: unknown[] = [];
    const { service } = createService<number>({
      init: () => gate.promise,
      methods: {
        note: (params: unknown, context: CallContext<number>) => {
          order.push(params);
          return context.state;
        },
      },
    });
    const started = service.start();
    const calls = [service.call('note', 1), service.call('note', 2)];
    await settle();
    assert.deepEqual([service.status, order], ['starting', []]);
    gate.resolve(42);
    await started;
    assert.deepEqual(await Promise.all(calls), [42, 42]);
    assert.deepEqual([service.status, order], ['running', [1, 2]]);
  });

  test('handles what came during init before what its handlers send to their own service', async () => {
    const order: unknown[] = [];
    const { service } = createService({
      concurrency: 3,
      methods: {
        note: (params: unknown) => {
          order.push(params);
          if (params === 'first') void service.call('note', 'from the first');
        },
      },
    });
    const started = service.start();
    const calls = [service.call('note', 'first'), service.call('note', 'second')];
    await Promise.all([started, ...calls]);
    await settle();
    assert.deepEqual(order, ['first', 'second', 'from the first']);
  });

  test('lets deadlines pass while init takes its time', async () => {
    const { service, clock } = createService({
      init: () => defer<undefined>().promise,
      methods: { note: () => 1 },
    });
    void service.start();
    const call = service.call('note', {}, { timeoutMs: 50 });
    clock.advance(pastDeadline(50));
    await assert.rejects(call, { code: 'ERR_TIMEOUT' });
  });

  for (const [when, init] of [
    ['at once', () => crash()],
    ['later', () => Promise.reject(new TypeError('later'))],
  ] as const) {
    test(`ends when init throws ${when}, and tells those who wait`, async () => {
      const { service } = createService({ init, methods: { note: () => 1 } });
      const waiting = service.call('note');
      const starting = service.start();
      for (const promise of [waiting, starting]) {
        await assert.rejects(promise, (error: ToolrigError) => {
          assert.equal(error.code, 'ERR_SERVICE_EXIT');
          assert.ok(error.cause instanceof TypeError);
          return true;
        });
      }
      assert.equal(service.status, 'ended');
      assert.ok((await service.exited) instanceof TypeError);
    });
  }

  test('that is stopped never runs', async () => {
    const gate = defer<undefined>();
    const { service } = createService({ init: () => gate.promise, methods: { note: () => 1 } });
    const starting = service.start();
    const waiting = service.call('note');
    const stopping = service.stop();
    await assert.rejects(waiting, { code: 'ERR_SERVICE_EXIT' });
    gate.resolve(undefined);
    await Promise.all([starting, stopping]);
    assert.equal(service.status, 'ended');
  });
});

describe('A defective handler', () => {
  test('ends the service whatever it throws, and its caller hears what', async () => {
    for (const [thrown, text] of [
      [Object.create(null), /null prototype/],
      [{ disk: 'full' }, /disk: 'full'/],
      [undefined, /undefined/],
      [Symbol('odd'), /Symbol\(odd\)/],
    ]) {
      const { service } = await startService({
        methods: {
          crash() {
            throw thrown;
          },
        },
      });
      await assert.rejects(service.call('crash'), { code: 'ERR_SERVICE_EXIT', message: text });
      assert.equal(service.status, 'ended');
    }
  });

  for (const [when, handler] of [
    ['at once', () => crash()],
    ['later', async () => crash()],
  ] as const) {
    test(`that throws ${when} ends the service, and its caller hears why`, async () => {
      const { service, logger } = await startService({ methods: { crash: handler } });
      await assert.rejects(service.call('crash'), (error: ToolrigError) => {
        assert.equal(error.code, 'ERR_SERVICE_EXIT');
        assert.match(error.message, /'echo' ended \(TypeError: cannot read/);
        assert.ok(error.cause instanceof TypeError);
        assert.equal(error.retryable, false);
        return true;
      });
      assert.equal(service.status, 'ended');
      assert.ok((await service.exited) instanceof TypeError);
      const [line] = logger.lines;
      assert.equal(line?.message, 'service crashed');
      assert.deepEqual(line?.fields, { service: 'echo', err: await service.exited });
    });
  }

  test('ends every call that waits or runs, aborts their signals and drops their replies', async () => {
    const gates = [defer(), defer()] as const;
    const signals: AbortSignal[] = [];
    const handled: unknown[] = [];
    const { service, wheel } = await startService({
      concurrency: 2,
      methods: {
        wait: (index: 0 | 1, context: CallContext<undefined>) => {
          signals.push(context.signal);
          return gates[index].promise;
        },
        note: (params: unknown) => handled.push(params),
      },
    });
    const calls = [
      service.call('wait', 0),
      service.call('wait', 1),
      service.call('note', 'queued'),
    ];
    gates[0].reject(new RangeError('broken'));
    for (const outcome of await Promise.allSettled(calls)) {
      assert.equal(outcome.status, 'rejected');
      assert.equal((outcome.reason as ToolrigError).code, 'ERR_SERVICE_EXIT');
      assert.ok((outcome.reason as ToolrigError).cause instanceof RangeError);
    }
    assert.equal(signals[1]?.aborted, true);
    gates[1].resolve('too late');
    await settle();
    assert.deepEqual(handled, []);
    assert.equal(wheel.size, 0);
    assert.equal(service.stats().lateReplyCount, 1);
  });

  test('in the middle of the mailbox leaves the rest unhandled', async () => {
    const gate = defer();
    const handled: unknown[] = [];
    const { service } = await startService({
      methods: {
        wait: () => gate.promise,
        note: (params: unknown) => handled.push(params),
        crash,
      },
    });
    const calls = [
      service.call('wait'),
      service.call('note', 'before'),
      service.call('crash'),
      service.call('note', 'after'),
    ];
    gate.resolve('fine');
    const outcomes = await Promise.allSettled(calls);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected', 'rejected'],
    );
    assert.deepEqual(handled, ['before']);
  });

  test('runs terminate with what was thrown, and logs what terminate throws', async () => {
    const seen: unknown[] = [];
    const { service, logger } = await startService<string>({
      init: () => 'state',
      terminate: (reason, state) => {
        seen.push(reason, state);
        throw new Error('terminate is broken too');
      },
      methods: { crash },
    });
    await assert.rejects(service.call('crash'), { code: 'ERR_SERVICE_EXIT' });
    await service.exited;
    assert.ok(seen[0] instanceof TypeError);
    assert.equal(seen[1], 'state');
    assert.deepEqual(
      logger.lines.map(({ message }) => message),
      ['service crashed', 'terminate failed'],
    );
  });

  test('may throw what is no error', async () => {
    const { service } = await startService({
      methods: { crash: () => Promise.reject('just text') },
    });
    await assert.rejects(service.call('crash'), { message: "Service 'echo' ended (just text)" });
  });

  test('ends in time although its terminate never returns', async () => {
    const { service, clock } = await startService({
      methods: { crash },
      terminate: () => defer<void>().promise,
    });
    await assert.rejects(service.call('crash'), { code: 'ERR_SERVICE_EXIT' });
    clock.advance(5_000);
    assert.equal(((await service.exited) as Error).name, 'TypeError');
  });

  test('ends at once when it is killed while its terminate runs', async () => {
    const { service } = await startService({
      methods: { crash },
      terminate: () => defer<void>().promise,
    });
    await assert.rejects(service.call('crash'), { code: 'ERR_SERVICE_EXIT' });
    service.kill('enough');
    assert.equal(await service.exited, 'enough');
  });
});

describe('stop', () => {
  test('finishes what was asked, refuses what comes, then terminates', async () => {
    const gate = defer();
    const events: unknown[] = [];
    const { service } = await startService<number>({
      init: () => 7,
      methods: { wait: () => gate.promise, note: (params: unknown) => events.push(params) },
      terminate: (reason, state) => {
        events.push(reason, state);
      },
    });
    service.onLeave((reason) => events.push(`leaves: ${String(reason)}`));
    const calls = [service.call('wait'), service.call('note', 'queued')];
    const stopping = service.stop();
    assert.equal(service.status, 'stopping');
    await assert.rejects(service.call('note', 'new'), {
      code: 'ERR_SERVICE_EXIT',
      message: "Service 'echo' ended (it is stopping)",
    });
    gate.resolve(0);
    await Promise.all([...calls, stopping]);
    assert.deepEqual(events, ['leaves: normal', 'queued', 'normal', 7]);
    assert.equal(service.status, 'ended');
    assert.equal(await service.exited, 'normal');
  });

  test('of an idle service ends it without waiting for anything but terminate', async () => {
    const gate = defer<void>();
    const { service } = await startService({ terminate: () => gate.promise });
    const order: string[] = [];
    const stopping = service.stop().finally(() => order.push('stopped'));
    await settle();
    order.push('terminated');
    gate.resolve();
    await stopping;
    assert.deepEqual(order, ['terminated', 'stopped']);
  });

  test('gives up on a handler that does not finish in time', async () => {
    const seen: unknown[] = [];
    const { service, clock } = await startService({
      methods: { wait: () => defer().promise },
      terminate: (reason) => {
        seen.push(reason);
      },
    });
    const call = service.call('wait', {}, { timeoutMs: Infinity });
    const stopping = service.stop({ timeoutMs: 100 });
    clock.advance(99);
    assert.equal(service.status, 'stopping');
    clock.advance(1);
    await assert.rejects(call, { code: 'ERR_SERVICE_EXIT', message: /did not stop in time/ });
    await stopping;
    assert.equal(seen.length, 1);
    assert.equal(clock.countTimers(), 0);
  });

  test('gives up on a terminate that does not finish in time', async () => {
    const { service, clock } = await startService({ terminate: () => defer<void>().promise });
    const stopping = service.stop({ timeoutMs: 100 });
    clock.advance(100);
    await stopping;
    assert.equal(service.status, 'ended');
  });

  test('without a limit waits as long as it takes', async () => {
    const gate = defer();
    const { service, clock } = await startService({ methods: { wait: () => gate.promise } });
    const call = service.call('wait', {}, { timeoutMs: Infinity });
    const stopping = service.stop({ timeoutMs: Infinity });
    clock.advance(1e9);
    assert.equal(service.status, 'stopping');
    assert.equal(clock.countTimers(), 0); // no timer of Node's can hold Infinity: it would fire at once
    gate.resolve('done');
    assert.equal(await call, 'done');
    await stopping;
  });

  test('refuses a limit that makes no sense', async () => {
    const { service } = await startService();
    await assert.rejects(service.stop({ timeoutMs: Number.NaN }), { code: 'ERR_INVALID_OPTION' });
    assert.equal(service.status, 'running');
  });

  test('can be asked for twice, and after the end', async () => {
    let terminated = 0;
    const { service } = await startService({
      terminate: () => {
        terminated++;
      },
    });
    await Promise.all([service.stop(), service.stop()]);
    await service.stop();
    assert.equal(terminated, 1);
  });
});

describe('onLeave', () => {
  test('tells each listener once why the service takes no more requests', async () => {
    const { service } = await startService({ methods: { crash } });
    const reasons: unknown[] = [];
    service.onLeave((reason) => reasons.push(reason));
    service.onLeave((reason) => reasons.push(reason));
    await assert.rejects(service.call('crash'), { code: 'ERR_SERVICE_EXIT' });
    await service.stop();
    assert.equal(reasons.length, 2);
    assert.ok(reasons.every((reason) => reason instanceof TypeError));
  });

  test('answers whoever waits although a listener throws, which surfaces outside', async (t) => {
    const raised: (() => void)[] = [];
    t.mock.method(process, 'nextTick', (raise: () => void) => raised.push(raise));
    const { service } = await startService({ methods: { wait: () => defer().promise } });
    const call = service.call('wait');
    let told = 0;
    service.onLeave(crash);
    service.onLeave(() => told++);
    service.kill();
    t.mock.restoreAll();
    await assert.rejects(call, { code: 'ERR_SERVICE_EXIT' });
    assert.equal(told, 1);
    assert.equal(raised.length, 1);
    assert.throws(() => raised[0]?.(), TypeError);
  });

  test('tells a listener at once when the service has left already', async () => {
    const { service } = await startService();
    await service.stop();
    let told = 0;
    service.onLeave(() => told++);
    assert.equal(told, 1);
  });
});

describe('A service that has ended', () => {
  test('refuses calls with ERR_SERVICE_EXIT', async () => {
    const { service } = await startService({ methods: { note: () => 1 } });
    await service.stop();
    await assert.rejects(service.call('note'), {
      code: 'ERR_SERVICE_EXIT',
      message: "Service 'echo' ended (it is ended)",
    });
  });

  test('still passes its own errors as they are to nobody: a late ToolrigError is dropped', async () => {
    const gate = defer();
    const { service, clock } = await startService({ methods: { wait: () => gate.promise } });
    const call = service.call('wait');
    const stopping = service.stop({ timeoutMs: 10 });
    clock.advance(10);
    await assert.rejects(call, { code: 'ERR_SERVICE_EXIT' });
    gate.reject(new ToolrigError('ERR_FORBIDDEN', 'late'));
    await stopping;
    await settle();
    assert.equal(service.stats().lateReplyCount, 1);
  });
});
