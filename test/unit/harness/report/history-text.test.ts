import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { digestForHistory, historyOf } from '../../../../src/harness/compare/history.ts';
import { renderHistory } from '../../../../src/harness/report/history-text.ts';
import { condensed } from '../../../../src/harness/report/sparkline.ts';
import { assertGolden } from '../../../helpers/golden.ts';
import { HOSTILE_NAMES } from '../../../helpers/hostile-names.ts';
import { about, dailyRuns } from '../../../helpers/sample-history.ts';
import { sampleRecord, sampleScenario, sampleVariant } from '../../../helpers/sample-record.ts';

describe('renderHistory', () => {
  test('is a line for each series, and one for each change point', () => {
    const records = dailyRuns([...about(150, 14), ...about(171, 6), ...about(120, 6)], (day) => {
      const { environment } = sampleRecord();
      if (day < 2) return { environment: { ...environment, fingerprint: 'other' } };
      return day === 5 ? { validity: { verdict: 'invalid', reasons: [] } } : {};
    });
    const history = historyOf(records.map(digestForHistory), 'ns');
    assertGolden('history.txt', renderHistory(history));
  });

  test('says that there is no change point', () => {
    const history = historyOf(dailyRuns(about(150, 12)).map(digestForHistory), 'throughput');
    const text = renderHistory(history);
    assert.match(text, /^calls per second: 12 runs from 2026-11-01 to 2026-11-12\n/);
    assert.match(text, /\nNo change points\.\n$/);
  });

  test('says what is too short, what had another load, and what depends on what was before', () => {
    const swinging = Array.from({ length: 30 }, (_, day) => 150 + 5 * Math.sin(day / 1.5));
    const records = dailyRuns(swinging, (day) => ({
      scenarios: [
        sampleScenario('other', [sampleVariant('native', 100)], { batch: day < 25 ? 1 : 2 }),
        ...(dailyRuns([swinging[day] as number])[0]?.scenarios ?? []),
      ],
    }));
    const text = renderHistory(historyOf(records.map(digestForHistory), 'p50'));
    assert.match(text, /left out: 25 runs of other on native with another load/);
    assert.match(text, /1 scenario and variant with fewer than 10 runs: too few/);
    assert.match(text, /warning: runs of calculator-batch on native .*\(30 count for \d+\)/);
  });

  test('keeps names from becoming anything else', () => {
    const records = dailyRuns([...about(150, 10), ...about(300, 10)]);
    for (const name of HOSTILE_NAMES) {
      const hostile = records.map((record, day) => ({
        ...record,
        runId: `${name}${day}`,
        environment: { ...record.environment, gitCommit: name },
        scenarios: [sampleScenario(name, [sampleVariant(name, day < 10 ? 150 + (day % 3) : 300)])],
      }));
      const text = renderHistory(historyOf(hostile.map(digestForHistory), 'ns'));
      // oxlint-disable-next-line no-control-regex
      assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f\u202e\u2066]/);
      assert.equal(text.match(/│/g)?.length, 6 * 2 + 9 * 2, name);
    }
  });
});

describe('condensed', () => {
  test('keeps what there is room for, and puts neighbours together beyond', () => {
    assert.deepEqual(condensed([3, 1], 40), [3, 1]);
    assert.deepEqual(condensed([0, 2, 8, 8, 4, 6], 3), [1, 8, 5]);
    assert.equal(
      condensed(
        Array.from({ length: 1_000 }, (_, i) => i),
        40,
      ).length,
      40,
    );
    assert.deepEqual(condensed([], 40), []);
  });
});
