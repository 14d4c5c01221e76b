import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LoadGenerator } from '../../../../src/harness/load/load-generator.ts';
import { measureOpenBlock } from '../../../../src/harness/load/open-block.ts';
import { OpenRecorder } from '../../../../src/harness/load/open-recorder.ts';
import { destroyBlock } from '../../../../src/harness/load/rate-prober.ts';

const STAGE = { durationMs: 1_000, fromPerSecond: 1, toPerSecond: 1 };
const ORDER = {
  load: { process: 'constant', stages: [STAGE], callers: 1, maxInFlight: 1 },
  batch: 1,
  calls: Number.POSITIVE_INFINITY,
  firstCall: 0,
  seed: 1,
  round: 3,
  signal: new AbortController().signal,
} as const;

/** Sends nothing: it says what `count` says, and looked at the clock for 100 of its 1,000 ms. */
function generatorOf(count: (recorder: OpenRecorder) => void): LoadGenerator {
  return {
    workers: 1,
    runClosed: () => assert.fail('a block of the open loop'),
    async runOpen(_order, recorder) {
      count(recorder);
      recorder.finish();
      return {
        startedAtMs: 5,
        pace: {
          lastArrivalMs: 500,
          firstAnswerMs: 550,
          lastAnswerMs: 550,
          isCutShort: false,
          wallMs: 1_000,
          pollingMs: 100,
        },
        use: {
          cpuNs: 300e6,
          allocatedBytes: 64,
          eventLoopUtilization: 0.4,
          gcPauseNs: { count: 0, total: 0, max: 0 },
          rssBytes: 1,
        },
        holdUps: { gcPauseMaxNs: [7], eventLoopDelayMaxNs: [9] },
      };
    },
    async close() {},
  };
}

describe('measureOpenBlock', () => {
  test('keeps the times of a call apart, and takes off what looking at the clock took', async () => {
    const generator = generatorOf((recorder) => {
      const slice = recorder.arrived(500, 1, 1);
      recorder.sent(slice, 2);
      recorder.calls.success(52e6);
      recorder.timed(slice, 52, 50);
      recorder.heldFor(30);
      recorder.answered(slice, false);
      recorder.settled(slice);
    });
    const block = await measureOpenBlock(generator, new OpenRecorder(), ORDER);
    assert.ok(block?.open !== undefined);
    const { open, latency, round, cpuNs, eventLoopUtilization } = block;
    const { service, lag, held, pacing, slices } = open;
    assert.deepEqual(
      [latency, service, lag, held, pacing].map((each) => Math.round(each.summary().p50 / 1e6)),
      [52, 50, 2, 30, 1],
    );
    assert.deepEqual([round, cpuNs, Math.round(eventLoopUtilization * 1e3)], [3, 200e6, 300]);
    const [slice] = slices;
    assert.deepEqual([slice?.gcPauseMaxNs, slice?.eventLoopDelayMaxNs], [7, 9]);
    destroyBlock(block);
  });

  test('is none when not one call was sent', async () => {
    const recorder = new OpenRecorder();
    recorder.calls.success(1);
    const generator = generatorOf(() => {});
    assert.equal(await measureOpenBlock(generator, recorder, ORDER), undefined, 'emptied first');
  });
});
