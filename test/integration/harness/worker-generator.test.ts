/** Real threads that share the calls of a block, to servers in memory that count them. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OpenRunOrder } from '../../../src/harness/load/load-generator.ts';
import { OpenRecorder } from '../../../src/harness/load/open-recorder.ts';
import { BlockRecorder } from '../../../src/harness/load/recorder.ts';
import { NO_USAGE } from '../../../src/harness/load/target.ts';
import { WorkerGenerator } from '../../../src/harness/load/workers/worker-generator.ts';
import { blockOrder } from '../../helpers/fake-target.ts';
import { type CountedEcho, countedEcho } from '../../helpers/workers/counted-echo.ts';
import { PLAN_LENGTH } from '../../helpers/workers/numbered.scenario.ts';

const SCENARIO = new URL('../../helpers/workers/numbered.scenario.js', import.meta.url).href;

interface Setting {
  readonly generator: WorkerGenerator;
  readonly sent: Int32Array;
}

async function withWorkers(
  workers: number,
  use: (setting: Setting) => Promise<void>,
  fate?: CountedEcho['fate'],
): Promise<void> {
  const { sent, shared } = countedEcho(PLAN_LENGTH, fate);
  const generator = await WorkerGenerator.start({
    workers,
    variant: 'echo',
    plan: { module: SCENARIO, caseName: 'right', seed: 1 },
    servers: shared,
    usage: async () => NO_USAGE,
  });
  try {
    sent.fill(0); // but for the first call of each worker
    await use({ generator, sent });
  } finally {
    await generator.close();
    await generator.close(); // and nothing happens
  }
}

function order(calls: number, overrides: Partial<OpenRunOrder> = {}): OpenRunOrder {
  const ratePerSecond = calls * 5;
  const durationMs = Number.POSITIVE_INFINITY;
  return {
    load: {
      process: 'poisson',
      stages: [{ durationMs, fromPerSecond: ratePerSecond, toPerSecond: ratePerSecond }],
      callers: Number.POSITIVE_INFINITY,
      maxInFlight: 10_000,
    },
    batch: 2,
    calls,
    firstCall: 0,
    seed: 3,
    signal: new AbortController().signal,
    ...overrides,
  };
}

describe('WorkerGenerator', () => {
  test('sends each call of the plan as often as one thread would, and counts every one', async () => {
    await withWorkers(3, async ({ generator, sent }) => {
      const recorder = new OpenRecorder();
      const calls = 5 * PLAN_LENGTH;
      const { pace, use } = await generator.runOpen(order(calls, { firstCall: 7 }), recorder);
      assert.deepEqual(
        Array.from(sent.subarray(0, PLAN_LENGTH)),
        Array.from({ length: PLAN_LENGTH }, () => 5),
      );
      const { succeeded, failed, batchLatency } = recorder.calls;
      assert.deepEqual([recorder.scheduled, succeeded, failed], [calls, calls, 0]);
      assert.equal(batchLatency.take().toHistogram().count, calls / 2);
      for (const tally of [recorder.service, recorder.lag]) {
        assert.equal(tally.take().toHistogram().count, calls);
      }
      assert.equal(recorder.pacing.take().toHistogram().count, calls / 2);
      const inSlices = recorder.slices.inOrder().reduce((sum, slice) => sum + slice.calls, 0);
      assert.equal(inSlices, calls);
      assert.ok(use.allocatedBytes > 0 && pace.lastArrivalMs > 0);
    });
  });

  test('shares the callers of a closed loop', async () => {
    await withWorkers(2, async ({ generator, sent }) => {
      const recorder = new BlockRecorder();
      await generator.runClosed(blockOrder({ concurrency: 3, durationMs: 30 }), recorder);
      assert.ok(recorder.succeeded > 0);
      assert.equal(recorder.succeeded, sent[PLAN_LENGTH]);
    });
  });

  test('ends early with what was sent when it is told to', async () => {
    await withWorkers(2, async ({ generator, sent }) => {
      const recorder = new OpenRecorder();
      const stopping = new AbortController();
      const told: number[] = [];
      const { pace } = await generator.runOpen(
        order(1e9, {
          load: { ...order(100).load },
          signal: stopping.signal,
          onProgress: ({ succeeded }) => {
            told.push(succeeded);
            if (succeeded > 20) stopping.abort();
          },
        }),
        recorder,
      );
      assert.equal(pace.isCutShort, true);
      assert.equal(recorder.calls.succeeded, sent[PLAN_LENGTH]);
      assert.ok(recorder.calls.succeeded >= (told.at(-1) ?? Number.POSITIVE_INFINITY));
    });
  });

  for (const [kind, reason] of [
    ['exits', /^worker [12] of 2, which generates calls, failed: it ended with exit code 7$/],
    ['throws', /^worker [12] of 2, which generates calls, failed: it was struck$/],
  ] as const) {
    test(`fails the block when a worker ${kind}, instead of counting fewer calls`, async () => {
      const struck = { call: 40, kind };
      await withWorkers(
        2,
        async ({ generator }) => {
          const failing = generator.runOpen(order(400), new OpenRecorder());
          await assert.rejects(failing, { code: 'ERR_INVALID_MEASUREMENT', message: reason });
        },
        struck,
      );
    });
  }

  test('does not start with a worker whose first calls do not work', async () => {
    const { shared } = countedEcho(PLAN_LENGTH);
    const starting = WorkerGenerator.start({
      workers: 2,
      variant: 'echo',
      plan: { module: SCENARIO, caseName: 'wrong', seed: 1 },
      servers: shared,
      usage: async () => NO_USAGE,
    });
    const message = /^worker [12] of 2, .*variant 'echo' gave a wrong reply .*: never right$/;
    await assert.rejects(starting, { code: 'ERR_INVALID_MEASUREMENT', message });
  });
});
