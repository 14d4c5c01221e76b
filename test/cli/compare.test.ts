import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { ComparisonReport } from '../../src/harness/compare/comparison-report.ts';
import { stringifyRunRecord } from '../../src/harness/results/run-json.ts';
import { assertPlain, assertRefused, runCli, temporaryFolder } from '../helpers/cli.ts';
import { refusalOf } from '../helpers/refusal.ts';
import { comparedRun } from '../helpers/sample-comparison.ts';

describe('toolrig compare', { concurrency: true }, () => {
  const runs = temporaryFolder('compare');
  const [before1, after1] = ['20261122-153012-ab12', '20261123-090000-cd34'];
  const compare = (...args: string[]) => runCli(['compare', ...args, '--runs', runs]);

  before(async () => {
    for (const [runId, nsPerCall] of [
      [before1, 200],
      [after1, 220],
    ] as const) {
      await mkdir(join(runs, runId));
      const text = stringifyRunRecord(comparedRun(runId, nsPerCall));
      await writeFile(join(runs, runId, 'run.json'), text);
    }
  });

  test('shows what changed between two runs, and fails only where it is asked to', async () => {
    const [plain, asked] = await Promise.all([
      compare('20261122', 'latest'),
      compare('20261122', 'latest', '--fail-on', 'regressed', '--variants', 'native'),
    ]);
    assert.equal(plain.exitCode, 0);
    assert.match(plain.stdout, /^baseline {3}20261122-153012-ab12,/);
    assert.match(plain.stdout, /^p50 .*\+10\.0 %.*regressed$/m);
    assert.match(plain.stdout, /^! the runs were made at different times/m);
    assertPlain(plain);
    assert.equal(asked.exitCode, 1);
    assert.doesNotMatch(asked.stdout, / on json/);
  });

  test('compares two variants of one run, as JSON', async () => {
    const result = await compare('latest', '--variants', 'native,json', '--json');
    assert.equal(result.exitCode, 0, result.stderr);
    const { subjects, candidate } = JSON.parse(result.stdout) as ComparisonReport;
    assert.equal(candidate.name, `json of ${after1}`);
    assert.deepEqual(
      subjects.map(({ variant, pairing }) => [variant, pairing]),
      [['native → json', 'paired']],
    );
  });

  test('exits with 5 for what is inconclusive, where it is asked to', async () => {
    const { exitCode, stdout } = await compare(
      'latest',
      before1,
      '--scenario=calculator-batch',
      '--metrics=p999',
      '--variants=native',
      '--fail-on=inconclusive,regressed',
    );
    assert.equal(exitCode, 5);
    assert.match(stdout, /\ninconclusive: 1 inconclusive\n$/);
  });

  test('fails for what the candidate lacks, unless it may', async () => {
    const { scenarios, ...smaller } = comparedRun('20261101-000000-ef56', 200);
    const path = join(runs, 'smaller.json');
    const [first] = scenarios as [(typeof scenarios)[number]];
    await writeFile(path, stringifyRunRecord({ ...smaller, scenarios: [first] }));
    const asked = ['--fail-on=regressed', '--metrics=allocatedBytesPerCall', '--variants=native'];
    const [refused, allowed] = await Promise.all([
      compare(before1, path, ...asked),
      compare(before1, path, ...asked, '--allow-missing'),
    ]);
    assert.equal(refused.exitCode, 1, refused.stderr);
    assert.match(refused.stdout, /^failure: only run 20261122-153012-ab12 has no-twin$/m);
    assert.equal(allowed.exitCode, 0, allowed.stderr);
    assert.match(allowed.stdout, /^! only run 20261122-153012-ab12 has no-twin$/m);
  });

  test('writes a file in place of printing', async () => {
    const out = join(runs, 'junit.xml');
    const { exitCode, stdout } = await compare(before1, after1, '--format', 'junit', '--out', out);
    assert.deepEqual([exitCode, stdout], [0, '']);
    assert.match(await readFile(out, 'utf8'), /^<\?xml .*\n<testsuites /);
  });

  test('refuses what it cannot compare, and says what there is', async () => {
    const refusals: [RegExp, ...string[]][] = [
      [/compare takes two runs, or one with --variants base,candidate/, 'latest'],
      [
        /no scenario of run .* has both|has a variant 'natve'. Did you mean 'native'/,
        'latest',
        '--variants',
        'natve,json',
      ],
      [/has a scenario 'weather'\. There is/, 'latest', before1, '--scenario', 'weather'],
      [
        /--metrics knows no 'p5O'. Did you mean 'p50'\? See /,
        'latest',
        before1,
        '--metrics',
        'p5O',
      ],
      [
        /--tolerance must be a percentage such as 3% or 0\.5%, got '3'/,
        'latest',
        before1,
        '--tolerance',
        '3',
      ],
      [/--json and --format junit exclude/, 'latest', before1, '--json', '--format', 'junit'],
    ];
    for (const [message, ...args] of refusals) {
      assertRefused(await refusalOf(['compare', ...args, '--runs', runs]), 2, message);
    }
    assertRefused(await compare('latest'), 2, refusals[0]?.[0] as RegExp);
  });
});
