import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ToolrigError } from '../../../../src/core/errors.ts';
import { ArrivalSchedule } from '../../../../src/harness/load/arrival-schedule.ts';
import type { ReadyCall } from '../../../../src/harness/load/closed-executor.ts';
import { type OpenOrder, runOpenBlock } from '../../../../src/harness/load/open-executor.ts';
import {
  lengthOf,
  type OpenLength,
  type OpenPace,
} from '../../../../src/harness/load/open-pace.ts';
import { OpenRecorder } from '../../../../src/harness/load/open-recorder.ts';
import type { Operation } from '../../../../src/harness/load/scenario.ts';
import type { Invoker } from '../../../../src/harness/load/target.ts';
import { LatencyHistogram } from '../../../../src/harness/stats/latency-histogram.ts';
import type { LatencyTally } from '../../../../src/harness/stats/latency-tally.ts';
import { echoOperation, readyCall } from '../../../helpers/fake-target.ts';
import { TURN_MS, VirtualLoop } from '../../../helpers/virtual-loop.ts';

interface Run {
  readonly recorder: OpenRecorder;
  readonly outcome: OpenPace & OpenLength;
}

/** A rate for a time, by as many callers as there are arrivals, unless told otherwise. */
async function run(
  loop: VirtualLoop,
  invoke: Invoker,
  ratePerSecond: number,
  scheduleMs: number,
  overrides: Partial<OpenOrder> = {},
  operation: Partial<Operation> = {},
): Promise<Run> {
  const recorder = new OpenRecorder();
  const { batch = 1 } = overrides;
  const stage = {
    durationMs: scheduleMs,
    fromPerSecond: ratePerSecond,
    toPerSecond: ratePerSecond,
  };
  const order: OpenOrder = {
    schedule: new ArrivalSchedule([stage], { batch }),
    scheduleMs,
    batch,
    callers: Number.POSITIVE_INFINITY,
    maxInFlight: 10_000,
    firstCall: 0,
    signal: new AbortController().signal,
    ...overrides,
  };
  const pace = await loop.until(runOpenBlock([callOf(invoke, operation)], order, recorder));
  return { recorder, outcome: { ...pace, ...lengthOf(pace, scheduleMs) } };
}

function callOf(invoke: Invoker, operation: Partial<Operation>): ReadyCall {
  return readyCall(invoke, { operation: echoOperation(operation) });
}

/** Answers rightly after so many ms. */
function answerAfter(msOf: () => number): Invoker {
  return () =>
    new Promise((resolve) => {
      setTimeout(() => resolve(1), msOf());
    });
}

function percentilesMs(tally: LatencyTally, ...percentiles: number[]): number[] {
  const histogram = new LatencyHistogram();
  tally.drainInto(histogram);
  const values = percentiles.map((each) => histogram.valueAtPercentile(each) / 1e6);
  histogram.destroy();
  return values;
}

function assertNear(actual: number | undefined, expected: number, tolerance: number): void {
  assert.ok(
    Math.abs((actual ?? Number.NaN) - expected) <= tolerance,
    `${actual} is not ${expected} ± ${tolerance}`,
  );
}

