import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type RunFormat, renderRuns } from '../../../../src/harness/report/run-formats.ts';
import { assertGolden } from '../../../helpers/golden.ts';
import { HOSTILE_NAMES } from '../../../helpers/hostile-names.ts';
import { PLAIN_ASSETS } from '../../../helpers/page-parts.ts';
import { sampleCapacity } from '../../../helpers/sample-capacity.ts';
import { hostileRecord, sampleRecord } from '../../../helpers/sample-record.ts';

const render = (format: RunFormat, name?: string) =>
  renderRuns([name === undefined ? sampleRecord() : hostileRecord(name)], format, {
    pageAssets: () => PLAIN_ASSETS,
  });

const GOLDEN = {
  junit: 'run.junit.xml',
  github: 'run.github.txt',
  'benchmark-action': 'run.benchmark-action.json',
  bencher: 'run.bencher.json',
  prometheus: 'run.prom',
} as const;

describe('A run for programs', () => {
  for (const [format, file] of Object.entries(GOLDEN)) {
    test(`looks as agreed as ${format}`, () => {
      assertGolden(file, render(format as RunFormat));
    });
  }

  test('keeps hostile names inert', () => {
    const shape = (text: string) => text.replaceAll(/"[^"]*"|>[^<]*</g, '');
    const expected = shape(render('junit', 'plain'));
    for (const name of [...HOSTILE_NAMES, ']]><x a="', "'&amp;"]) {
      const xml = render('junit', name);
      assert.equal(shape(xml), expected, name);
      assert.doesNotMatch(xml, /&(?!(?:amp|lt|gt|quot);)/);
      const commands = render('github', name);
      for (const line of commands.trimEnd().split('\n')) {
        assert.match(line, /^::(?:error|warning) title=[^:,]*::/, line);
      }
      for (const format of ['benchmark-action', 'bencher'] as const) {
        JSON.parse(render(format, name));
      }
      for (const format of Object.keys(GOLDEN) as RunFormat[]) {
        assert.doesNotMatch(render(format, name).replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Cs}]/u);
      }
    }
  });

  test('has no figures of an invalid run in formats that have no place for a doubt', () => {
    const validity = { verdict: 'invalid', reasons: ['no call succeeded'] } as const;
    for (const format of ['benchmark-action', 'bencher', 'prometheus'] as const) {
      assert.throws(
        () => renderRuns([sampleRecord({ validity })], format, { pageAssets: () => PLAIN_ASSETS }),
        { code: 'ERR_INVALID_MEASUREMENT', message: /is invalid, and its .*: no call succeeded$/ },
      );
    }
  });

  test('is the plan where a plan was made, and not what was measured for it', () => {
    const record = { ...sampleRecord({ scenarios: [] }), capacity: sampleCapacity() };
    for (const format of ['text', 'markdown', 'html'] as const) {
      const text = renderRuns([record], format, { pageAssets: () => PLAIN_ASSETS });
      assert.match(text, /Answer.*instance/, format);
    }
  });

  test('is in error when its numbers must not be used', () => {
    const record = sampleRecord({
      validity: { verdict: 'invalid', reasons: ['no call succeeded'] },
    });
    const options = { pageAssets: () => PLAIN_ASSETS };
    assert.match(renderRuns([record], 'junit', options), /<error message="no call succeeded"/);
    assert.match(
      renderRuns([record], 'github', options),
      /^::error title=run is invalid::no call/m,
    );
  });

  test('is one: formats without a trend refuse several', () => {
    const options = { pageAssets: () => PLAIN_ASSETS };
    assert.throws(() => renderRuns([sampleRecord(), sampleRecord()], 'bencher', options), {
      code: 'ERR_USAGE',
      message: /--format bencher holds one run, got 2/,
    });
  });

  test('of several runs, the table has the rows of all', () => {
    const options = { pageAssets: () => PLAIN_ASSETS };
    const [one, two] = [1, 2].map((count) =>
      renderRuns(
        Array.from({ length: count }, () => sampleRecord()),
        'csv',
        options,
      ).split('\n'),
    );
    assert.equal((two?.length ?? 0) - 2, 2 * ((one?.length ?? 0) - 2));
  });
});
