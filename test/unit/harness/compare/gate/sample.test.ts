import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { comparedBy, samplesOf } from '../../../../../src/harness/compare/gate/sample.ts';
import { gateSample } from '../../../../helpers/gate-samples.ts';
import {
  openRecord,
  sampleRecord,
  sampleScenario,
  sampleVariant,
} from '../../../../helpers/sample-record.ts';

/** What a version long ago, or one to come, may have written: nothing but what is read. */
const recordOf = (other: Readonly<Record<string, unknown>> = {}) => ({
  validity: { verdict: 'valid', reasons: [] },
  scenarios: [
    {
      name: 'adding',
      executor: 'closed',
      concurrency: 2,
      batch: 16,
      payloadBytes: 64,
      thresholds: [{ metric: 'errors', variant: 'native', passed: true }],
      variants: [
        {
          variant: 'native',
          calls: 10,
          failed: 0,
          latencyNs: { p50: 1, p90: 2, p99: 3, p999: 4 },
          nsPerCall: { median: 5 },
          cpuNsPerCall: 6,
          allocatedBytesPerCall: 7,
          latencyVerdict: 'ok',
          ...other,
        },
      ],
    },
  ],
});

describe('samplesOf', () => {
  test('reads a record of this version: every variant of every case', () => {
    const record = sampleRecord();
    const names = samplesOf(record).map(({ scenario, variant }) => `${scenario} ${variant}`);
    const all = record.scenarios.flatMap(({ name, variants }) =>
      variants.map(({ variant }) => `${name} ${variant}`),
    );
    assert.deepEqual(names, all);
  });

  test('refuses a scenario that troubles its services, whatever came of it', () => {
    const { scenarios } = recordOf();
    const withFault = (fault: object | null) => ({
      validity: { verdict: fault === null ? 'valid' : 'invalid', reasons: ['no service crashed'] },
      scenarios: scenarios.map((each) => ({ ...each, chaos: { fault } })),
    });
    const message = /^adding troubles its services, and cannot be gated/;
    assert.throws(() => samplesOf(withFault({ kind: 'kill' })), { code: 'ERR_USAGE', message });
    assert.equal(samplesOf(withFault(null)).length, 1);
  });

  test('reads no more than it needs', () => {
    const [sample] = samplesOf(recordOf());
    assert.equal(sample?.load, 'closed loop, 2 × 16 in flight, 64 B');
    assert.deepEqual(Object.values(sample?.figures ?? {}), [1, 2, 3, 4, 5, 6, 7]);
    assert.equal(sample?.failure, undefined);
  });

  test('takes the median of the rounds for CPU, so that one in which the compiler worked does not count', () => {
    const rounds = [6, 7, 14].map((cpuNsPerCall) => ({ cpuNsPerCall }));
    assert.equal(samplesOf(recordOf({ rounds }))[0]?.figures.cpuNsPerCall, 7);
    assert.equal(samplesOf(recordOf({ rounds: [] }))[0]?.figures.cpuNsPerCall, 6);
  });

  test('says which calls are too short to time', () => {
    const limited = samplesOf(recordOf({ latencyVerdict: 'timer-limited' }));
    assert.deepEqual(
      [...samplesOf(recordOf()), ...limited].map((each) => each.isTimerLimited),
      [false, true],
    );
  });

  test('keeps to percentiles where calls come at a rate, which the time per call only repeats', () => {
    const [scenario] = openRecord().scenarios;
    const variants = (scenario?.variants ?? []).map((variant) => ({
      ...variant,
      latencyVerdict: 'timer-limited' as const,
    }));
    const samples = samplesOf({ ...openRecord(), scenarios: [{ ...scenario, variants }] });
    assert.deepEqual(
      samples.map((each) => each.isTimerLimited),
      [false, false],
    );
  });

  test('says what failed unless the thresholds on errors allow it', () => {
    const variant = sampleVariant('native', 500, { failed: 3, firstFailure: 'wrong sum' });
    const failureWhen = (passed: boolean) => {
      const errors = { expression: '', metric: 'errors', variant: 'native', observed: 0, passed };
      const scenarios = [sampleScenario('adding', [variant], { thresholds: [errors] })];
      return samplesOf({ ...sampleRecord(), scenarios })[0]?.failure;
    };
    assert.equal(failureWhen(true), undefined);
    const unguarded = [sampleScenario('adding', [variant])];
    const [sample] = samplesOf({ ...sampleRecord(), scenarios: unguarded });
    assert.match(sample?.failure ?? '', /^3 of /, 'without a threshold, none may fail');
    assert.match(failureWhen(false) ?? '', /^3 of \d+ calls failed: wrong sum$/);
  });

  test('counts how callers think to their load', () => {
    const [scenario] = recordOf().scenarios;
    const loadOf = (think: object) =>
      samplesOf({ ...recordOf(), scenarios: [{ ...scenario, ...think }] })[0]?.load;
    assert.match(loadOf({ thinkMs: 5 }) ?? '', /in flight, 5 ms of thought, 64 B$/);
    assert.match(
      loadOf({ thinkMs: 5, thinkTime: 'exponential' }) ?? '',
      /5 ms of thought on average, exponential, 64 B$/,
    );
  });

  test('counts the rate of an open loop to its load', () => {
    const [sample] = samplesOf(openRecord());
    assert.equal(sample?.load, 'open loop, 64 × 1 in flight at 100-100/s, constant');
  });

  test('takes calls that were dropped for failed ones', () => {
    const dropping = sampleVariant('native', 500, { dropped: 9 });
    const scenarios = [sampleScenario('adding', [dropping])];
    const [sample] = samplesOf({ ...sampleRecord(), scenarios });
    assert.match(sample?.failure ?? '', /^0 of \d+ calls failed, and 9 were dropped$/);
  });

  test('refuses an invalid run with its reasons, and names what is missing', () => {
    const code = 'ERR_INVALID_MEASUREMENT';
    const invalid = {
      ...recordOf(),
      validity: { verdict: 'invalid', reasons: ['no call succeeded'] },
    };
    assert.throws(() => samplesOf(invalid), { code, message: /invalid: no call succeeded/ });
    for (const value of [null, 3, [], {}]) assert.throws(() => samplesOf(value), { code });
    assert.throws(() => samplesOf(recordOf({ cpuNsPerCall: undefined })), {
      code,
      message: 'cpuNsPerCall is no number',
    });
  });
});

describe('comparedBy', () => {
  test('takes time per call for percentiles of all, where one of them is mostly the clock', () => {
    const [timed, limited] = [gateSample(900), gateSample(100, { isTimerLimited: true })];
    assert.equal(comparedBy('p50', [timed, timed]), 'p50');
    assert.equal(comparedBy('p50', [timed, limited]), 'nsPerCall');
    assert.equal(comparedBy('p99', [limited, limited]), 'nsPerCall');
    assert.equal(comparedBy('cpuNsPerCall', [limited]), 'cpuNsPerCall');
  });
});
