import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { describe, mock, test } from 'node:test';
import * as fc from 'fast-check';
import { ToolrigError } from '../../../../src/core/errors.ts';
import type { BatchCall } from '../../../../src/runtime/dispatch/batch.ts';
import type { CallOptions } from '../../../../src/runtime/dispatch/call-context.ts';
import type { RetryOptions } from '../../../../src/runtime/dispatch/retry.ts';
import {
  type BatchOptions,
  ServiceClient,
  type ServiceClientOptions,
} from '../../../../src/runtime/dispatch/service-client.ts';
import { defineService } from '../../../../src/runtime/dispatch/service-definition.ts';
import type { CallTransport } from '../../../../src/runtime/dispatch/transport.ts';
import { NativeTransport } from '../../../../src/runtime/scheduler/native-transport.ts';
import { type Deferred, defer, settle } from '../../../helpers/event-loop.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { pastDeadline } from '../../../helpers/start-service.ts';

const TIMEOUT = () => new ToolrigError('ERR_TIMEOUT', 'Service timeout');

/** A transport that answers each call as the script says: an error is rejected, all else is a reply. */
class ScriptedTransport implements CallTransport {
  readonly calls: { atMs: number; options: CallOptions | undefined }[] = [];
  readonly #clock: ManualClock;
  readonly #script: unknown[];

  constructor(clock: ManualClock, script: unknown[]) {
    this.#clock = clock;
    this.#script = [...script];
  }

