import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ChaosOutcome } from '../../../src/harness/load/chaos-outcome.ts';
import type { VariantRecord } from '../../../src/harness/results/run-record.ts';
import { LatencyHistogram } from '../../../src/harness/stats/latency-histogram.ts';
import {
  chaosFiguresOf,
  chaosRecordOf,
  observeChaos,
} from '../../../src/harness/summarise-chaos.ts';
import { chaosVariant } from '../../helpers/sample-record.ts';

/** An outcome whose services came back after so many ms each. */
function outcome(recoveriesMs: readonly number[], overrides: Partial<ChaosOutcome> = {}) {
  const recovery = new LatencyHistogram();
  for (const ms of recoveriesMs) recovery.record(ms * 1e6);
  return {
    offered: 100,
    succeeded: 90,
    checksFailed: 1,
    errors: new Map([
      ['ERR_SERVICE_EXIT', 7],
      ['ERR_TIMEOUT', 1],
    ]),
    failedAsExpected: 7,
    firstFailure: 'echo: too slow',
    lost: 1,
    answeredTwice: 0,
    faults: recoveriesMs.length,
    crashes: recoveriesMs.length,
    unrecovered: 0,
    recovery,
    sparedP99Ns: undefined,
    hostRssBytes: { before: 100, peak: 300, after: 105 },
    samples: [],
    ...overrides,
  };
}

function figuresOf(given: ChaosOutcome) {
  try {
    return chaosFiguresOf(given, []);
  } finally {
    given.recovery.destroy();
  }
}

describe('chaosFiguresOf', () => {
  test('counts all calls in the place of those of the blocks', () => {
    const { calls, offered, succeeded, failed, errors, lost, firstFailure } = figuresOf(
      outcome([]),
    );
    assert.deepEqual(
      { calls, offered, succeeded, failed, errors, lost, firstFailure },
      {
        calls: 100,
        offered: 100,
        succeeded: 90,
        failed: 9,
        errors: { ERR_SERVICE_EXIT: 7, ERR_TIMEOUT: 1 },
        lost: 1,
        firstFailure: 'echo: too slow',
      },
    );
  });

  test('keeps recovery times as figures and as a histogram', () => {
    const { recoveryNs, recoveryHistogram } = figuresOf(outcome([10, 20, 90]));
    assert.ok(recoveryNs !== null);
    assert.equal(recoveryNs.count, 3);
    assert.equal(recoveryNs.max, 90e6);
    assert.ok(Math.abs(recoveryNs.p50 - 20e6) < 20e3);
    const histogram = LatencyHistogram.decode(recoveryHistogram);
    assert.equal(histogram.count, 3);
    histogram.destroy();
  });

  test('says nothing of recovery where nothing was recovered from', () => {
    assert.equal(figuresOf(outcome([])).recoveryNs, null);
  });

  test('tells how figures drift, from six windows on', () => {
    const points = Array.from({ length: 7 }, (_, index) => ({
      atMs: index * 60_000,
      heapBytes: 1_000 + index * 10,
      rssBytes: 5_000,
      handles: 4,
    }));
    const { drift } = figuresOf(outcome([], { samples: points }));
    assert.deepEqual(drift?.heapBytesPerHour, { median: 600, low: 600, high: 600 });
    assert.deepEqual(drift?.handlesPerHour, { median: 0, low: 0, high: 0 });
    assert.equal(figuresOf(outcome([], { samples: points.slice(0, 5) })).drift, null);
  });
});

describe('chaosRecordOf', () => {
  test('says what was done to whom, and fills in the rest', () => {
    const fault = { kind: 'kill', services: ['a'], everyMs: 50 } as const;
    assert.deepEqual(chaosRecordOf({ fault }), { fault, expected: [], quietMs: 0, restMs: 0 });
    assert.equal(chaosRecordOf({}).fault, null);
  });
});

describe('observeChaos', () => {
  const record: VariantRecord = chaosVariant('process');

  test('sees every figure', () => {
    assert.deepEqual(
      [
        observeChaos('lost', record),
        observeChaos('crashes', record),
        observeChaos('recoveryP99', record),
        observeChaos('sparedP99Ratio', record),
        observeChaos('memoryPeak', record),
      ],
      [0, 59, 84e6, 1.5, 210_000_000],
    );
    assert.ok(Math.abs((observeChaos('memoryGrowth', record) ?? 0) - 0.05) < 1e-9);
  });

  test('sees of a drift what it is beyond doubt', () => {
    assert.equal(observeChaos('heapDrift', record), -2_000_000);
  });

  test('sees nothing where there is nothing, rather than a 0 that would pass', () => {
    const { recoveryNs: _none, ...rest } = record;
    const bare = {
      ...rest,
      recoveryNs: null,
      sparedP99Ns: { quiet: 0, disturbed: 0 },
      drift: null,
    };
    for (const metric of [
      'recoveryP50',
      'recoveryP99',
      'recoveryMax',
      'sparedP99Ratio',
      'p99Drift',
    ] as const) {
      assert.equal(observeChaos(metric, bare), null, metric);
    }
  });
});
