import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  digestForHistory,
  hasRecentRegression,
  historyOf,
} from '../../../../src/harness/compare/history.ts';
import type { RunRecord } from '../../../../src/harness/results/run-record.ts';
import { about, dailyRuns } from '../../../helpers/sample-history.ts';
import { sampleRecord, sampleScenario, sampleVariant } from '../../../helpers/sample-record.ts';

const SLOWER = [...about(150, 12), ...about(170, 8)];

function history(records: readonly RunRecord[], ...more: Parameters<typeof historyOf>['2'][]) {
  return historyOf(records.map(digestForHistory), 'ns', ...more);
}

describe('historyOf', () => {
  test('names the run and commit from which on a variant was slower', () => {
    const { series, runs, from, to } = history(dailyRuns(SLOWER));
    assert.deepEqual([runs, from.slice(0, 10), to.slice(0, 10)], [20, '2026-11-01', '2026-11-20']);
    const [native, json] = series;
    assert.deepEqual([native?.variant, json?.variant], ['native', 'json']);
    assert.deepEqual(json?.changes, []);
    const [change, ...others] = native?.changes ?? [];
    assert.deepEqual(others, []);
    assert.equal(change?.runId, '20261113-060000-1313');
    assert.equal(change.gitCommit, '13'.repeat(20));
    assert.equal(change.verdict, 'regressed');
    assert.equal(change.runsSince, 8);
    assert.ok(Math.abs((change.ratio ?? 0) - 170 / 150) < 0.01, `${change.ratio}`);
  });

  test('takes runs in the order of their start, each once, whatever the order they come in', () => {
    const records = dailyRuns(SLOWER);
    const shuffled = [...records.toReversed(), ...records.slice(3, 9)];
    assert.deepEqual(history(shuffled), history(records));
  });

  test('takes more throughput for better, and more of anything else for worse', () => {
    const digests = dailyRuns(SLOWER).map(digestForHistory);
    for (const metric of ['ns', 'p50', 'p99', 'cpu', 'alloc', 'throughput'] as const) {
      const [change] = historyOf(digests, metric, { variant: 'native' }).series[0]?.changes ?? [];
      assert.equal(change?.verdict, 'regressed', metric);
      assert.equal((change.ratio ?? 0) > 1, metric !== 'throughput', metric);
    }
  });

  test('leaves out other environments than the newest has, and invalid runs', () => {
    const elsewhere = (day: number): Partial<RunRecord> => {
      if (day < 3) return { environment: { ...sampleRecord().environment, fingerprint: 'other' } };
      return day === 19 ? { validity: { verdict: 'invalid', reasons: ['no call'] } } : {};
    };
    const found = history(dailyRuns(about(150, 20), elsewhere));
    assert.deepEqual(found.leftOut, { otherEnvironment: 3, invalid: 1 });
    assert.equal(found.runs, 16);
    assert.equal(found.series[0]?.values.length, 16);
  });

  test('leaves out runs of another load than the scenario had last', () => {
    const busier = (day: number): Partial<RunRecord> =>
      day < 5
        ? {
            scenarios: [
              sampleScenario('calculator-batch', [sampleVariant('native', 900)], {
                concurrency: 64,
              }),
            ],
          }
        : {};
    const [native, json] = history(dailyRuns(about(150, 20), busier)).series;
    assert.deepEqual([native?.values.length, native?.otherLoad], [15, 5]);
    assert.deepEqual([json?.values.length, json?.otherLoad], [15, 0]);
  });

  test('keeps to the scenario and variant asked for, and names the nearest when there is none', () => {
    const records = dailyRuns(about(150, 12));
    const only = history(records, { scenario: 'calculator-batch', variant: 'json' });
    assert.deepEqual(
      only.series.map(({ variant }) => variant),
      ['json'],
    );
    assert.throws(() => history(records, { scenario: 'calculator-bach' }), {
      code: 'ERR_USAGE',
      message: /no run has a scenario 'calculator-bach'\. Did you mean 'calculator-batch'\?/,
    });
    assert.throws(() => history(records, { variant: 'nativ' }), {
      message: /no run has a variant 'nativ'\. Did you mean 'native'\?/,
    });
  });

  test('takes the name of a scenario for all of its cases', () => {
    const cases = dailyRuns(about(150, 12), () => ({ scenarios: sampleRecord().scenarios }));
    const { series } = history(cases, { scenario: 'payload-sweep', variant: 'native' });
    assert.deepEqual(
      series.map(({ scenario }) => scenario),
      ['payload-sweep/text-64B', 'payload-sweep/text-1MiB'],
    );
  });

  test('refuses fewer runs than can show anything, and says what was not counted', () => {
    assert.throws(() => history([]), { code: 'ERR_USAGE', message: /more than 0\. Make more/ });
    const invalid = (day: number): Partial<RunRecord> =>
      day < 2 ? { validity: { verdict: 'invalid', reasons: [] } } : {};
    assert.throws(() => history(dailyRuns(about(150, 11), invalid)), {
      code: 'ERR_USAGE',
      message: /at least 10 runs .* more than 9, not counting 2 that are invalid\. Make more/,
    });
  });

  test('warns when runs depend on those before them', () => {
    const swinging = Array.from({ length: 30 }, (_, day) => 150 + 5 * Math.sin(day / 1.5));
    const [native] = history(dailyRuns(swinging)).series;
    assert.ok((native?.dependence?.lagOne ?? 0) > 0.5);
    assert.equal(history(dailyRuns(SLOWER)).series[0]?.dependence, null);
  });
});

describe('hasRecentRegression', () => {
  const slower = history(dailyRuns(SLOWER));

  test('is true while the run that brought it is among the last', () => {
    assert.equal(hasRecentRegression(slower, 8), true);
    assert.equal(hasRecentRegression(slower, 7), false);
  });

  test('is false for an improvement, and for a regression that was repaired', () => {
    const faster = history(dailyRuns([...about(150, 12), ...about(130, 8)]));
    assert.equal(hasRecentRegression(faster, 20), false);
    const values = [...about(150, 10), ...about(170, 10), ...about(150, 10)];
    const repaired = history(dailyRuns(values));
    assert.equal(repaired.series[0]?.changes.length, 2);
    assert.equal(hasRecentRegression(repaired, 30), false);
  });
});
