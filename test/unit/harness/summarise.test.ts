import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { HistogramLogReader } from 'hdr-histogram-js';
import type {
  BlockMeasurement,
  VariantMeasurement,
} from '../../../src/harness/load/measurement.ts';
import { parseThreshold } from '../../../src/harness/load/threshold.ts';
import { LatencyHistogram } from '../../../src/harness/stats/latency-histogram.ts';
import { seededRandom } from '../../../src/harness/stats/random.ts';
import { type CaseContext, summariseCase } from '../../../src/harness/summarise.ts';

/** A block of `calls` calls of `latencyNs` each, one after the other. */
function block(
  round: number,
  overrides: Partial<BlockMeasurement> & { latencyNs?: number } = {},
): BlockMeasurement {
  const { latencyNs = 1_000, calls = 100, ...rest } = overrides;
  const latency = new LatencyHistogram();
  latency.record(latencyNs, calls);
  return {
    round,
    startedAtMs: Date.UTC(2026, 0, 1) + round * 1_000,
    durationMs: (calls * latencyNs) / 1e6,
    calls,
    succeeded: calls,
    failed: 0,
    checksFailed: 0,
    errors: new Map(),
    firstFailure: undefined,
    latency,
    batchLatency: new LatencyHistogram(),
    cpuNs: 2_000 * calls,
    allocatedBytes: 64 * calls,
    eventLoopUtilization: 0.5,
    gcPauseNs: { count: 1, total: 10, max: round },
    rssBytes: 1_000 + round,
    ...rest,
  };
}

function measured(variant: string, blocks: readonly BlockMeasurement[]): VariantMeasurement {
  return { variant, warmupMs: 12, isSteady: true, blocks };
}

/** A second at so many calls a second. */
function atRate(perSecond: number): CaseContext['load'] {
  const stages = [{ durationMs: 1_000, fromPerSecond: perSecond, toPerSecond: perSecond }];
  const open = { process: 'constant', stages, callers: 5, maxInFlight: 5, workers: 1 } as const;
  return { ...context().load, open };
}

function context(overrides: Partial<CaseContext> = {}): CaseContext {
  return {
    name: 'calc/small',
    payloadBytes: 64,
    load: { concurrency: 2, batch: 1, durationMs: 1, calls: 1, rounds: 3, warmupMs: 1 },
    cost: { clockReadNs: 10, harnessNsPerCall: 55 },
    thresholds: [],
    reference: 'native',
    baselines: ['json', 'native'],
    random: seededRandom(1),
    ...overrides,
  };
}

function summarise(variants: readonly VariantMeasurement[], overrides: Partial<CaseContext> = {}) {
  return summariseCase(
    { variants, twin: [block(0), block(1), block(2)], failure: undefined },
    context(overrides),
  );
}

