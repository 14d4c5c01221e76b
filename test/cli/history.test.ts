import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { History } from '../../src/harness/compare/history.ts';
import { stringifyRunRecord } from '../../src/harness/results/run-json.ts';
import { assertPlain, assertRefused, runCli, temporaryFolder } from '../helpers/cli.ts';
import { refusalOf } from '../helpers/refusal.ts';
import { about, dailyRuns } from '../helpers/sample-history.ts';

const project = temporaryFolder('history');
const runs = join(project, 'results', 'runs');
for (const record of dailyRuns([...about(150, 12), ...about(170, 6)])) {
  mkdirSync(join(runs, record.runId), { recursive: true });
  writeFileSync(join(runs, record.runId, 'run.json'), stringifyRunRecord(record));
}

describe('toolrig history', () => {
  test('prints when a variant became slower, and what could not be read', async () => {
    mkdirSync(join(runs, 'torn'));
    writeFileSync(join(runs, 'torn', 'run.json'), '{"schemaVersion":1,');
    const result = await runCli(['history'], { cwd: project });
    assert.equal(result.exitCode, 0, result.stderr);
    assert.match(result.stdout, /2026-11-13 │ 20261113-060000-1313 │ 1313131 │ 150 ns → 169 ns/);
    assert.match(result.stderr, /^toolrig: left out: .*torn\/run\.json is not JSON: [^\n]*\n$/);
    assertPlain(result);
  });

  test('fails CI on a recent regression, and prints it as JSON', async () => {
    const flags = ['--fail-on-regression', '--json', '--variant', 'native'];
    const recent = await runCli(['history', ...flags, '--within', '6'], { cwd: project });
    assert.equal(recent.exitCode, 1);
    const { series } = JSON.parse(recent.stdout) as History;
    assert.equal(series[0]?.changes[0]?.verdict, 'regressed');
    const old = await runCli(['history', ...flags, '--within', '5'], { cwd: project });
    assert.equal(old.exitCode, 0);
  });

  test('refuses too few runs, and flags that make no sense', async () => {
    const one = join(runs, '20261101-060000-0101');
    const refused = await runCli(['history', one], { cwd: project });
    assertRefused(refused, 2, /a history needs at least 10 runs .* more than 1\. Make more/);
    const metric = await refusalOf(['history', '--metric', 'p42'], project);
    assertRefused(metric, 2, /--metric must be ns.*p50.*throughput, got .p42/);
    const nowhere = await refusalOf(['history'], temporaryFolder('no-history'));
    assertRefused(nowhere, 2, /has more than 0\. Make more with toolrig bench/);
  });
});
