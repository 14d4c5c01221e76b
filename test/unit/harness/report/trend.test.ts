import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renderTrendHtml } from '../../../../src/harness/report/html/trend-page.ts';
import { sparkline } from '../../../../src/harness/report/sparkline.ts';
import { trendOf } from '../../../../src/harness/report/trend.ts';
import { renderTrendMarkdown, renderTrendText } from '../../../../src/harness/report/trend-text.ts';
import type { RunRecord } from '../../../../src/harness/results/run-record.ts';
import { assertGolden } from '../../../helpers/golden.ts';
import { HOSTILE_NAMES } from '../../../helpers/hostile-names.ts';
import { PLAIN_ASSETS, tagsOf } from '../../../helpers/page-parts.ts';
import {
  hostileRecord,
  openRecord,
  sampleRecord,
  sampleScenario,
  sampleVariant,
} from '../../../helpers/sample-record.ts';

/** Three runs of a scenario, given from the newest to the oldest; `json` is missing in one. */
function threeRuns(): RunRecord[] {
  return [22, 21, 20].map((day, index) =>
    sampleRecord({
      runId: `202611${day}-153012-ab1${index}`,
      startedAt: `2026-11-${day}T15:30:12.250Z`,
      validity: { verdict: 'valid', reasons: [] },
      scenarios: [
        sampleScenario('calc', [
          sampleVariant('native', 100 + 10 * index),
          ...(day === 21 ? [] : [sampleVariant('json', 5_000)]),
        ]),
      ],
    }),
  );
}

describe('A trend', () => {
  test('puts runs in the order of their time, and lines up what they have in common', () => {
    const { runs, lines, warnings } = trendOf(threeRuns());
    assert.deepEqual(
      runs.map(({ startedAt }) => startedAt.slice(8, 10)),
      ['20', '21', '22'],
    );
    assert.deepEqual(
      lines.map(({ variant, points }) => [variant, points.map((point) => point?.p50Ns)]),
      [
        ['native', [120, 110, 100]],
        ['json', [5_000, undefined, 5_000]],
      ],
    );
    assert.deepEqual(warnings, []);
  });

  test('keeps calls at a rate apart from calls as fast as can be, and leaves out what ran once', () => {
    const [newest, middle] = threeRuns() as [RunRecord, RunRecord];
    const { lines } = trendOf([newest, { ...openRecord(), runId: 'x' }]);
    assert.deepEqual(
      lines.map(({ scenario }) => scenario),
      ['calc', 'calc', 'frozen-server at 100/s', 'frozen-server at 100/s'],
    );
    assert.match(renderTrendText(trendOf([newest, middle])), /\n1 more took part in one run only/);
  });

  test('warns of runs from different machines, and of those that are in doubt', () => {
    const [first, second] = threeRuns() as [RunRecord, RunRecord];
    const elsewhere = { ...first, environment: { ...first.environment, fingerprint: 'another' } };
    const doubtful = { ...second, validity: { verdict: 'suspect', reasons: [] } as const };
    assert.deepEqual(trendOf([elsewhere, doubtful]).warnings, [
      'the runs come from 2 different machines or versions of Node',
      '1 of 2 runs are not valid without reserve',
    ]);
  });

  test('looks as agreed in the terminal, in Markdown and as a page', () => {
    const trend = trendOf(threeRuns());
    assertGolden('trend.txt', renderTrendText(trend));
    assertGolden('trend.md', renderTrendMarkdown(trend));
    assertGolden('trend.html', renderTrendHtml(trend, PLAIN_ASSETS));
  });

  test('keeps hostile names inert', () => {
    const shape = (page: string) => tagsOf(page).map((tag) => tag.replaceAll(/"[^"]*"/g, '""'));
    const expected = shape(renderTrendHtml(trendOf(['a', 'a'].map(hostileRecord)), PLAIN_ASSETS));
    for (const name of HOSTILE_NAMES) {
      const trend = trendOf([hostileRecord(name), hostileRecord(name)]);
      const texts = [renderTrendText(trend), renderTrendMarkdown(trend)];
      for (const text of texts)
        assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Cs}]/u);
      const prose = (texts[1] ?? '').replaceAll(/\\[\\`*_{}[\]<>#!|~&@$:.]/g, '');
      assert.doesNotMatch(prose, /[<`~@]|\]\(|!\[|:\/\/|www\./, name);
      assert.deepEqual(shape(renderTrendHtml(trend, PLAIN_ASSETS)), expected, name);
    }
  });
});

describe('A sparkline', () => {
  test('goes from the lowest to the highest, with gaps where nothing was', () => {
    assert.equal(sparkline([1, 8, undefined, 4.5]), '▁█ ▅');
    assert.equal(sparkline([3, 3]), '▅▅');
    assert.equal(sparkline([undefined]), ' ');
  });
});