describe('summariseCase', () => {
  test('adds up the blocks of a variant', () => {
    const blocks = [
      block(0, { calls: 100, latencyNs: 1_000 }),
      block(1, {
        calls: 300,
        latencyNs: 3_000,
        succeeded: 290,
        failed: 10,
        checksFailed: 4,
        errors: new Map([['ERR_TIMEOUT', 6]]),
        firstFailure: 'add: too late',
        eventLoopUtilization: 1,
        cpuNs: 2_000 * 290,
        allocatedBytes: 64 * 290,
      }),
      block(2, { calls: 200, latencyNs: 2_000, errors: new Map([['ERR_TIMEOUT', 1]]) }),
    ];
    const { record } = summarise([measured('native', blocks)]);
    const [native] = record.variants;
    assert.ok(native !== undefined);
    assert.equal(native.calls, 600);
    assert.deepEqual([native.succeeded, native.failed, native.checksFailed], [590, 10, 4]);
    assert.deepEqual(native.errors, { ERR_TIMEOUT: 7 });
    assert.equal(native.firstFailure, 'add: too late');
    assert.equal(native.cpuNsPerCall, 2_000);
    assert.equal(native.allocatedBytesPerCall, 64);
    assert.deepEqual(native.gcPauseNs, { count: 3, total: 30, max: 2 });
    assert.equal(native.rssBytes, 1_002);
    // Weighted by time: 0.1, 0.9 and 0.4 ms.
    assert.ok(Math.abs(native.eventLoopUtilization - (0.05 + 0.9 + 0.2) / 1.4) < 1e-12);
    assert.ok(Math.abs(native.nsPerCall.median - 2_000) < 1e-6);
    assert.ok(Math.abs(native.throughputPerSecond.median - 500_000) < 1e-3);
    assert.equal(native.latencyNs.max, 3_000);
    assert.equal(native.latencyNs.min, 1_000);
    assert.deepEqual(
      native.rounds.map(({ round, calls, startedAt }) => [round, calls, startedAt.slice(17, 19)]),
      [
        [1, 100, '00'],
        [2, 300, '01'],
        [3, 200, '02'],
      ],
    );
    assert.equal(native.batchNs, null);
  });

  test('charges what failed calls cost to those that succeeded, so that they make nothing faster', () => {
    const refusing = { calls: 400, succeeded: 100, failed: 300, durationMs: 0.1, cpuNs: 2e5 };
    const blocks = [0, 1, 2].map((round) => block(round, { ...refusing, allocatedBytes: 6_400 }));
    const [native] = summarise([measured('native', blocks)]).record.variants;
    assert.ok(native !== undefined);
    assert.ok(Math.abs(native.throughputPerSecond.median - 1e6) < 1e-3);
    assert.ok(Math.abs(native.nsPerCall.median - 1_000) < 1e-6);
    assert.equal(native.cpuNsPerCall, 2_000);
    assert.equal(native.allocatedBytesPerCall, 64);
    assert.equal(native.rounds[0]?.cpuNsPerCall, 2_000);
  });

  test('has finite figures where no call succeeded', () => {
    const dead = block(0, { succeeded: 0, failed: 100, durationMs: 2 });
    const [native] = summarise([measured('native', [dead])]).record.variants;
    assert.equal(native?.throughputPerSecond.median, 0);
    assert.equal(native?.nsPerCall.median, 2e6);
  });

  test('lets no limit on a latency be kept by calls of which none was timed', () => {
    const dead = block(0, { succeeded: 0, failed: 100 });
    dead.latency.destroy();
    const { record } = summarise(
      [measured('native', [{ ...dead, latency: new LatencyHistogram() }])],
      {
        thresholds: [parseThreshold('p99 < 5ms')],
      },
    );
    const [outcome] = record.thresholds;
    assert.deepEqual([outcome?.observed, outcome?.passed], [null, false]);
  });

  test('merges histograms without losing a call, and writes them twice', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 5 }),
        (counts) => {
          const blocks = counts.map((calls, round) => block(round, { calls }));
          const total = counts.reduce((sum, calls) => sum + calls, 0);
          const { record, intervalLogs } = summarise([measured('native', blocks)]);
          const histogram = LatencyHistogram.decode(record.variants[0]?.histogram ?? '');
          assert.equal(histogram.count, total);
          histogram.destroy();
          const log = new HistogramLogReader(intervalLogs.get('native') ?? '');
          for (const calls of counts) {
            assert.equal(log.nextIntervalHistogram()?.totalCount, calls);
          }
          assert.equal(log.nextIntervalHistogram(), null);
        },
      ),
      { numRuns: 10 },
    );
  });

  test('says when latencies are mostly the clock', () => {
    const verdicts = [199, 200].map((latencyNs) => {
      const { record } = summarise([measured('native', [block(0, { latencyNs })])]);
      return record.variants[0]?.latencyVerdict;
    });
    assert.deepEqual(verdicts, ['timer-limited', 'ok']);
  });

  test('keeps what the verdict on latencies rests on, and what the harness adds where it drives', () => {
    const variants = ['native', 'http-saturation'].map((name) => measured(name, [block(0)]));
    const { record } = summarise(variants, { drivenVariants: ['http-saturation'] });
    assert.deepEqual(
      record.variants.map(({ clockReadNs, harnessNsPerCall }) => [clockReadNs, harnessNsPerCall]),
      [
        [10, 55],
        [10, null],
      ],
    );
  });

  test('gives the memory of histograms back, also when it throws', () => {
    for (const durationMs of [1, Number.NaN]) {
      const own = block(0, { durationMs });
      const destroyed: string[] = [];
      own.latency.destroy = () => destroyed.push('latency');
      own.batchLatency.destroy = () => destroyed.push('batchLatency');
      const run = () => summarise([measured('native', [own])]);
      if (Number.isNaN(durationMs)) assert.throws(run, { code: 'ERR_INVALID_OPTION' });
      else run();
      assert.deepEqual(destroyed, ['latency', 'batchLatency']);
    }
  });

  test('reports batches where there are any', () => {
    const own = block(0);
    own.batchLatency.record(9_000, 4);
    const { load } = context();
    const { record } = summarise([measured('native', [own])], { load: { ...load, batch: 25 } });
    assert.equal(record.batch, 25);
    assert.equal(record.variants[0]?.batchNs?.max, 9_000);
  });

  test('compares every variant with every baseline, paired by round', () => {
    const at = (latencyNs: number) =>
      [0, 1, 2, 3, 4, 5].map((round) => block(round, { latencyNs }));
    const { record } = summarise([
      measured('native', at(1_000)),
      measured('json', at(6_000)),
      measured('stdio', at(60_000)),
    ]);
    const pairs = record.comparisons.map(({ baseline, candidate, ratio, noiseFloor, verdict }) => [
      `${baseline} → ${candidate}`,
      Math.round(ratio * 1e6) / 1e6,
      noiseFloor,
      verdict,
    ]);
    assert.deepEqual(pairs, [
      ['native → json', 0.166667, 0, 'regressed'],
      ['native → stdio', 0.016667, 0, 'regressed'],
      ['json → native', 6, 0, 'improved'],
      ['json → stdio', 0.1, 0, 'regressed'],
    ]);
  });

  test('keeps the rounds of the twin, by which every metric has a noise floor', () => {
    const { record } = summarise([measured('native', [block(0), block(1)])]);
    assert.equal(record.twin?.variant, 'native');
    assert.deepEqual(
      record.twin?.rounds.map(({ round, p50, cpuNsPerCall }) => [round, p50, cpuNsPerCall]),
      [1, 2, 3].map((round) => [round, 1_000, 2_000]),
    );
  });

  test('leaves out a variant without a block, and its thresholds', () => {
    const thresholds = ['json.p99 < 5ms', 'p99 < 5ms', 'errors <= 0%'].map(parseThreshold);
    const { record, intervalLogs } = summarise(
      [measured('native', [block(0)]), measured('json', [])],
      { thresholds },
    );
    assert.deepEqual(
      record.variants.map(({ variant }) => variant),
      ['native'],
    );
    assert.deepEqual([...intervalLogs.keys()], ['native']);
    assert.deepEqual(
      record.thresholds.map(({ expression, variant }) => [expression, variant]),
      [
        ['p99 < 5ms', 'native'],
        ['errors <= 0%', 'native'],
      ],
    );
  });

  test('holds thresholds against what was observed, variant by variant', () => {
    const thresholds = ['p99 <= 2us', 'json.throughput > 100000', 'errors <= 1%'];
    const failing = block(0, { calls: 100, succeeded: 98, failed: 2, checksFailed: 1 });
    const { record } = summarise(
      [measured('native', [failing]), measured('json', [block(0, { latencyNs: 20_000 })])],
      { thresholds: thresholds.map(parseThreshold) },
    );
    assert.deepEqual(
      record.thresholds.map(({ expression, variant, observed, passed }) => [
        expression,
        variant,
        Math.round(Number(observed) * 1e6) / 1e6,
        passed,
      ]),
      [
        ['p99 <= 2us', 'native', 1_000, true],
        ['p99 <= 2us', 'json', 20_000, false],
        ['json.throughput > 100000', 'json', 50_000, false],
        ['errors <= 1%', 'native', 0.02, false],
        ['errors <= 1%', 'json', 0, true],
      ],
    );
  });

  test('counts a dropped call as an error: nobody got an answer to it', () => {
    const histograms = {
      service: new LatencyHistogram(),
      lag: new LatencyHistogram(),
      held: new LatencyHistogram(),
      pacing: new LatencyHistogram(),
    };
    const times = { scheduleMs: 1_000, pacedMs: 1_000, slices: [] };
    const open = { ...histograms, ...times, scheduled: 1_000, dropped: 900, sentLate: 40 };
    const { record } = summarise(
      [measured('native', [block(0, { calls: 100, succeeded: 99, failed: 1, open })])],
      { thresholds: [parseThreshold('errors < 90%')], load: atRate(1_000) },
    );
    const [outcome] = record.thresholds;
    assert.deepEqual([outcome?.observed, outcome?.passed], [0.901, false]);
    assert.equal(record.variants[0]?.heldNs, undefined, 'no reply has told');
    // Of the 100 that were sent, 60 within its second.
    assert.equal(record.variants[0]?.openLoop?.sentPerSecond, 60);
  });

  test('keeps the times of an open loop apart', () => {
    const of = (ns: number) => {
      const histogram = new LatencyHistogram();
      histogram.record(ns, 2);
      return histogram;
    };
    const histograms = { service: of(500), lag: of(400), held: of(300), pacing: of(200) };
    const times = { scheduleMs: 1_000, pacedMs: 1_000, slices: [] };
    const open = { ...histograms, ...times, scheduled: 2, dropped: 0, sentLate: 0 };
    const blocks = [block(0, { calls: 2, open })];
    const { record } = summarise([measured('native', blocks)], { load: atRate(2) });
    const [variant] = record.variants;
    assert.deepEqual(
      [
        variant?.latencyNs,
        variant?.serviceNs,
        variant?.lagNs,
        variant?.heldNs,
        variant?.openLoop?.pacingNs,
      ].map((summary) => summary?.p50),
      [1_000, 500, 400, 300, 200],
    );
  });

  test('keeps how callers think', () => {
    const { load } = context();
    const think = { meanMs: 5, kind: 'exponential' } as const;
    const { record } = summarise([measured('native', [block(0)])], { load: { ...load, think } });
    assert.deepEqual([record.thinkMs, record.thinkTime], [5, 'exponential']);
  });
});
