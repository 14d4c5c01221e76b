import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ToolrigError } from '../../../../src/core/errors.ts';
import { OpenRecorder } from '../../../../src/harness/load/open-recorder.ts';
import { countsOf } from '../../../../src/harness/load/recorder.ts';
import type { LatencyTally } from '../../../../src/harness/stats/latency-tally.ts';

interface Event {
  readonly atMs: number;
  readonly fate: 'dropped' | 'right' | 'wrong' | 'failed';
  readonly lagMs: number;
  readonly serviceMs: number;
}

const events = fc.array(
  fc.record({
    atMs: fc.integer({ min: 0, max: 20_000 }),
    fate: fc.constantFrom('dropped', 'right', 'wrong', 'failed' as const),
    lagMs: fc.integer({ min: 0, max: 50 }),
    serviceMs: fc.integer({ min: 0, max: 500 }),
  }),
  { maxLength: 60 },
);

/** Everything that befell the arrivals, in the order of their times. */
function recorded(given: readonly Event[]): OpenRecorder {
  const recorder = new OpenRecorder();
  for (const { atMs, fate, lagMs, serviceMs } of given.toSorted((a, b) => a.atMs - b.atMs)) {
    const slice = recorder.arrived(atMs, lagMs / 2, 1);
    if (fate === 'dropped') {
      recorder.drop(slice, 1);
      continue;
    }
    recorder.sent(slice, lagMs);
    const responseMs = lagMs + serviceMs;
    const responseNs = responseMs * 1e6;
    if (fate === 'right') recorder.calls.success(responseNs);
    else if (fate === 'wrong') recorder.calls.wrongReply('op', 'no');
    else recorder.calls.failure(responseNs, 'op', new ToolrigError('ERR_TIMEOUT', 'late'));
    if (fate !== 'wrong') recorder.timed(slice, responseMs, serviceMs);
    if (fate === 'right') recorder.heldFor(serviceMs / 2);
    recorder.answered(slice, fate !== 'right');
    recorder.settled(slice);
  }
  recorder.finish();
  return recorder;
}

/** All that a recorder says, in values that can be compared; its tallies are emptied. */
function contentOf(recorder: OpenRecorder) {
  const summary = (tally: LatencyTally) => {
    const histogram = tally.toHistogram();
    const text = [histogram.count, histogram.summary()];
    histogram.destroy();
    return text;
  };
  const { latency, batchLatency, firstFailure, ...counts } = countsOf(recorder.calls);
  const calls = [latency.count, latency.summary(), batchLatency.count];
  latency.destroy();
  batchLatency.destroy();
  return {
    ...counts,
    hasFailure: firstFailure !== undefined,
    calls,
    times: [recorder.service, recorder.lag, recorder.held, recorder.pacing].map(summary),
    offered: [recorder.scheduled, recorder.dropped],
    slices: recorder.slices.inOrder().map(({ response, service, lag, ...slice }) => ({
      ...slice,
      latencies: [response, service, lag].map((each) => each.pack()),
    })),
  };
}

describe('OpenRecorder', () => {
  test('adds up what several have counted to what one would have', () => {
    const workers = fc.array(events, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(workers, (all) => {
        const together = new OpenRecorder();
        for (const each of all) together.add(structuredClone(recorded(each).take()));
        assert.deepEqual(contentOf(together), contentOf(recorded(all.flat())));
      }),
    );
  });

  test('has nothing of the block before once it was emptied', () => {
    const nothing = new OpenRecorder();
    nothing.finish();
    fc.assert(
      fc.property(events, (given) => {
        const recorder = recorded(given);
        recorder.reset();
        assert.deepEqual(contentOf(recorder), contentOf(nothing));
      }),
      { numRuns: 20 },
    );
  });

  test('adds slices that are longer than a second as what they are', () => {
    const everySecond = Array.from({ length: 400 }, (_, second) => second * 1_000);
    const right = everySecond.map(
      (atMs): Event => ({ atMs, fate: 'right', lagMs: 0, serviceMs: 1 }),
    );
    const together = new OpenRecorder();
    for (const each of [right, right]) together.add(recorded(each).take());
    assert.deepEqual(
      together.slices.inOrder().map(({ second, seconds, calls }) => [second, seconds, calls]),
      everySecond.filter((_, second) => second % 2 === 0).map((atMs) => [atMs / 1_000, 2, 4]),
    );
  });

  test('tells how a block goes, without latencies as long as there are none', () => {
    const recorder = new OpenRecorder();
    assert.deepEqual(recorder.progress(5), { elapsedMs: 5, succeeded: 0, failed: 0, dropped: 0 });
    recorder.calls.success(1_000);
    assert.deepEqual(recorder.progress(6).latencyNs, { p50: 1_000, p99: 1_000 });
  });
});
