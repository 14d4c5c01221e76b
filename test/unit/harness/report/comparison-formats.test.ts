import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ComparisonReport } from '../../../../src/harness/compare/comparison-report.ts';
import {
  COMPARISON_FORMATS,
  type ComparisonFormat,
  renderComparison,
} from '../../../../src/harness/report/comparison-formats.ts';
import type { TextOptions } from '../../../../src/harness/report/text.ts';
import { assertGolden } from '../../../helpers/golden.ts';
import { HOSTILE_NAMES } from '../../../helpers/hostile-names.ts';
import { PLAIN_ASSETS } from '../../../helpers/page-parts.ts';
import { sampleComparison } from '../../../helpers/sample-comparison.ts';

const GOLDEN: Readonly<Record<ComparisonFormat, string>> = {
  text: 'compare.txt',
  markdown: 'compare.md',
  html: 'compare.html',
  junit: 'compare.junit.xml',
  github: 'compare.github.txt',
  json: 'compare.json',
  'benchmark-action': 'compare.benchmark-action.json',
  bencher: 'compare.bencher.json',
  prometheus: 'compare.prom',
};

function rendered(report: ComparisonReport, format: ComparisonFormat, options: TextOptions = {}) {
  return renderComparison(report, format, { ...options, pageAssets: () => PLAIN_ASSETS });
}

/** The same for each name that tries to become something else, as a scenario and as a variant. */
function forHostileNames(check: (report: ComparisonReport, name: string) => void): void {
  for (const name of [
    ...HOSTILE_NAMES,
    '__proto__',
    '::error::x',
    '%0A::error::x',
    ']]>',
    '&lt;',
  ]) {
    check(sampleComparison({ scenario: name, variant: name }), name);
  }
}

describe('A comparison', () => {
  for (const format of COMPARISON_FORMATS) {
    test(`looks as agreed as ${format}`, () => {
      assertGolden(GOLDEN[format], rendered(sampleComparison(), format));
    });
  }

  test('as text has no line above 120 columns, and colours when asked', () => {
    const report = sampleComparison();
    for (const line of rendered(report, 'text').split('\n')) {
      assert.ok(line.length <= 120, `${line.length}: ${line}`);
    }
    assert.ok(rendered(report, 'text', { colour: 'ansi' }).includes('\u001b[31m'));
  });

  test('of a variant without a metric is open in every format that has verdicts', () => {
    const whole = sampleComparison();
    const [first, ...others] = whole.subjects;
    assert.ok(first !== undefined);
    const report = { ...whole, subjects: [{ ...first, metrics: [] }, ...others] };
    assert.match(rendered(report, 'text'), /nothing to compare: one side[^]*, 1 not compared$/m);
    assert.match(rendered(report, 'markdown'), /\| ❔ inconclusive: nothing to compare: one side/);
    assert.match(rendered(report, 'junit'), /<skipped message="nothing to compare: one side/);
    assert.match(
      rendered(report, 'github'),
      /^::warning title=.* inconclusive::nothing to compare/m,
    );
  });

  test('of nothing is rendered too, and says so', () => {
    const report = { ...sampleComparison(), subjects: [], warnings: [] };
    for (const format of COMPARISON_FORMATS) rendered(report, format);
    assert.match(rendered(report, 'text'), /nothing was compared\n$/);
    assert.equal(rendered({ ...report, problems: [] }, 'github'), '');
  });
});

describe('Hostile names', () => {
  test('stay text for a terminal', () => {
    forHostileNames((report) => {
      const text = rendered(report, 'text').replaceAll('\n', '');
      assert.doesNotMatch(text, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    });
  });

  test('stay cells of a Markdown table', () => {
    forHostileNames((report, name) => {
      const rows = rendered(report, 'markdown')
        .split('\n')
        .filter((line) => line.startsWith('|'));
      const cells = rows.map((row) => row.split(/(?<!\\)\|/).length);
      assert.deepEqual([...new Set(cells)], [11], name);
      assert.doesNotMatch(rows.join('\n'), /(?<!\\)(?:[<`]|\]\(|:\/\/)/);
    });
  });

  test('stay attributes and text of XML', () => {
    forHostileNames((report, name) => {
      const xml = rendered(report, 'junit');
      assert.doesNotMatch(xml.replaceAll('\n', ''), /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u, name);
      // Nothing is left once tags of ours, with quoted attributes, and text are taken away.
      const rest = xml
        .replaceAll(
          /<\?xml[^>]*\?>|<\/?[a-z-]+(?: [a-z]+="[^"<&]*(?:&(?:amp|lt|gt|quot);[^"<&]*)*")*\/?>/g,
          '',
        )
        .replaceAll(/&(?:amp|lt|gt|quot);/g, '');
      assert.doesNotMatch(rest, /[<>&]/, name);
    });
  });

  test('stay properties and messages of workflow commands, one a line', () => {
    forHostileNames((report) => {
      const lines = rendered(report, 'github').split('\n').slice(0, -1);
      assert.ok(lines.length > 3);
      for (const line of lines) {
        assert.match(line, /^::(?:error|warning|notice) title=[^:,]*::[^\r]*$/);
        assert.doesNotMatch(line, /%(?!25|0A|0D|3A|2C)/);
      }
    });
  });

  test('stay label values of Prometheus', () => {
    forHostileNames((report) => {
      for (const line of rendered(report, 'prometheus').split('\n').slice(0, -1)) {
        assert.match(
          line,
          /^(?:# (?:HELP|TYPE) toolrig_[a-z_]+ .+|toolrig_[a-z_]+\{(?:[a-z]+="(?:[^"\\]|\\["\\])*",?)+\} [\d.e+-]+)$/,
        );
      }
    });
  });

  test('stay keys and values of JSON', () => {
    forHostileNames((report, name) => {
      const parsed = (format: ComparisonFormat) =>
        JSON.parse(rendered(report, format)) as Record<string, unknown>;
      assert.equal((parsed('json') as unknown as ComparisonReport).subjects[0]?.scenario, name);
      assert.equal(Object.keys(parsed('bencher')).length, 3, name);
      assert.ok(Array.isArray(parsed('benchmark-action')));
    });
  });
});
