import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ToolError } from '../../../../src/core/errors.ts';
import type { CallContext } from '../../../../src/runtime/dispatch/call-context.ts';
import { defer, settle } from '../../../helpers/event-loop.ts';
import { pastDeadline, startService } from '../../../helpers/start-service.ts';

/** A service whose `wait` hangs until the test opens the gate, and notes the signals it saw. */
async function startHanging(concurrency = 1) {
  const gates: ReturnType<typeof defer>[] = [];
  const signals: AbortSignal[] = [];
  const handled: unknown[] = [];
  const started = await startService({
    concurrency,
    methods: {
      wait: (params: unknown, context: CallContext<undefined>) => {
        handled.push(params);
        signals.push(context.signal);
        const gate = defer();
        gates.push(gate);
        return gate.promise;
      },
      note: (params: unknown) => {
        handled.push(params);
        return params;
      },
    },
  });
  return { ...started, gates, signals, handled };
}

describe('A deadline', () => {
  test('is 5,000 ms unless the call says otherwise', async () => {
    const { service, clock } = await startHanging();
    const call = service.call('wait');
    clock.advance(5_000);
    assert.equal(service.stats().timeoutCount, 0);
    clock.advance(pastDeadline(0));
    await assert.rejects(call, {
      code: 'ERR_TIMEOUT',
      retryable: true,
      rpcCode: -32603,
      message:
        "Service timeout: 'echo' did not answer within 5000 ms. " +
        "Allow more with timeoutMs, or see what it is doing: transport.lookup('echo').stats().",
    });
    assert.equal(service.stats().timeoutCount, 1);
  });

  test('aborts the signal of the handler, with the error that its caller received', async () => {
    const { service, clock, signals } = await startHanging();
    const call = service.call('wait', {}, { timeoutMs: 50 });
    assert.equal(signals[0]?.aborted, false);
    clock.advance(pastDeadline(50));
    assert.equal(signals[0]?.aborted, true);
    await assert.rejects(call, (error) => error === signals[0]?.reason);
  });

  test('shows an aborted signal to a handler that looks for the first time after it passed', async () => {
    const gate = defer();
    let isAborted: boolean | undefined;
    const { service, clock } = await startService({
      methods: {
        wait: async (_params: unknown, context: CallContext<undefined>) => {
          await gate.promise;
          isAborted = context.signal.aborted;
        },
      },
    });
    const call = service.call('wait', {}, { timeoutMs: 50 });
    clock.advance(pastDeadline(50));
    await assert.rejects(call, { code: 'ERR_TIMEOUT' });
    gate.resolve(0);
    await settle();
    assert.equal(isAborted, true);
  });

  test('that passes in the mailbox means that the request never runs', async () => {
    const { service, clock, gates, handled } = await startHanging();
    const first = service.call('wait', 'first', { timeoutMs: Infinity });
    const queued = service.call('note', 'queued', { timeoutMs: 50 });
    const patient = service.call('note', 'patient', { timeoutMs: 10_000 });
    clock.advance(pastDeadline(50));
    await assert.rejects(queued, { code: 'ERR_TIMEOUT' });
    assert.equal(service.stats().mailboxLength, 1);
    gates[0]?.resolve('x');
    await Promise.all([first, patient]);
    assert.deepEqual(handled, ['first', 'patient']);
  });

  test('leaves the handler its slot until it is done, and its late reply is dropped', async () => {
    const { service, clock, gates, handled } = await startHanging();
    const late = service.call('wait', 'late', { timeoutMs: 50 });
    const next = service.call('note', 'next', { timeoutMs: 10_000 });
    clock.advance(pastDeadline(50));
    await assert.rejects(late, { code: 'ERR_TIMEOUT' });
    assert.deepEqual(handled, ['late']);
    gates[0]?.resolve('too late');
    assert.equal(await next, 'next');
    const { lateReplyCount, requestCount, timeoutCount, errorCount } = service.stats();
    assert.deepEqual(
      { lateReplyCount, requestCount, timeoutCount, errorCount },
      { lateReplyCount: 1, requestCount: 1, timeoutCount: 1, errorCount: 1 },
    );
  });

  test('does not pass once the reply has come', async () => {
    const { service, clock, gates, wheel } = await startHanging();
    const call = service.call('wait', {}, { timeoutMs: 50 });
    gates[0]?.resolve('in time');
    assert.equal(await call, 'in time');
    assert.equal(wheel.size, 0);
    clock.advance(1_000);
    assert.equal(service.stats().timeoutCount, 0);
  });

  test('is not watched for a request that is answered on the spot', async () => {
    const { service, wheel } = await startHanging();
    const call = service.call('note', 1);
    assert.equal(wheel.size, 0);
    await call;
  });

  test('turns a call of a service to itself that waits for the reply into ERR_TIMEOUT', async () => {
    let callItself: (() => unknown) | undefined;
    const { service, clock } = await startService({
      methods: { outer: () => callItself?.(), inner: () => 'never' },
    });
    callItself = () => service.call('inner', {}, { timeoutMs: 50 });
    const call = service.call('outer', {}, { timeoutMs: 1_000 });
    clock.advance(pastDeadline(50));
    await assert.rejects(call, { code: 'ERR_TIMEOUT', message: /within 50 ms/ });
    assert.equal(service.status, 'running');
    assert.equal(service.stats().inFlight, 0);
  });

  test('passed, lets the handler stop as its signal says without ending the service', async () => {
    const { service, clock } = await startService({
      methods: {
        obedient: async (_params: unknown, { signal }: CallContext<undefined>) => {
          const aborted = defer();
          signal.addEventListener('abort', () => aborted.resolve(0));
          await aborted.promise;
          signal.throwIfAborted();
        },
        native: (_params: unknown, { signal }: CallContext<undefined>) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () =>
              reject(new DOMException('The operation was aborted', 'AbortError')),
            );
          }),
      },
    });
    for (const method of ['obedient', 'native']) {
      const call = service.call(method, {}, { timeoutMs: 50 });
      clock.advance(pastDeadline(50));
      await assert.rejects(call, { code: 'ERR_TIMEOUT' });
      await settle();
    }
    assert.equal(service.status, 'running');
    assert.deepEqual([service.stats().lateReplyCount, service.stats().inFlight], [2, 0]);
  });

  test('passed, does not count a late ToolError as an answer', async () => {
    const { service, clock, gates } = await startHanging();
    const call = service.call('wait', {}, { timeoutMs: 50 });
    clock.advance(pastDeadline(50));
    await assert.rejects(call, { code: 'ERR_TIMEOUT' });
    gates[0]?.reject(new ToolError('no such row'));
    await settle();
    const { requestCount, errorCount, lateReplyCount } = service.stats();
    assert.deepEqual(
      { requestCount, errorCount, lateReplyCount },
      {
        requestCount: 0,
        errorCount: 1,
        lateReplyCount: 1,
      },
    );
  });

  test('passed, still ends the service when the handler turns out to be defective', async () => {
    const { service, clock, gates } = await startHanging();
    const call = service.call('wait', {}, { timeoutMs: 50 });
    clock.advance(pastDeadline(50));
    await assert.rejects(call, { code: 'ERR_TIMEOUT' });
    gates[0]?.reject(new TypeError('broken'));
    await service.exited;
    assert.equal(service.status, 'ended');
  });
});