  call(_s: string, _m: string, _p?: unknown, options?: CallOptions): Promise<unknown> {
    this.calls.push({ atMs: this.#clock.nowMs(), options });
    const answer = this.#script.shift();
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }
}

/** Runs one retried call to its end, moving the clock whenever it pauses. */
async function retry(
  script: unknown[],
  options: RetryOptions = {},
  clientOptions: ServiceClientOptions = {},
) {
  const clock = new ManualClock(0);
  const transport = new ScriptedTransport(clock, script);
  const client = new ServiceClient(transport, { clock, ...clientOptions });
  let hasSettled = false;
  const call = client.callWithRetry('calculator', 'tools/call', {}, options);
  const outcome: Promise<{ value?: unknown; error?: ToolrigError }> = call.then(
    (value) => ({ value }),
    (error: ToolrigError) => ({ error }),
  );
  void outcome.finally(() => {
    hasSettled = true;
  });
  for (let turn = 0; turn < 50; turn++) {
    await settle();
    if (hasSettled) break;
    clock.advance(1);
    while (clock.countTimers() > 0) clock.advance(1);
  }
  assert.equal(clock.countTimers(), 0, 'no timer is left behind');
  return { ...(await outcome), transport, atMs: transport.calls.map((sent) => sent.atMs) };
}

describe('callWithRetry', () => {
  test('gives back the first reply without a pause', async () => {
    const { value, atMs } = await retry(['reply']);
    assert.deepEqual([value, atMs], ['reply', [0]]);
  });

  test('tries again after a timeout, 100 ms later', async () => {
    const { value, atMs } = await retry([TIMEOUT(), TIMEOUT(), 'at last']);
    assert.deepEqual([value, atMs], ['at last', [0, 100, 200]]);
  });

  test('gives up after three attempts with the last failure as cause', async () => {
    const last = TIMEOUT();
    const { error, atMs } = await retry([TIMEOUT(), TIMEOUT(), last, 'too late']);
    assert.equal(error?.code, 'ERR_RETRIES_EXHAUSTED');
    assert.equal(error?.cause, last);
    assert.deepEqual(error?.data, { service: 'calculator', method: 'tools/call', attempts: 3 });
    assert.match(error?.message ?? '', /'tools\/call' of service 'calculator' failed 3 times/);
    assert.equal(error?.retryable, false);
    assert.deepEqual(atMs, [0, 100, 200]);
  });

  test('rejects at once with any other failure, as it came', async () => {
    const codes = ['ERR_SERVICE_NOT_FOUND', 'ERR_OVERLOADED', 'ERR_SERVICE_EXIT', 'ERR_CANCELLED'];
    for (const code of codes as ToolrigError['code'][]) {
      const failure = new ToolrigError(code, 'no');
      const { error, atMs } = await retry([TIMEOUT(), failure, 'never']);
      assert.equal(error, failure);
      assert.equal(atMs.length, 2);
    }
    const foreign = new TypeError('not ours');
    assert.equal((await retry([foreign, 'never'])).error, foreign);
  });

  test('with one attempt does not try again', async () => {
    const { error, atMs } = await retry([TIMEOUT()], { attempts: 1 });
    assert.deepEqual([error?.code, atMs], ['ERR_RETRIES_EXHAUSTED', [0]]);
  });

  test('lets the pauses grow up to a limit', async () => {
    const script = Array.from({ length: 6 }, TIMEOUT);
    const options = { attempts: 6, backoffMs: 10, growth: 3, maxBackoffMs: 200 };
    const { atMs } = await retry(script, options);
    assert.deepEqual(atMs, [0, 10, 40, 130, 330, 530]);
  });

  test('cuts the pauses at random by no more than the jitter', async () => {
    const draws = [0, 0.5, 0.999];
    const random = () => draws.shift() ?? 0;
    const script = Array.from({ length: 4 }, TIMEOUT);
    const { atMs } = await retry(script, { attempts: 4, jitterRatio: 0.5 }, { random });
    assert.deepEqual(atMs.slice(0, 3), [0, 100, 175]);
    assert.ok((atMs[3] ?? 0) >= 225 && (atMs[3] ?? 0) <= 226);
  });

  test('passes the options of a call on, and keeps its own', async () => {
    const { transport } = await retry([1], { timeoutMs: 70, progressToken: 'p', attempts: 2 });
    assert.deepEqual(transport.calls[0]?.options, { timeoutMs: 70, progressToken: 'p' });
  });

  test('stops in the middle of a pause when the caller cancels', async () => {
    const clock = new ManualClock();
    const transport = new ScriptedTransport(clock, [TIMEOUT(), 'never']);
    const client = new ServiceClient(transport, { clock });
    const controller = new AbortController();
    const call = client.callWithRetry('s', 'm', {}, { signal: controller.signal });
    await settle();
    assert.equal(clock.countTimers(), 1);
    controller.abort('enough');
    await assert.rejects(call, { code: 'ERR_CANCELLED', cause: 'enough' });
    assert.equal(transport.calls.length, 1);
    assert.equal(clock.countTimers(), 0);
  });

  test('rejects options that make no sense before it calls', async () => {
    const bad: RetryOptions[] = [
      { attempts: 0 },
      { attempts: 1.5 },
      { backoffMs: -1 },
      { backoffMs: Number.NaN },
      { growth: 0.5 },
      { maxBackoffMs: 2 ** 31 },
      { jitterRatio: 1.5 },
    ];
    for (const options of bad) {
      const { error, atMs } = await retry(['never'], options);
      assert.deepEqual([error?.code, atMs], ['ERR_INVALID_OPTION', []]);
    }
  });

  test('rejects an option that it does not know, naming the nearest', async () => {
    const { error, atMs } = await retry(['never'], { attempt: 5 } as RetryOptions);
    assert.deepEqual([error?.code, atMs], ['ERR_INVALID_OPTION', []]);
    assert.match(error?.message ?? '', /unknown key 'attempt'\. Did you mean 'attempts'\?/);
    const { error: other } = await retry(['never'], { retries: 5 } as RetryOptions);
    assert.equal(other?.code, 'ERR_INVALID_OPTION');
  });

  test('runs the handler once for each attempt of a service that is too slow', async () => {
    const clock = new ManualClock();
    const transport = new NativeTransport({ clock });
    let runs = 0;
    await transport.start(
      defineService({
        name: 'slow',
        concurrency: 3,
        methods: {
          wait: () => {
            runs++;
            return defer().promise;
          },
        },
      }),
    );
    const client = new ServiceClient(transport, { clock });
    const call = client.callWithRetry('slow', 'wait', {}, { timeoutMs: 50 });
    const rejected = assert.rejects(call, { code: 'ERR_RETRIES_EXHAUSTED' });
    for (let attempt = 0; attempt < 3; attempt++) {
      clock.advance(pastDeadline(50));
      await settle();
      clock.advance(100);
      await settle();
    }
    await rejected;
    assert.equal(runs, 3);
  });

  test('agrees with the plain rule on every script of failures', async () => {
    const answer = fc.constantFrom('timeout', 'overloaded', 'reply');
    await fc.assert(
      fc.asyncProperty(
        fc.array(answer, { minLength: 6, maxLength: 6 }),
        fc.integer({ min: 1, max: 6 }),
        async (answers, attempts) => {
          const script = answers.map((kind, index) => {
            if (kind === 'timeout') return TIMEOUT();
            return kind === 'reply' ? index : new ToolrigError('ERR_OVERLOADED', String(index));
          });
          const end = answers.findIndex((kind) => kind !== 'timeout');
          const isExhausted = end < 0 || end >= attempts;
          const { value, error, atMs } = await retry(script, { attempts });
          assert.equal(atMs.length, isExhausted ? attempts : end + 1);
          if (isExhausted) {
            assert.equal(error?.code, 'ERR_RETRIES_EXHAUSTED');
            assert.equal(error?.cause, script[attempts - 1]);
          } else if (answers[end] === 'reply') assert.equal(value, end);
          else assert.equal(error, script[end]);
        },
      ),
    );
  });
});

/** A transport whose calls the test settles in any order it likes. */
class HeldTransport implements CallTransport {
  readonly sent: unknown[] = [];
  readonly held: { params: number; deferred: Deferred<unknown> }[] = [];
  mostInFlight = 0;

  call(_service: string, _method: string, params?: unknown): Promise<unknown> {
    const deferred = defer();
    this.sent.push(params);
    this.held.push({ params: params as number, deferred });
    this.mostInFlight = Math.max(this.mostInFlight, this.held.length);
    return deferred.promise;
  }
}

function numbered(count: number): BatchCall[] {
  return Array.from({ length: count }, (_, params) => ({ service: 's', method: 'm', params }));
}

describe('batchCalls', () => {
  const CALCULATOR = defineService({
    name: 'calculator',
    methods: {
      add: ({ a, b }: { a: number; b: number }) => a + b,
      addLater: async ({ a, b }: { a: number; b: number }) => a + b,
      wait: () => defer().promise,
      crash: () => Promise.reject(new TypeError('broken')),
    },
  });

  test('gives the outcomes in the order of the calls, each on its own', async () => {
    const transport = new NativeTransport();
    await transport.start(CALCULATOR);
    const outcomes = await new ServiceClient(transport).batchCalls([
      { service: 'calculator', method: 'addLater', params: { a: 2, b: 4 } },
      { service: 'nobody', method: 'add' },
      { service: 'calculator', method: 'add', params: { a: 10, b: 10 } },
      { service: 'calculator', method: 'nothing' },
      { service: 'calculator', method: 'add', params: { a: 40, b: 2 } },
    ]);
    assert.deepEqual(
      outcomes.map((outcome) =>
        outcome.status === 'fulfilled' ? outcome.value : outcome.error.code,
      ),
      [6, 'ERR_SERVICE_NOT_FOUND', 20, 'ERR_INVALID_REQUEST', 42],
    );
  });

  test('of nothing is nothing', async () => {
    assert.deepEqual(await new ServiceClient(new NativeTransport()).batchCalls([]), []);
  });

  test('survives a call that ends its service', async () => {
    const transport = new NativeTransport();
    await transport.start(CALCULATOR);
    await transport.start(CALCULATOR, 'spare');
    const add = { method: 'add', params: { a: 1, b: 1 } };
    const outcomes = await new ServiceClient(transport).batchCalls(
      [
        { service: 'calculator', ...add },
        { service: 'calculator', method: 'crash' },
        { service: 'calculator', ...add },
        { service: 'spare', ...add },
      ],
      { maxConcurrency: 1 },
    );
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.error.code : 'fine')),
      ['fine', 'ERR_SERVICE_EXIT', 'ERR_SERVICE_NOT_FOUND', 'fine'],
    );
  });

