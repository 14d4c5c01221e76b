import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renderMarkdown } from '../../../../src/harness/report/markdown.ts';
import { assertGolden } from '../../../helpers/golden.ts';
import { HOSTILE_NAMES } from '../../../helpers/hostile-names.ts';
import {
  hostileRecord,
  sampleRecord,
  sampleScenario,
  sampleVariant,
} from '../../../helpers/sample-record.ts';

/** What is left when every escaped character is gone: the characters that mean something. */
function unescapedIn(text: string): string {
  return text.replaceAll(/\\[\\`*_{}[\]<>#!|~&@$:.]/g, '');
}

describe('report.md', () => {
  test('looks as agreed', () => {
    assertGolden('report.md', renderMarkdown(sampleRecord()));
  });

  test('keeps hostile names inert', () => {
    for (const name of HOSTILE_NAMES) {
      const page = renderMarkdown(hostileRecord(name));
      const [prose = '', code = ''] = page.split('## How to reproduce');
      const text = unescapedIn(prose);
      assert.doesNotMatch(text, /[<`~@]|\]\(|!\[|:\/\/|www\.|(?<!\*)\*(?!\*)/, name);
      assert.doesNotMatch(page.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Cs}]/u);
      const columns = text.split('\n').filter((line) => line.startsWith('|'));
      for (const line of columns) {
        const count = line.split('|').length;
        const hasCase = name.indexOf('/') > 0;
        assert.ok(count === (hasCase ? 10 : 9) || count === 4, `${count}: ${line}`);
      }
      // The command is in one code block: its fence is longer than any within.
      const fence = /^(`{3,})sh$/m.exec(code)?.[1] ?? '';
      assert.equal(code.split(new RegExp(`^${fence}$`, 'm')).length, 2, code);
      assert.equal((code.match(/\n/g) ?? []).length, 7);
    }
  });

  test('draws the cases of a scenario as one table that names them', () => {
    const page = renderMarkdown(
      sampleRecord({
        scenarios: ['calc', 'sweep/small|er', 'sweep/large'].map((name) =>
          sampleScenario(name, [sampleVariant('native', 100), sampleVariant('json', 900)]),
        ),
      }),
    );
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    assert.deepEqual(headings, ['calc', 'sweep', 'Environment', 'How to reproduce']);
    const sweep = page.slice(page.indexOf('## sweep'), page.indexOf('## Environment'));
    const firstCells = [...sweep.matchAll(/^\| (.+?) \| (.+?) \|/gm)].map(([, a, b]) => [a, b]);
    assert.deepEqual(firstCells, [
      ['case', 'variant'],
      ['---', '---'],
      [String.raw`small\|er`, 'native'],
      [String.raw`small\|er`, 'json'],
      ['large', 'native'],
      ['large', 'json'],
    ]);
    assert.equal(page.split('| case |').length, 2, 'a scenario of one case has no such column');
  });

  test('says how far the numbers may be trusted', () => {
    const verdicts = { valid: /\*\*valid\*\*/, invalid: /\*\*invalid\*\*: do not use them/ };
    for (const [verdict, expected] of Object.entries(verdicts)) {
      const validity = { verdict: verdict as keyof typeof verdicts, reasons: [] };
      assert.match(renderMarkdown(sampleRecord({ validity })), expected);
    }
  });

  test('copes without a repository and without a control group', () => {
    const { environment } = sampleRecord();
    const page = renderMarkdown(
      sampleRecord({
        environment: { ...environment, gitCommit: null, gitDirty: null, cgroup: null },
      }),
    );
    assert.match(page, /\| Commit \| unknown \|/);
    assert.match(page, /\| CPU limit \| none \|/);
    assert.match(page, /With Node 20\.20\.2:/);
  });
});
