import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { RunRecord, VariantRecord } from '../../src/harness/results/run-record.ts';
import {
  assertRefused,
  badScenario,
  type CliResult,
  PACKAGE_FOLDER,
  runCli,
  temporaryFolder,
} from '../helpers/cli.ts';
import { refusalOf } from '../helpers/refusal.ts';

const folder = temporaryFolder('chaos');
const schemaFile = join(PACKAGE_FOLDER, 'dist/src/harness/results/run.schema.json');
const validate = new Ajv2020({ allowUnionTypes: true, validateFormats: false }).compile(
  JSON.parse(readFileSync(schemaFile, 'utf8')) as object,
);

describe('bench of a scenario in which services are killed', () => {
  let result: CliResult;
  let record: RunRecord;
  let native: VariantRecord;
  before(async () => {
    result = await runCli(
      ['bench', badScenario('often-struck'), '--threshold', 'recoveryMax < 10s'].concat([
        '--json',
        '-q',
        '--out',
        folder,
      ]),
    );
    record = JSON.parse(result.stdout) as RunRecord;
    native = record.scenarios[0]?.variants[0] ?? assert.fail();
  });

  test('prints a record that its schema allows', () => {
    assert.equal(result.stderr, '');
    assert.ok(validate(record), JSON.stringify(validate.errors));
    assert.equal(record.scenarios[0]?.chaos?.fault?.kind, 'kill');
  });

  test('kills services, and accounts for every call', () => {
    const { offered, succeeded, failed, failedAsExpected, lost, answeredTwice } = native;
    assert.ok((native.crashes ?? 0) > 0);
    assert.equal(native.crashes, native.faults);
    assert.deepEqual({ lost, answeredTwice }, { lost: 0, answeredTwice: 0 });
    assert.equal(offered, succeeded + failed);
    assert.equal(failed, failedAsExpected);
    assert.equal(native.checksFailed, 0);
  });

  test('has a recovery time for every crash', () => {
    assert.equal(native.unrecovered, 0);
    assert.equal(native.recoveryNs?.count, native.crashes);
    assert.ok((native.recoveryNs?.max ?? 0) > 0);
  });

  test('holds the thresholds of every scenario with chaos', () => {
    const expressions = record.scenarios[0]?.thresholds.map(({ expression }) => expression) ?? [];
    for (const own of [
      'lost <= 0',
      'answeredTwice <= 0',
      'unrecovered <= 0',
      'recoveryMax < 10s',
    ]) {
      assert.ok(expressions.includes(own), own);
    }
  });
});

describe('bench of chaos', { concurrency: true }, () => {
  const out = ['--out', folder];

  test('exits with 4 when no fault came to pass: nothing was shown', async () => {
    const { exitCode, stdout } = await runCli(['bench', badScenario('not-struck'), '-q', ...out]);
    assert.equal(exitCode, 4, stdout);
    assert.match(stdout, /not-struck on native: no service crashed, for all its faults/);
  });

  test('refuses a variant that would not survive it', async () => {
    const hang = await runCli(['bench', 'hang', '--variants', 'native', ...out]);
    assertRefused(hang, 2, /'hang', which on variant 'native' would end the whole run/);
    const http = await refusalOf(['bench', 'crash-recovery', '--variants', 'http', ...out]);
    assertRefused(http, 2, /on variant 'http' nobody restarts them/);
  });

  test('refuses a count of calls, and a suite beside scenarios', async () => {
    const counted = await refusalOf([
      'bench',
      'crash-recovery',
      '-n',
      '5',
      '--variants',
      'native',
      ...out,
    ]);
    assertRefused(counted, 2, /give --duration/);
    const both = await refusalOf(['bench', 'soak', '--suite', 'chaos', ...out]);
    assertRefused(both, 2, /--suite chaos and soak exclude each other/);
    const wrong = await refusalOf(['bench', '--suite', 'chos', ...out]);
    assertRefused(wrong, 2, /--suite must be cost, chaos or truth, got 'chos'/);
  });

  test('is listed apart from what a plain bench runs', async () => {
    const { stdout } = await runCli(['list', '--json']);
    const listing = JSON.parse(stdout) as Record<string, { name: string }[]>;
    const names = (group: string) => listing[group]?.map(({ name }) => name) ?? [];
    assert.deepEqual(names('chaos'), [
      'crash-recovery',
      'hang',
      'oom',
      'overload',
      'soak',
      'worker-scaling',
    ]);
    assert.ok(names('scenarios').includes('mixed') && !names('scenarios').includes('soak'));
  });
});