describe('A caller that cancels', () => {
  test('is answered at once and the signal of the handler aborts', async () => {
    const { service, signals, gates, wheel } = await startHanging();
    const controller = new AbortController();
    const call = service.call('wait', {}, { signal: controller.signal });
    controller.abort(new Error('changed my mind'));
    assert.equal(signals[0]?.aborted, true);
    assert.equal(wheel.size, 0);
    await assert.rejects(call, {
      code: 'ERR_CANCELLED',
      message: "The call to 'echo' was cancelled by its caller",
      cause: new Error('changed my mind'),
    });
    gates[0]?.resolve('dropped');
    await settle();
    const { cancelCount, lateReplyCount, inFlight } = service.stats();
    assert.deepEqual(
      { cancelCount, lateReplyCount, inFlight },
      {
        cancelCount: 1,
        lateReplyCount: 1,
        inFlight: 0,
      },
    );
  });

  test('takes a waiting request out of the mailbox: it never runs', async () => {
    const { service, gates, handled, wheel } = await startHanging();
    const controller = new AbortController();
    const first = service.call('wait', 'first', { timeoutMs: Infinity });
    const queued = service.call('note', 'queued', { signal: controller.signal });
    controller.abort();
    await assert.rejects(queued, { code: 'ERR_CANCELLED' });
    assert.deepEqual([service.stats().mailboxLength, wheel.size], [0, 0]);
    gates[0]?.resolve(0);
    await first;
    assert.deepEqual(handled, ['first']);
  });

  test('before the call is made is refused without a handler being started', async () => {
    const { service, handled } = await startHanging();
    const call = service.call('note', 1, { signal: AbortSignal.abort('too early') });
    await assert.rejects(call, { code: 'ERR_CANCELLED', cause: 'too early' });
    assert.deepEqual(handled, []);
    assert.equal(service.stats().cancelCount, 1);
  });

  test('while the handler is being started is heard', async () => {
    const controller = new AbortController();
    const gate = defer();
    const { service } = await startService({
      methods: {
        wait: () => {
          controller.abort();
          return gate.promise;
        },
      },
    });
    const call = service.call('wait', {}, { signal: controller.signal });
    await assert.rejects(call, { code: 'ERR_CANCELLED' });
    gate.resolve(0);
    await settle();
    assert.deepEqual([service.stats().lateReplyCount, service.stats().inFlight], [1, 0]);
  });

  test('after the reply changes nothing, and its signal is let go', async () => {
    const { service, gates } = await startHanging();
    const controller = new AbortController();
    const listeners = { added: 0, removed: 0 };
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners.added++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners.removed++;
      remove(...args);
    };
    const call = service.call('wait', {}, { signal });
    gates[0]?.resolve('reply');
    assert.equal(await call, 'reply');
    assert.deepEqual(listeners, { added: 1, removed: 1 });
    controller.abort();
    assert.equal(service.stats().cancelCount, 0);
  });
});
