import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BlockMeasurement } from '../../../../src/harness/load/measurement.ts';
import { destroyBlock } from '../../../../src/harness/load/rate-prober.ts';
import { GENERATOR_LIMITED, parseSlo, sloFailureOf } from '../../../../src/harness/load/slo.ts';
import { LatencyHistogram } from '../../../../src/harness/stats/latency-histogram.ts';

function histogramOf(latencyMs: number): LatencyHistogram {
  const histogram = new LatencyHistogram();
  histogram.record(latencyMs * 1e6, 100);
  return histogram;
}

interface Played {
  readonly responseMs?: number;
  readonly pacingMs?: number;
  readonly failed?: number;
  readonly dropped?: number;
  readonly durationMs?: number;
  readonly pacedMs?: number;
}

/** What keeps a block of 100 calls in 1 s, with these faults, from holding an objective. */
function failureOf(played: Played, objective = 'p99<50ms, errors<2%'): string | null {
  const { responseMs = 5, pacingMs = 0.1, failed = 0, dropped = 0 } = played;
  const block: BlockMeasurement = {
    round: 0,
    startedAtMs: 0,
    durationMs: played.durationMs ?? 1_000,
    calls: 100,
    succeeded: 100 - failed,
    failed,
    checksFailed: failed,
    errors: new Map(),
    firstFailure: undefined,
    cpuNs: 0,
    allocatedBytes: 0,
    eventLoopUtilization: 0,
    gcPauseNs: { count: 0, total: 0, max: 0 },
    rssBytes: 0,
    latency: histogramOf(responseMs),
    batchLatency: histogramOf(responseMs),
    open: {
      scheduled: 100 + dropped,
      dropped,
      sentLate: 0,
      scheduleMs: 1_000,
      pacedMs: played.pacedMs ?? 1_000,
      service: histogramOf(responseMs),
      lag: histogramOf(pacingMs),
      held: histogramOf(pacingMs),
      pacing: histogramOf(pacingMs),
      slices: [],
    },
  };
  try {
    return sloFailureOf(parseSlo(objective), block);
  } finally {
    destroyBlock(block);
  }
}

describe('an SLO', () => {
  test('holds when all of it does, with a generator that was late for nothing', () => {
    assert.equal(failureOf({}), null);
    assert.equal(failureOf({ pacingMs: 40, responseMs: 45 }), null);
    assert.equal(failureOf({ failed: 1 }), null);
    assert.equal(failureOf({ durationMs: 1_049 }), null); // the last answer within its 50 ms
  });

  test('says which part is broken', () => {
    assert.equal(failureOf({ responseMs: 51 }), 'p99<50ms');
    assert.equal(failureOf({ failed: 2 }), 'errors<2%');
  });

  test('tells what the generator broke from what the target did', () => {
    assert.equal(failureOf({ responseMs: 60, pacingMs: 26 }), GENERATOR_LIMITED);
    assert.equal(failureOf({ responseMs: 60, pacingMs: 24 }), 'p99<50ms');
    assert.equal(failureOf({ pacedMs: 1_020 }), GENERATOR_LIMITED);
  });

  test('does not hold at another rate than was asked for', () => {
    assert.equal(failureOf({ dropped: 1 }), 'arrivals were dropped');
    assert.equal(failureOf({ durationMs: 1_060 }), 'answers fell behind');
    assert.equal(sloFailureOf(parseSlo('p99<50ms'), undefined), 'no call was answered');
    assert.equal(failureOf({ failed: 99 }, 'p99<50ms, errors<=100%'), null);
    assert.equal(failureOf({ failed: 100 }, 'p99<50ms, errors<=100%'), 'no call succeeded');
  });

  test('bounds latencies and errors of every variant, and nothing else', () => {
    assert.equal(parseSlo(' p99<5ms , errors<0.1%').thresholds.length, 2);
    for (const wrong of ['throughput>5', 'native.p99<5ms', 'lost<=0', 'p99', '']) {
      assert.throws(() => parseSlo(wrong), { code: 'ERR_USAGE' }, wrong);
    }
  });

  test('is an upper bound: a slow server would keep a lower one at any rate', () => {
    assert.throws(() => parseSlo('p99>1ms'), { code: 'ERR_USAGE', message: /with < or <=/ });
  });

  test('lets no call fail that says nothing of errors', () => {
    assert.equal(failureOf({ failed: 1 }, 'p99<50ms'), 'errors <= 0%');
    assert.equal(failureOf({}, 'p99<50ms'), null);
  });
});
