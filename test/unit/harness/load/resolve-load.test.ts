import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Load } from '../../../../src/harness/load/load.ts';
import { type ResolvedLoad, resolveLoad } from '../../../../src/harness/load/resolve-load.ts';

const FOREVER = Number.POSITIVE_INFINITY;
const STAGES = [{ durationMs: 1_000, fromPerSecond: 0, toPerSecond: 100 }];

function partsOf(own: Load, given: Load, ...keys: (keyof ResolvedLoad)[]): unknown[] {
  const load = resolveLoad(own, given);
  return keys.map((key) => load[key]);
}

function assertRefuses(own: Load, given: Load, message: RegExp): void {
  assert.throws(() => resolveLoad(own, given), { code: 'ERR_USAGE', message });
}

describe('resolveLoad', () => {
  test('compares costs in ten short rounds, and watches latency at a rate over one long one', () => {
    assert.deepEqual(partsOf({}, {}, 'rounds', 'durationMs', 'open'), [10, 1_500, undefined]);
    const { rounds, durationMs, open } = resolveLoad({}, { ratePerSecond: 50 });
    assert.deepEqual([rounds, durationMs], [1, 10_000]);
    assert.deepEqual(open, {
      process: 'constant',
      stages: [{ durationMs: 10_000, fromPerSecond: 50, toPerSecond: 50 }],
      callers: FOREVER,
      maxInFlight: 10_000,
      workers: 1,
    });
  });

  test('takes a count in the place of a time, and the reverse', () => {
    const counted = partsOf({ durationMs: 9 }, { calls: 4, concurrency: 1 }, 'durationMs', 'calls');
    assert.deepEqual(counted, [FOREVER, 4]);
    assert.deepEqual(partsOf({ calls: 4 }, { durationMs: 9 }, 'durationMs', 'calls'), [9, FOREVER]);
    assert.equal(
      resolveLoad({ ratePerSecond: 5 }, { calls: 4 }).open?.stages[0]?.durationMs,
      FOREVER,
    );
  });

  test('has as many in flight as it says: of few calls, fewer rounds or else fewer callers', () => {
    const shapeOf = (given: Load, own: Load = {}) =>
      partsOf(own, given, 'concurrency', 'batch', 'rounds');
    assert.deepEqual(shapeOf({ calls: 100, concurrency: 4 }), [4, 1, 10]);
    assert.deepEqual(shapeOf({ calls: 20, concurrency: 4 }), [4, 1, 5]);
    assert.deepEqual(shapeOf({ calls: 20, concurrency: 4 }, { rounds: 8 }), [4, 1, 5]);
    assert.deepEqual(shapeOf({ calls: 20, concurrency: 4, rounds: 10 }), [2, 1, 10]);
    assert.deepEqual(shapeOf({ calls: 3, concurrency: 64 }), [3, 1, 1]);
    assert.deepEqual(shapeOf({ calls: 3, concurrency: 1, rounds: 10 }), [1, 1, 3]);
    assert.deepEqual(shapeOf({ calls: 10, concurrency: 3, batch: 4 }), [2, 4, 1]);
    assert.deepEqual(shapeOf({ calls: 5, concurrency: 2, batch: 16 }), [1, 5, 1]);
    assert.deepEqual(shapeOf({ calls: 3, concurrency: 4, ratePerSecond: 9 }), [4, 1, 1]);
  });

  test('keeps of a closed loop, when a rate is given, what means the same at a rate', () => {
    const own = { concurrency: 512, durationMs: 77, rounds: 9, thinkMs: 5, batch: 4, warmupMs: 3 };
    const load = resolveLoad(own, { ratePerSecond: 100 });
    assert.deepEqual(
      [load.open?.callers, load.durationMs, load.rounds, load.think, load.batch, load.warmupMs],
      [FOREVER, 10_000, 1, undefined, 4, 3],
    );
    assert.equal(resolveLoad(own, { ratePerSecond: 100, concurrency: 8 }).open?.callers, 8);
  });

  test('keeps everything of an open loop that another rate is given for', () => {
    const own = { ratePerSecond: 5, durationMs: 300, concurrency: 7, maxInFlight: 50 };
    const { open } = resolveLoad(own, { ratePerSecond: 10 });
    assert.deepEqual([open?.callers, open?.maxInFlight], [7, 50]);
    assert.deepEqual(open?.stages, [{ durationMs: 300, fromPerSecond: 10, toPerSecond: 10 }]);
    assert.equal(resolveLoad(own, { stages: STAGES }).open?.stages, STAGES);
    assert.equal(
      resolveLoad({ stages: STAGES }, { ratePerSecond: 3 }).open?.stages[0]?.toPerSecond,
      3,
    );
  });

  test('splits the time of a rate over the rounds', () => {
    const { open } = resolveLoad({}, { ratePerSecond: 5, rounds: 4, durationMs: 1_000 });
    assert.equal(open?.stages[0]?.durationMs, 250);
  });

  test('refuses more workers than there are callers or places for arrivals', () => {
    const shared = { ratePerSecond: 5, workers: 4, concurrency: 4, maxInFlight: 11, batch: 2 };
    assert.equal(resolveLoad({}, shared).open?.workers, 4);
    assertRefuses(
      {},
      { ...shared, concurrency: 3 },
      /4 workers need a caller each, .* for 3: raise/,
    );
    assertRefuses({}, { ...shared, maxInFlight: 7 }, /for 3: raise --max-in-flight, or lower --wo/);
  });

  test('refuses a schedule without an arrival, of which nothing could be measured', () => {
    const slow: Load = { ratePerSecond: 0.9, durationMs: 500 };
    assertRefuses({}, slow, /has 0\.45 calls, and so no arrival: raise --rate or --duration/);
    assert.equal(resolveLoad({}, { ...slow, durationMs: 600 }).rounds, 1);
    assertRefuses({}, { ...slow, durationMs: 600, rounds: 2 }, /has 0\.27 calls/);
    const batches = { ratePerSecond: 10, durationMs: 1_000, batch: 20 };
    assertRefuses({}, batches, /has 10 calls, and so no arrival of 20 calls/);
    assert.equal(resolveLoad({}, { ratePerSecond: 0.01, calls: 1 }).calls, 1);
  });

  test('refuses what makes no sense together, by the names of the flags', () => {
    assertRefuses(
      {},
      { ratePerSecond: 1, stages: STAGES },
      /--rate and --stages exclude each other/,
    );
    assertRefuses({}, { stages: STAGES, durationMs: 1 }, /--stages and --duration exclude/);
    assertRefuses({ stages: STAGES }, { calls: 1 }, /--stages and --calls exclude/);
    assertRefuses({ ratePerSecond: 1 }, { thinkMs: 1 }, /--think and --rate exclude/);
    assertRefuses(
      {},
      { arrivals: 'poisson' },
      /--arrivals is for calls .*: give --rate or --stages/,
    );
    assertRefuses({}, { maxInFlight: 1 }, /--max-in-flight is for calls/);
    assertRefuses({}, { ratePerSecond: 1, batch: 20, maxInFlight: 10 }, /raise --max-in-flight/);
    assertRefuses({}, { workers: 2 }, /--workers is for calls .*: give --rate or --stages/);
    assertRefuses({}, { concurrency: 2_000, batch: 1_000 }, /at most 1000000 calls in flight/);
  });
});
