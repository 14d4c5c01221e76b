import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { comparableRuns } from '../../../../../src/harness/compare/compare-runs.ts';
import { reportComparison, sideOf } from '../../../../../src/harness/compare/comparison-report.ts';
import { renderComparisonHtml } from '../../../../../src/harness/report/html/comparison-page.ts';
import { renderRunsHtml } from '../../../../../src/harness/report/html/runs-page.ts';
import type { LiveRun } from '../../../../../src/harness/results/live-run.ts';
import type { RunRecord } from '../../../../../src/harness/results/run-record.ts';
import { summaryOf } from '../../../../../src/harness/results/run-summary.ts';
import { assertGolden } from '../../../../helpers/golden.ts';
import { HOSTILE_NAMES } from '../../../../helpers/hostile-names.ts';
import { PLAIN_ASSETS, tagsOf } from '../../../../helpers/page-parts.ts';
import { hostileRecord, sampleRecord } from '../../../../helpers/sample-record.ts';

function list(record: RunRecord, text = 'calc'): string {
  const live: LiveRun = {
    runId: text,
    command: text,
    startedAt: record.startedAt,
    updatedAt: record.startedAt,
    scenario: text,
    detail: text,
    doneRatio: 0.4,
  };
  const runs = [summaryOf(record), summaryOf({ ...record, runId: `${record.runId}x` })];
  return renderRunsHtml({ runs, live: [live], leftOut: 3 }, text, 'v1', PLAIN_ASSETS);
}

function comparison(record: RunRecord): string {
  const sides = { baseline: sideOf(record), candidate: sideOf(record) };
  const report = reportComparison(sides, comparableRuns(record, record), { tolerance: 0.03 });
  return renderComparisonHtml(report, PLAIN_ASSETS);
}

describe('The pages of toolrig ui', () => {
  test('look as agreed', () => {
    assertGolden('runs.html', list(sampleRecord()));
    assertGolden('comparison.html', comparison(sampleRecord()));
  });

  test('keep hostile names inert', () => {
    const shape = (page: string) => tagsOf(page).map((tag) => tag.replaceAll(/"[^"]*"/g, '""'));
    const expected = [list(hostileRecord('a')), comparison(hostileRecord('a'))].map(shape);
    for (const name of HOSTILE_NAMES.filter((each) => !each.includes('/'))) {
      const made = [list(hostileRecord(name), name), comparison(hostileRecord(name))];
      assert.deepEqual(made.map(shape), expected, name);
    }
  });

  test('say what to do where there is no run', () => {
    const page = renderRunsHtml({ runs: [], live: [], leftOut: 0 }, 'x', 'v', PLAIN_ASSETS);
    assert.match(page, /No run is stored here yet.*<code>toolrig bench calculator-batch<\/code>/s);
    assert.doesNotMatch(page, /<form/);
  });
});