describe('runOpenBlock', () => {
  test('keeps what the service says of its own time beside what callers saw', async (t) => {
    const loop = new VirtualLoop(t);
    const replies = { heldMs: () => 30 };
    const { recorder } = await run(
      loop,
      answerAfter(() => 50),
      100,
      1_000,
      {},
      replies,
    );
    assertNear(percentilesMs(recorder.service, 50)[0], 50, 0.5);
    assertNear(percentilesMs(recorder.held, 50)[0], 30, 0.1);
  });

  test('leaves out what a reply says of it that is not right', async (t) => {
    const replies = { heldMs: () => 30, check: () => 'no' };
    const answer = answerAfter(() => 50);
    const { recorder } = await run(new VirtualLoop(t), answer, 100, 1_000, {}, replies);
    assert.deepEqual([recorder.calls.checksFailed, recorder.held.isEmpty], [100, true]);
  });

  test('knows nothing of it where replies do not tell', async (t) => {
    const loop = new VirtualLoop(t);
    const { recorder } = await run(
      loop,
      answerAfter(() => 50),
      100,
      1_000,
    );
    assert.ok(recorder.held.isEmpty);
  });

  test('starts every call when the schedule says so, whatever becomes of those before', async (t) => {
    const loop = new VirtualLoop(t);
    const sentAtMs: number[] = [];
    const startedAtMs = loop.nowMs;
    const invoke: Invoker = () => {
      sentAtMs.push(loop.nowMs - startedAtMs);
      return answerAfter(() => 300)({});
    };
    const { recorder, outcome } = await run(loop, invoke, 100, 1_000);
    assert.equal(sentAtMs.length, 100);
    for (const [index, atMs] of sentAtMs.entries())
      assertNear(atMs, 5 + 10 * index, 1.01 * TURN_MS);
    assert.deepEqual(
      [recorder.scheduled, recorder.dropped, recorder.calls.succeeded],
      [100, 0, 100],
    );
    assert.equal(outcome.durationMs, 1_000);
    assertNear(percentilesMs(recorder.lag, 99)[0], 0, 1.01 * TURN_MS);
    assertNear(percentilesMs(recorder.calls.latency, 50)[0], 300, 0.5);
  });

  for (const [ratePerSecond, answerMs, reportMs] of [
    [100, 50, 3], // an answer is due when an arrival is
    [1_000, 0, 0.4],
  ] as const) {
    test(`tells how it goes in a gap, behind the answers, at ${ratePerSecond} a second`, async (t) => {
      const loop = new VirtualLoop(t);
      let reports = 0;
      const onProgress = () => {
        reports++;
        loop.block(reportMs);
      };
      const invoke = answerMs === 0 ? () => Promise.resolve(1) : answerAfter(() => answerMs);
      const { recorder } = await run(loop, invoke, ratePerSecond, 1_000, { onProgress });
      assert.ok(reports >= 8, `told ${reports} times`);
      assertNear(percentilesMs(recorder.calls.latency, 100)[0], answerMs, 1.5 * TURN_MS);
    });
  }

  for (const callers of [4, Number.POSITIVE_INFINITY]) {
    for (const phaseMs of [0, 4_321]) {
      test(`finds that a server stood still, with ${callers} callers and the freeze ${phaseMs} ms on`, async (t) => {
        const loop = new VirtualLoop(t);
        const intoPeriod = () => (loop.nowMs + phaseMs) % 5_000;
        const invoke = answerAfter(() => (intoPeriod() < 4_000 ? 0.2 : 5_000 - intoPeriod()));
        const { recorder } = await run(loop, invoke, 100, 10_000, { callers });
        // One second in every five: the worst 1 % of all are the worst 5 % of those that met it.
        assertNear(percentilesMs(recorder.calls.latency, 99)[0], 950, 0.011 * 950);
        const [service, lag] = [recorder.service, recorder.lag].map(
          (tally) => percentilesMs(tally, 99)[0],
        );
        if (callers === 4) {
          assertNear(service, 0.2, 2 * TURN_MS); // four of a hundred found out
          assertNear(lag, 910, 12); // and those after them waited
        } else {
          assertNear(service, 950, 12);
          assertNear(lag, 0, 1.01 * TURN_MS);
        }
      });
    }
  }

  test('agrees with a queue of so many servers, first come, first served', async (t) => {
    const loop = new VirtualLoop(t);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 20, maxLength: 20 }),
        async (callers, serviceMs) => {
          let next = 0;
          const invoke = answerAfter(() => serviceMs[next++] as number);
          const { recorder } = await run(loop, invoke, 100, 200, { callers });
          const freeAtMs: number[] = Array.from({ length: callers }, () => 0);
          const responses = serviceMs.map((ms, index) => {
            const arrivedMs = 5 + index * 10;
            freeAtMs.sort((a, b) => a - b);
            const sentMs = Math.max(arrivedMs, freeAtMs[0] as number);
            freeAtMs[0] = sentMs + ms;
            return sentMs + ms - arrivedMs;
          });
          const [p50, max] = percentilesMs(recorder.calls.latency, 50, 100);
          responses.sort((a, b) => a - b);
          // Each answer is noticed up to two turns late, and so the next in line is sent late.
          assertNear(p50, responses[9] as number, 41 * TURN_MS);
          assertNear(max, responses[19] as number, 41 * TURN_MS);
        },
      ),
      { numRuns: 15 },
    );
  });

  test('keeps to a start that is yet to come', async (t) => {
    const loop = new VirtualLoop(t);
    const startAtMs = loop.nowMs + 70;
    const sentAtMs: number[] = [];
    const invoke: Invoker = async () => void sentAtMs.push(loop.nowMs - startAtMs);
    const { outcome } = await run(loop, invoke, 100, 50, { startAtMs });
    assert.equal(sentAtMs.length, 5);
    for (const [index, atMs] of sentAtMs.entries())
      assertNear(atMs, 5 + 10 * index, 1.01 * TURN_MS);
    assertNear(outcome.lastArrivalMs, 45, 1.01 * TURN_MS);
  });

  test('leaves out the calls of the plan that are for others', async (t) => {
    const loop = new VirtualLoop(t);
    const sent: unknown[] = [];
    const invoke: Invoker = async (params) => void sent.push(params);
    const plan = [0, 1, 2, 3, 4, 5, 6].map((params) => readyCall(invoke, { params }));
    const stage = { durationMs: 50, fromPerSecond: 200, toPerSecond: 200 };
    const block = runOpenBlock(
      plan,
      {
        schedule: new ArrivalSchedule([stage], { batch: 2 }),
        scheduleMs: 50,
        batch: 2,
        callers: 1,
        maxInFlight: 10,
        firstCall: 1,
        skippedCalls: 4,
        signal: new AbortController().signal,
      },
      new OpenRecorder(),
    );
    await loop.until(block);
    assert.deepEqual(sent, [1, 2, 0, 1, 6, 0, 5, 6, 4, 5]);
  });

  test('tells calls that waited in line until the schedule was over', async (t) => {
    const loop = new VirtualLoop(t);
    // 20 calls in 200 ms, and one caller who takes 30 ms for each.
    const { recorder, outcome } = await run(
      loop,
      answerAfter(() => 30),
      100,
      200,
      { callers: 1 },
    );
    assert.deepEqual([recorder.calls.calls, outcome.pacedMs], [20, 200]);
    // The first is sent at 5 ms, the seventh at 185 ms.
    assert.equal(recorder.sentLate, 13);
    const idle = await run(
      loop,
      answerAfter(() => 3),
      100,
      200,
      { callers: 1 },
    );
    assert.equal(idle.recorder.sentLate, 0);
  });

  test('drops what finds no place, and accounts for every call', async (t) => {
    const loop = new VirtualLoop(t);
    let count = 0;
    const invoke: Invoker = (params) => {
      count++;
      if (count % 7 === 0) return Promise.reject(new ToolrigError('ERR_OVERLOADED', 'full'));
      if (count % 11 === 0) return Promise.resolve('something else');
      if (count % 13 === 0) throw new Error('at once');
      return answerAfter(() => 100)(params);
    };
    const { recorder } = await run(loop, invoke, 1_000, 500, { callers: 5, maxInFlight: 20 });
    const { calls, scheduled, dropped } = recorder;
    assert.equal(scheduled, 500);
    assert.ok(dropped > 300, `${dropped}`);
    assert.equal(calls.calls, scheduled - dropped);
    assert.equal(calls.calls, count);
    assert.equal(
      calls.failed,
      calls.checksFailed + [...calls.errors.values()].reduce((a, b) => a + b),
    );
    const slices = recorder.slices.inOrder();
    assert.deepEqual(
      [slices.length, slices[0]?.calls, slices[0]?.dropped, slices[0]?.failed],
      [1, calls.calls, dropped, calls.failed],
    );
  });

  test('says how late the generator came, apart from waiting for a caller', async (t) => {
    const loop = new VirtualLoop(t);
    let count = 0;
    const invoke: Invoker = () => {
      count++;
      if (count === 50) loop.block(400); // of this very loop: nothing else can happen
      return answerAfter(() => 1)({});
    };
    const { recorder } = await run(loop, invoke, 100, 1_000);
    const [late, most] = percentilesMs(recorder.pacing, 90, 100);
    assert.equal(recorder.calls.succeeded, 100);
    assertNear(most, 390, 5); // the first arrival that it missed
    assert.ok((late as number) > 250, `${late}`);
    assertNear(percentilesMs(recorder.calls.latency, 100)[0], 401, 10);
  });

  test('lets batches arrive together, and times them from when they were to start', async (t) => {
    const loop = new VirtualLoop(t);
    const { recorder } = await run(
      loop,
      answerAfter(() => 20),
      1_000,
      100,
      { batch: 10, callers: 1 },
    );
    assert.deepEqual([recorder.scheduled, recorder.calls.succeeded], [100, 100]);
    assert.equal(recorder.lag.rejectedCount, 0);
    // One caller, 20 ms a batch and 10 ms between them: the tenth waits for 90 ms.
    assertNear(percentilesMs(recorder.calls.batchLatency, 100)[0], 110, 2);
  });

  test('gives up on a target that keeps no deadline, and hears nothing of it later', async (t) => {
    const loop = new VirtualLoop(t);
    const late: ((reply: unknown) => void)[] = [];
    const invoke: Invoker = () => new Promise((resolve) => void late.push(resolve));
    const { recorder, outcome } = await run(loop, invoke, 100, 100, { callers: 3, giveUpMs: 500 });
    const { calls, dropped } = recorder;
    assert.deepEqual([...calls.errors], [['ERR_TIMEOUT', 3]]);
    assert.deepEqual([recorder.scheduled, calls.calls, dropped], [10, 3, 7]);
    assertNear(outcome.wallMs, 1_100, 10);
    for (const resolve of late) resolve(1);
    await loop.until(Promise.resolve());
    assert.equal(calls.calls, 3);
  });

  test('ends early when it is told to, with what is under way', async (t) => {
    const loop = new VirtualLoop(t);
    const controller = new AbortController();
    let count = 0;
    const invoke: Invoker = (params) => {
      if (++count === 30) controller.abort();
      return answerAfter(() => 50)(params);
    };
    const { recorder, outcome } = await run(loop, invoke, 100, 10_000, {
      signal: controller.signal,
    });
    assert.deepEqual([recorder.scheduled, recorder.calls.succeeded], [30, 30]);
    assert.ok(outcome.durationMs < 400, `${outcome.durationMs}`);
  });

  test('goes through a long line without keeping the loop from its next arrivals', async (t) => {
    const loop = new VirtualLoop(t);
    const invoke: Invoker = () => {
      loop.block(0.1); // work on this loop, answered without a turn
      return Promise.resolve(1);
    };
    // 20 times as many as it can take: the line grows to its limit, and arrivals keep coming.
    const { recorder } = await run(loop, invoke, 200_000, 50, { callers: 1, maxInFlight: 1_000 });
    assert.equal(recorder.scheduled, 10_000);
    assert.equal(recorder.calls.calls + recorder.dropped, 10_000);
    assert.ok(recorder.dropped > 5_000, `${recorder.dropped}`);
  });
});