  test('survives a transport that throws instead of rejecting', async () => {
    const broken = new ToolrigError('ERR_TARGET', 'broken');
    const transport: CallTransport = {
      call(_service, _method, params) {
        if (params === 1) throw broken;
        return Promise.resolve(params);
      },
    };
    assert.deepEqual(await new ServiceClient(transport).batchCalls(numbered(3)), [
      { status: 'fulfilled', value: 0 },
      { status: 'rejected', error: broken },
      { status: 'fulfilled', value: 2 },
    ]);
  });

  test('keeps as many in flight as there are processors, unless told otherwise', async () => {
    for (const maxConcurrency of [undefined, 7]) {
      const transport = new HeldTransport();
      const options = maxConcurrency === undefined ? {} : { maxConcurrency };
      void new ServiceClient(transport).batchCalls(numbered(1_000), options);
      await settle();
      assert.equal(transport.held.length, maxConcurrency ?? availableParallelism());
    }
  });

  test('gives each call the time it was allowed, from when it is sent', async () => {
    const clock = new ManualClock();
    const transport = new NativeTransport({ clock });
    await transport.start(CALCULATOR);
    const calls = [1, 2].map(() => ({ service: 'calculator', method: 'wait' }));
    const client = new ServiceClient(transport, { clock });
    const batch = client.batchCalls(calls, { maxConcurrency: 1, timeoutMs: 50 });
    clock.advance(pastDeadline(50));
    await settle();
    clock.advance(30);
    await settle();
    assert.equal(transport.lookup('calculator')?.stats().timeoutCount, 1);
    clock.advance(pastDeadline(50));
    const outcomes = await batch;
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status === 'rejected' && outcome.error.code),
      ['ERR_TIMEOUT', 'ERR_TIMEOUT'],
    );
  });

  test('cancels what is in flight and what is still to be sent', async () => {
    const transport = new NativeTransport();
    await transport.start(CALCULATOR);
    const controller = new AbortController();
    const warnings = mock.method(process, 'emitWarning', () => {});
    try {
      const calls = Array.from({ length: 40 }, () => ({ service: 'calculator', method: 'wait' }));
      const batch = new ServiceClient(transport).batchCalls(calls, {
        maxConcurrency: 20,
        signal: controller.signal,
      });
      await settle();
      controller.abort();
      const outcomes = await batch;
      assert.ok(
        outcomes.every(
          (outcome) => outcome.status === 'rejected' && outcome.error.code === 'ERR_CANCELLED',
        ),
      );
      assert.equal(outcomes.length, 40);
      assert.equal(warnings.mock.callCount(), 0, 'no warning about many listeners');
    } finally {
      warnings.mock.restore();
    }
  });

  test('lets the event loop turn while a large batch settles in microtasks', async () => {
    const transport = new NativeTransport();
    await transport.start(CALCULATOR);
    const calls = Array.from({ length: 20_000 }, (_, index) => ({
      service: 'calculator',
      method: 'add',
      params: { a: index, b: 0 },
    }));
    let readings = 0;
    // Time passes only by being looked at: 1 ms a look, and 20,000 / 32 looks.
    const clock = Object.assign(new ManualClock(), { nowMs: () => readings++ });
    let turns = 0;
    let isOver = false;
    const count = () => {
      turns++;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const outcomes = await new ServiceClient(transport, { clock }).batchCalls(calls, {
      maxConcurrency: 64,
    });
    isOver = true;
    assert.ok(turns >= 50, `the event loop turned ${turns} times`);
    assert.ok(outcomes.every((o, index) => o.status === 'fulfilled' && o.value === index));
  });

  test('manages 100,000 calls', async () => {
    const transport = new NativeTransport();
    await transport.start(CALCULATOR);
    const calls = Array.from({ length: 100_000 }, (_, index) => ({
      service: 'calculator',
      method: 'add',
      params: { a: index, b: 1 },
    }));
    const outcomes = await new ServiceClient(transport).batchCalls(calls);
    assert.ok(outcomes.every((o, index) => o.status === 'fulfilled' && o.value === index + 1));
    assert.equal(outcomes.length, 100_000);
  });

  test('rejects options that make no sense before any call is made', async () => {
    const transport = new HeldTransport();
    for (const maxConcurrency of [0, -1, 1.5, Number.NaN, Infinity]) {
      const batch = new ServiceClient(transport).batchCalls(numbered(2), { maxConcurrency });
      await assert.rejects(batch, { code: 'ERR_INVALID_OPTION', message: /maxConcurrency/ });
    }
    for (const timeoutMs of [0, Number.NaN]) {
      const batch = new ServiceClient(transport).batchCalls(numbered(2), { timeoutMs });
      await assert.rejects(batch, { code: 'ERR_INVALID_OPTION', message: /timeoutMs/ });
    }
    const unknown = { concurrency: 2 } as BatchOptions;
    await assert.rejects(new ServiceClient(transport).batchCalls(numbered(2), unknown), {
      code: 'ERR_INVALID_OPTION',
      message: /unknown key 'concurrency'/,
    });
    assert.deepEqual(transport.sent, []);
  });

  test('rejects what is no call before any call is made', async () => {
    const transport = new HeldTransport();
    for (const bad of [undefined, null, 'ping']) {
      const calls = [...numbered(2), bad as never];
      await assert.rejects(new ServiceClient(transport).batchCalls(calls), {
        code: 'ERR_INVALID_OPTION',
        message: /^calls\[2\] must be \{ service, method, params \}, got /,
      });
    }
    assert.deepEqual(transport.sent, []);
    await assert.rejects(new ServiceClient(transport).batchCalls('ping' as never), {
      code: 'ERR_INVALID_OPTION',
      message: /calls must be an array, got 'ping'/,
    });
  });

  test('settles every call and never has more in flight than asked, in every order of replies', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 50 }),
        fc.infiniteStream(fc.nat()),
        async (count, maxConcurrency, choices) => {
          const transport = new HeldTransport();
          // Time stands still, so that no lane waits for a turn of the event loop.
          const client = new ServiceClient(transport, { clock: new ManualClock() });
          const batch = client.batchCalls(numbered(count), { maxConcurrency });
          const failed = new Set<number>();
          for (let settled = 0; settled < count; ) {
            await settle();
            const { held } = transport;
            assert.equal(held.length, Math.min(maxConcurrency, count - settled));
            const choice = choices.next().value as number;
            const [done] = held.splice(choice % held.length, 1);
            if (done === undefined) continue;
            settled++;
            if (choice % 3 === 0) {
              failed.add(done.params);
              done.deferred.reject(new ToolrigError('ERR_FORBIDDEN', String(done.params)));
            } else done.deferred.resolve(done.params);
          }
          const outcomes = await batch;
          assert.deepEqual(
            transport.sent,
            Array.from({ length: count }, (_, index) => index),
          );
          assert.equal(outcomes.length, count);
          for (const [index, outcome] of outcomes.entries()) {
            assert.equal(outcome.status, failed.has(index) ? 'rejected' : 'fulfilled');
            if (outcome.status === 'fulfilled') assert.equal(outcome.value, index);
            else assert.equal(outcome.error.message, String(index));
          }
          assert.ok(transport.mostInFlight <= maxConcurrency);
        },
      ),
    );
  });
});
