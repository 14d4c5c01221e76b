import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { assertRefused, runCli, temporaryFolder } from '../helpers/cli.ts';
import { refusalOf } from '../helpers/refusal.ts';
import { sampleRecord } from '../helpers/sample-record.ts';

describe('toolrig report', () => {
  const runs = temporaryFolder('report');
  for (const day of [20, 21]) {
    const runId = `202611${day}-153012-ab12`;
    mkdirSync(join(runs, runId));
    const record = sampleRecord({ runId, startedAt: `2026-11-${day}T15:30:12.250Z` });
    writeFileSync(join(runs, runId, 'run.json'), JSON.stringify(record));
  }
  const report = (...args: string[]) => runCli(['report', ...args, '--runs', runs]);

  test('renders a run by the start of its id, in every format', async () => {
    const starts = {
      text: /^calculator-batch {2}/,
      markdown: /^# Run 20261120/,
      csv: /^run_id,/,
      json: /^\{\n/,
    };
    const made = await Promise.all(
      Object.keys(starts).map((format) => report('20261120', '--format', format)),
    );
    for (const [index, start] of Object.values(starts).entries()) {
      assert.equal(made[index]?.exitCode, 0, made[index]?.stderr);
      assert.match(made[index]?.stdout ?? '', start);
    }
  });

  test('writes a page to a file, and the trend of several runs', async () => {
    const file = join(runs, 'page.html');
    const [page, trend, histogram] = await Promise.all([
      report('latest', '--format', 'html', '--out', file),
      report('20261121', '20261120'),
      report('latest', '--histogram'),
    ]);
    assert.deepEqual([page.exitCode, page.stdout], [0, ''], page.stderr);
    assert.match(readFileSync(file, 'utf8'), /^<!doctype html>[\s\S]*20261121-153012-ab12/);
    assert.match(trend.stdout, /^Trend of 2 runs, 2026-11-20 to 2026-11-21\n/);
    assert.match(histogram.stdout, /^calculator-batch on direct: 8 calls\n/);
  });

  test('refuses what there is not', async () => {
    const refused = (...args: string[]) => refusalOf(['report', ...args, '--runs', runs]);
    const several = await refused('20261120', '20261121', '--format', 'junit');
    assertRefused(several, 2, /--format junit holds one run, got 2/);
    const format = await refused('latest', '--format', 'pdf');
    assertRefused(format, 2, /--format must be text, markdown, html, .* or prometheus, got 'pdf'/);
    const both = await refused('latest', '--histogram', '--format', 'html');
    assertRefused(both, 2, /--histogram is text: leave out --format html/);
    assertRefused(await report('2025'), 2, /there is no run '2025'/);
  });
});
