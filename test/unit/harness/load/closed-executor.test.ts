import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import fc from 'fast-check';
import { ToolrigError } from '../../../../src/core/errors.ts';
import { readyCalls, runClosedBlock } from '../../../../src/harness/load/closed-executor.ts';
import { BlockRecorder } from '../../../../src/harness/load/recorder.ts';
import { LatencyHistogram } from '../../../../src/harness/stats/latency-histogram.ts';
import { defer } from '../../../helpers/event-loop.ts';
import { blockOrder, echoOperation, readyCall } from '../../../helpers/fake-target.ts';
import { VirtualLoop } from '../../../helpers/virtual-loop.ts';

const ok = readyCall(async () => 1);

/** Longest recorded latency, in ns. */
function longestNs(recorder: BlockRecorder, of: 'latency' | 'batchLatency'): number {
  const histogram = new LatencyHistogram();
  recorder[of].drainInto(histogram);
  const { max } = histogram.summary();
  histogram.destroy();
  return max;
}

describe('runClosedBlock', () => {
  test('lets each caller think between a reply and its next call', async (t) => {
    const loop = new VirtualLoop(t);
    const sentAtMs: number[] = [];
    const call = readyCall(async () => {
      sentAtMs.push(loop.nowMs);
      return 1;
    });
    const order = blockOrder({ concurrency: 2, durationMs: 100, thinkMs: () => 30 });
    const recorder = new BlockRecorder();
    const startedAtMs = loop.nowMs;
    const elapsedMs = await loop.until(runClosedBlock([call], order, recorder));
    assert.deepEqual(
      sentAtMs.map((atMs) => atMs - startedAtMs),
      [0, 0, 30, 30, 60, 60, 90, 90],
    );
    assert.equal(elapsedMs, 100); // nobody thinks beyond the end
    assert.equal(longestNs(recorder, 'latency'), 0); // nor is thinking part of a latency
  });

  test('makes exactly as many calls as ordered, never more at once than callers times batch', async () => {
    const small = fc.integer({ min: 1, max: 7 });
    await fc.assert(
      fc.asyncProperty(
        small,
        small,
        fc.integer({ min: 1, max: 60 }),
        async (concurrency, batch, calls) => {
          let inFlight = 0;
          let peak = 0;
          const call = readyCall(async () => {
            peak = Math.max(peak, ++inFlight);
            await Promise.resolve();
            inFlight--;
            return 1;
          });
          const recorder = new BlockRecorder();
          await runClosedBlock([call], blockOrder({ concurrency, batch, calls }), recorder);
          assert.equal(recorder.succeeded, calls);
          assert.equal(inFlight, 0);
          // All of them start together, so the limit is also reached.
          assert.equal(peak, Math.min(calls, concurrency * batch));
        },
      ),
      { numRuns: 60 },
    );
  });

  for (const batch of [1, 3]) {
    describe(`with a batch of ${batch}`, () => {
      test('walks the plan in order and starts over', async () => {
        const seen: unknown[] = [];
        const plan = ['a', 'b', 'c'].map((input) =>
          readyCall(async () => (seen.push(input), input), { input }),
        );
        const recorder = new BlockRecorder();
        await runClosedBlock(plan, blockOrder({ batch, calls: 8 }), recorder);
        assert.deepEqual(seen, ['a', 'b', 'c', 'a', 'b', 'c', 'a', 'b']);
        assert.equal(recorder.succeeded, 8);
      });

      test('checks every reply, with the input that it belongs to', async () => {
        // Every third reply is that of another call.
        const plan = [0, 1, 2].map((input) =>
          readyCall(async () => (input === 2 ? 'other' : input), { input }),
        );
        const recorder = new BlockRecorder();
        await runClosedBlock(plan, blockOrder({ batch, calls: 30, concurrency: 2 }), recorder);
        assert.deepEqual(
          [recorder.succeeded, recorder.checksFailed, recorder.failed],
          [20, 10, 10],
        );
        assert.equal(recorder.firstFailure, 'echo: wrong reply: expected 2, got other');
      });

      test('counts failures by their code', async () => {
        const failing = readyCall(() =>
          Promise.reject(new ToolrigError('ERR_TIMEOUT', 'too late')),
        );
        const odd = readyCall(() => Promise.reject(new Error('what?')));
        const recorder = new BlockRecorder();
        await runClosedBlock([ok, failing, odd], blockOrder({ batch, calls: 9 }), recorder);
        assert.equal(recorder.succeeded, 3);
        assert.deepEqual(Object.fromEntries(recorder.errors), { ERR_TIMEOUT: 3, ERR_UNKNOWN: 3 });
        assert.equal(recorder.firstFailure, 'echo: too late');
      });

      test('survives a call that throws at once and a check that throws', async () => {
        const throwing = readyCall(() => {
          throw new Error('not even a promise');
        });
        const strict = readyCall(async () => undefined, {
          operation: echoOperation({ check: (reply: { text: string }) => reply.text }),
        });
        const recorder = new BlockRecorder();
        await runClosedBlock([throwing, strict], blockOrder({ batch, calls: 6 }), recorder);
        assert.deepEqual(Object.fromEntries(recorder.errors), { ERR_UNKNOWN: 3 });
        assert.equal(recorder.checksFailed, 3);
      });

      test('makes no more calls once the signal has fired in a turn of the event loop', async () => {
        const controller = new AbortController();
        let calls = 0;
        let callsAtAbort = 0;
        const call = readyCall(async () => ++calls);
        setImmediate(() => {
          callsAtAbort = calls;
          controller.abort();
        });
        const recorder = new BlockRecorder();
        await runClosedBlock([call], blockOrder({ batch, signal: controller.signal }), recorder);
        assert.ok(callsAtAbort > 0);
        assert.deepEqual([calls, recorder.calls], [callsAtAbort, callsAtAbort]);
      });

      test('makes no call when the signal has aborted', async () => {
        const recorder = new BlockRecorder();
        await runClosedBlock([ok], blockOrder({ batch, signal: AbortSignal.abort() }), recorder);
        assert.equal(recorder.calls, 0);
      });

      test('lets the event loop turn while every call is answered on the spot', async () => {
        const controller = new AbortController();
        let immediates = 0;
        const count = () => {
          if (++immediates === 3) controller.abort();
          else setImmediate(count);
        };
        setImmediate(count);
        // Without turns nothing but this bound would end it.
        const order = blockOrder({ batch, concurrency: 2, calls: 50e6, signal: controller.signal });
        const recorder = new BlockRecorder();
        await runClosedBlock([ok], order, recorder);
        assert.equal(immediates, 3);
        assert.ok(recorder.calls < order.calls);
      });
    });
  }

  test('ends once its time is over', async (t) => {
    let nowMs = 0;
    t.mock.method(performance, 'now', () => nowMs);
    const call = readyCall(async () => {
      nowMs += 3;
      return 1;
    });
    const recorder = new BlockRecorder();
    const elapsedMs = await runClosedBlock([call], blockOrder({ durationMs: 100 }), recorder);
    assert.equal(recorder.succeeded, 34); // the last one starts at 99 ms
    assert.equal(elapsedMs, 102);
    assert.equal(longestNs(recorder, 'latency'), 3e6);
  });

  const GAVE_UP = { code: 'ERR_TIMEOUT', message: /^1 call was not answered within 6 s/ };
  for (const batch of [1, 3]) {
    test(`gives up when a call in batches of ${batch} is never answered, 6 s after all else is`, async (t) => {
      const loop = new VirtualLoop(t);
      let sent = 0;
      const call = readyCall(async () => {
        if (++sent === 5) return new Promise<never>(() => {});
        await new Promise((resolve) => setTimeout(resolve, 100));
        return 1;
      });
      const order = blockOrder({ concurrency: 2, batch, durationMs: 2_000 });
      const startedAtMs = loop.nowMs;
      const block = runClosedBlock([call], order, new BlockRecorder());
      await assert.rejects(loop.until(block), GAVE_UP);
      const waitedMs = loop.nowMs - startedAtMs - 2_000;
      assert.ok(waitedMs >= 6_000 && waitedMs <= 7_000, `${waitedMs} ms`);
    });
  }

  test('waits for whoever thinks or is slow', async (t) => {
    const loop = new VirtualLoop(t);
    const slow = readyCall(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5_500));
      return 1;
    });
    const order = blockOrder({ durationMs: 60_000, thinkMs: () => 9_000 });
    const recorder = new BlockRecorder();
    await loop.until(runClosedBlock([slow], order, recorder));
    assert.equal(recorder.succeeded, 5);
  });

  test('sends nothing more for a caller whose call is answered after it was given up', async (t) => {
    const loop = new VirtualLoop(t);
    const late = defer<number>();
    let sent = 0;
    const call = readyCall(() => (sent++ === 0 ? late.promise : new Promise(() => {})));
    await assert.rejects(
      loop.until(runClosedBlock([call], blockOrder(), new BlockRecorder())),
      GAVE_UP,
    );
    late.resolve(1);
    await loop.until(new Promise((resolve) => setTimeout(resolve, 100)));
    assert.equal(sent, 1);
  });

  test('takes the latency of a batch from its slowest call', async (t) => {
    let nowMs = 0;
    t.mock.method(performance, 'now', () => nowMs);
    const slow = defer<number>();
    const fast = defer<number>();
    const plan = [readyCall(() => fast.promise), readyCall(() => slow.promise)];
    const recorder = new BlockRecorder();
    const done = runClosedBlock(plan, blockOrder({ batch: 2, calls: 2 }), recorder);
    nowMs = 4;
    fast.resolve(1);
    await fast.promise;
    await Promise.resolve();
    assert.equal(recorder.succeeded, 1);
    nowMs = 7;
    slow.resolve(1);
    await done;
    assert.equal(longestNs(recorder, 'latency'), 7e6);
    assert.equal(longestNs(recorder, 'batchLatency'), 7e6);
    assert.equal(recorder.batchLatency.clampedCount, 0);
  });

  test('leaves the turn of the event loop out of every latency', async (t) => {
    let nowMs = 0;
    t.mock.method(performance, 'now', () => nowMs);
    const call = readyCall(async () => {
      nowMs += 5;
      setImmediate(() => {
        nowMs += 1_000; // somebody else's work, in the turn
      });
      return 1;
    });
    const recorder = new BlockRecorder();
    await runClosedBlock([call], blockOrder({ calls: 6 }), recorder);
    assert.equal(longestNs(recorder, 'latency'), 5e6);
  });
});

test('readyCalls prepares each operation once', () => {
  const [one, two] = [echoOperation({ name: 'one' }), echoOperation({ name: 'two' })];
  const plan = [one, two, one].map((operation) => ({ operation, input: 0, params: {} }));
  const prepare = mock.fn(() => async () => 1);
  const calls = readyCalls(plan, prepare);
  assert.equal(prepare.mock.callCount(), 2);
  assert.equal(calls[0]?.invoke, calls[2]?.invoke);
  assert.notEqual(calls[0]?.invoke, calls[1]?.invoke);
});
