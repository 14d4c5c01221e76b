import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renderCapacityMarkdown } from '../../../../src/harness/report/capacity-markdown.ts';
import { renderCapacityText } from '../../../../src/harness/report/capacity-text.ts';
import { renderCapacityHtml } from '../../../../src/harness/report/html/capacity-page.ts';
import type { CapacityRecord } from '../../../../src/harness/results/capacity-record.ts';
import { assertGolden } from '../../../helpers/golden.ts';
import { HOSTILE_NAMES } from '../../../helpers/hostile-names.ts';
import { missedRates, sampleCapacity } from '../../../helpers/sample-capacity.ts';
import { sampleRecord } from '../../../helpers/sample-record.ts';

const ASSETS = { style: 'p {}', script: '' };

function firstFive(text: string): string[] {
  return text.split('\n').slice(0, 5);
}

describe('a capacity report', () => {
  test('as text is what it was', () => {
    assertGolden('capacity.txt', renderCapacityText(sampleRecord(), sampleCapacity()));
  });

  test('as Markdown is what it was', () => {
    assertGolden('capacity.md', renderCapacityMarkdown(sampleRecord(), sampleCapacity()));
  });

  test('as HTML is what it was', () => {
    assertGolden('capacity.html', renderCapacityHtml(sampleRecord(), sampleCapacity(), ASSETS));
  });

  test('begins with answer, interval, constraint, cost and confidence', () => {
    for (const text of [
      renderCapacityText(sampleRecord(), sampleCapacity()),
      renderCapacityMarkdown(sampleRecord(), sampleCapacity()),
    ]) {
      const [answer, interval, bound, cost, confidence] = firstFive(text);
      assert.match(answer ?? '', /^Answer: \d+ instances of c7g\.large with worker/);
      assert.match(interval ?? '', /^Interval: /);
      assert.match(bound ?? '', /^Bound by: CPU/);
      assert.match(cost ?? '', /^Cost: /);
      assert.match(confidence ?? '', /^Confidence: (medium|low)/);
    }
  });

  test('says so in five lines when nothing can be planned', () => {
    const objectives = [
      { expression: 'p99 < 1ns', metric: 'p99', limit: 1, isInclusive: false } as const,
    ];
    const lines = firstFive(renderCapacityText(sampleRecord(), sampleCapacity({ objectives })));
    assert.match(lines[0] ?? '', /^Answer: none of the options can be planned/);
    assert.match(lines[2] ?? '', /not even 1,?000 calls\/s keeps to p99 < 1ns/);
    assert.match(lines[4] ?? '', /^Confidence: none/);
  });

  test('shows what a refusal rests on, and how it was measured where no option says that', () => {
    const rates = missedRates().map((rate) => ({ ...rate, heldUp: 9 }));
    const text = renderCapacityMarkdown(sampleRecord(), {
      ...sampleCapacity(),
      options: [],
      refused: [{ variant: 'native', reason: 'others', rates }],
    });
    const [, section = ''] = text.split('## Not planned');
    const table =
      /native: windows by rate, 30 in all, of which others held up 27 \(too many to be set aside\)/;
    assert.match(section, table);
    assert.match(section, /Each rate was measured in short windows/);
    assert.equal(text.split('Each rate was measured in short windows').length, 2);
  });

  test('keeps hostile names harmless, in text and Markdown', () => {
    // To a plan a name is a name: it is made once, and everything in it renamed.
    const instance = {
      name: 'INSTANCE',
      cores: 2,
      memoryBytes: 1e9,
      price: { amount: 5, currency: 'CURRENCY' },
    };
    const plain = JSON.stringify(sampleCapacity({ scenario: 'NAME', instance }, 'NAME'));
    const renamed = (name: string): CapacityRecord => {
      const quoted = (text: string) => JSON.stringify(text).slice(1, -1);
      const text = plain
        .replaceAll('INSTANCE', () => quoted(name || 'x'))
        .replaceAll('CURRENCY', () => quoted(name.slice(0, 3) || '$'))
        .replaceAll('NAME', () => quoted(name));
      return JSON.parse(text) as CapacityRecord;
    };
    for (const [index, name] of HOSTILE_NAMES.entries()) {
      const capacity = renamed(name);
      const record = { ...sampleRecord(), command: name };
      const text = renderCapacityText(record, capacity);
      assert.doesNotMatch(
        text.replaceAll('\n', ''),
        /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u,
        `${index}`,
      );
      const page = renderCapacityHtml(record, capacity, ASSETS);
      assert.doesNotMatch(page, /<img|href="(?![#d])|[\p{Cf}\p{Cs}]/u, `${index}`);
      const markdown = renderCapacityMarkdown(record, capacity);
      // Outside the command's own block, where nothing has a meaning.
      const prose = markdown.split('## How to reproduce')[0] ?? '';
      assert.doesNotMatch(prose, /(?<!\\)<img|(?<!\\)!\\?\[|(?<!\\)\]\(/, `${index}`);
      assert.doesNotMatch(prose, /[\p{Cf}\p{Cs}]/u, `${index}`);
      const rows = prose.split('\n').filter((line) => line.startsWith('| '));
      for (const row of rows) assert.match(row, / \|$/, `${index}: ${row}`);
    }
  });
});
