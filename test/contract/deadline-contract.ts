/**
 * Contract, part 2: deadlines and cancellation. Nothing here waits for a time to pass but the
 * deadlines themselves: `serial` handles one request at a time, so its answer to `counts` comes
 * after everything before it has ended.
 */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ContractBench, SHORT_MS, toolParams } from './contract-bench.ts';

/** Timers count whole milliseconds of their own clock. */
const TIMER_GRAIN_MS = 1;

export function testDeadlines(bench: ContractBench): void {
  describe('a deadline that passes', () => {
    test('rejects the call, not before its time, as worth another try', async () => {
      const startedAtMs = performance.now();
      await assert.rejects(bench.tool('serial', 'slow', { ms: 60_000 }, { timeoutMs: SHORT_MS }), {
        code: 'ERR_TIMEOUT',
        retryable: true,
        message: /'serial' did not answer within 60 ms/,
      });
      const elapsedMs = performance.now() - startedAtMs;
      assert.ok(elapsedMs >= SHORT_MS - TIMER_GRAIN_MS, `after ${elapsedMs} ms`);
    });

    test("aborts the handler's signal", async () => {
      const { aborted } = await bench.counts('serial');
      const count = await bench.outlast('slow', { ms: 60_000 });
      const more = (await bench.counts('serial')).aborted - aborted;
      assert.ok(more >= 1 && more <= count, `${more} aborted, of ${count}`);
    });

    test('while the request waits keeps it from ever running', async () => {
      const { counter } = await bench.counts('serial');
      const running = await bench.occupy('serial');
      const waiting = bench.tool('serial', 'counter', {}, { timeoutMs: SHORT_MS });
      await assert.rejects(waiting, { code: 'ERR_TIMEOUT' });
      await bench.release(running);
      assert.equal((await bench.counts('serial')).counter, counter);
    });

    test('drops the late reply: later calls get their own', async () => {
      await bench.outlast('stubborn');
      for (const text of ['first', 'second']) {
        assert.deepEqual(await bench.structure('serial', 'echo', { text }), { text });
      }
    });

    test('is counted by the service, with the late reply', async () => {
      const before = await statsOf(bench);
      const count = await bench.outlast('stubborn');
      const after = await statsOf(bench);
      const more = (after['lateReplyCount'] ?? 0) - (before['lateReplyCount'] ?? 0);
      assert.ok(more >= 1 && more <= count, `${more} late, of ${count}`);
    });

    test('is none when timeoutMs is Infinity', async () => {
      const options = { timeoutMs: Number.POSITIVE_INFINITY };
      const reply = bench.target.call('many', 'tools/call', toolParams('slow', { ms: 5 }), options);
      await assert.doesNotReject(reply);
    });
  });

  describe('a caller that gives up', () => {
    const reason = new Error('changed my mind');
    const expected = { code: 'ERR_CANCELLED', cause: reason, retryable: false };

    test('before it calls sends nothing', async () => {
      const { counter } = await bench.counts('serial');
      const signal = AbortSignal.abort(reason);
      await assert.rejects(bench.tool('serial', 'counter', {}, { signal }), expected);
      assert.equal((await bench.counts('serial')).counter, counter);
    });

    test('while the request waits keeps it from ever running', async () => {
      const { counter } = await bench.counts('serial');
      const running = await bench.occupy('serial');
      const controller = new AbortController();
      const waiting = bench.tool('serial', 'counter', {}, { signal: controller.signal });
      await bench.letArrive();
      controller.abort(reason);
      await assert.rejects(waiting, expected);
      await bench.release(running);
      assert.equal((await bench.counts('serial')).counter, counter);
    });

    test("while the handler runs aborts the handler's signal", async () => {
      const { aborted } = await bench.counts('serial');
      const running = await bench.occupy('serial');
      running.cancel(reason);
      await assert.rejects(running.reply, expected);
      assert.equal((await bench.counts('serial')).aborted, aborted + 1);
    });

    test('after the reply changes nothing', async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const reply = await bench.tool('serial', 'echo', { a: 1 }, { signal });
      controller.abort(reason);
      assert.deepEqual(await bench.tool('serial', 'echo', { a: 1 }), reply);
    });
  });
}

async function statsOf(bench: ContractBench): Promise<Record<string, number | undefined>> {
  return (await bench.target.call('serial', 'get_stats')) as Record<string, number | undefined>;
}
