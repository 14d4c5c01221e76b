import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { RunRecord, VariantRecord } from '../../src/harness/results/run-record.ts';
import {
  assertPlain,
  assertRefused,
  badScenario,
  type CliResult,
  runCli,
  SHORT,
  temporaryFolder,
} from '../helpers/cli.ts';
import { refusalOf } from '../helpers/refusal.ts';

const folder = temporaryFolder('targets');

function bench(scenario: string, ...more: string[]): Promise<CliResult> {
  return runCli(['bench', badScenario(scenario), '--out', join(folder, scenario), ...more]);
}

/** The same where nothing is measured, without a process. */
function refused(scenario: string, ...more: string[]): Promise<CliResult> {
  return refusalOf([
    'bench',
    badScenario(scenario),
    '--out',
    join(folder, scenario),
    '-q',
    ...more,
  ]);
}

/** The record of a run that was printed, once it is the one that was stored. */
function storedRecord(scenario: string, { stdout }: CliResult): RunRecord {
  const [runId = ''] = readdirSync(join(folder, scenario));
  assert.equal(readFileSync(join(folder, scenario, runId, 'run.json'), 'utf8'), stdout);
  return JSON.parse(stdout) as RunRecord;
}

function onlyVariant(record: RunRecord): VariantRecord {
  const [variant] = record.scenarios.flatMap(({ variants }) => variants);
  assert.ok(variant !== undefined);
  return variant;
}

describe('a scenario that cannot work is refused before it is measured', { concurrency: 2 }, () => {
  test('a misspelled tool: 2, with the nearest', async () => {
    assertRefused(
      await refused('misspelled-tool'),
      2,
      /Unknown tool: ecko\. Did you mean 'echo'\?/,
    );
  });

  test('a misspelled tool on a variant that validates: 2, with the nearest', async () => {
    const result = await refused('misspelled-tool', '--variants', 'native');
    assertRefused(result, 2, /Unknown tool: ecko\. Did you mean 'echo'\?/);
  });

  test('arguments that break the schema: 2, in the words of the variant that validates', async () => {
    assertRefused(await refused('breaks-schema'), 2, /variant 'native'.*\/value must be number/);
  });

  test('an input that throws: 2', async () => {
    assertRefused(
      await refused('input-throws'),
      2,
      /input of operation 'echo' threw RangeError: no/,
    );
  });

  test('a check that says whether instead of what: 2', async () => {
    assertRefused(
      await refused('check-says-true'),
      2,
      /check of operation 'echo' must .* got true/,
    );
  });

  test('a check that throws: 4', async () => {
    assertRefused(await bench('check-throws'), 4, /wrong reply.*its check threw TypeError: reply/);
  });

  test('a service that does not start: 3', async () => {
    assertRefused(await refused('stillborn'), 3, /'troubled' did not start: .*no room at the inn/);
  });

  test('a service that dies at its first call: 3', async () => {
    assertRefused(await refused('dies-at-once'), 3, /'native' failed before .*out of breath/);
  });

  for (const command of [['bench'], ['capacity', '--target-rate', '10', '--slo', 'p99<1s']]) {
    test(`a module that ends the program, by ${command[0]}: 3, with its place`, async () => {
      const out = join(folder, 'quits-at-once');
      const result = await runCli([...command, badScenario('quits-at-once'), '--out', out]);
      const message =
        /process\.exit\(0\) was called at .*quits-at-once\.js:\d+.* in the loading of its/;
      assertRefused(result, 3, message);
    });
  }
});

describe('a target that gets into trouble in the middle', { concurrency: 2 }, () => {
  test('a service that dies: 1, its failures by code', async () => {
    const result = await bench('dies-later', '--json');
    assert.equal(result.exitCode, 1);
    assertPlain(result);
    const { calls, succeeded, failed, errors, firstFailure } = onlyVariant(
      storedRecord('dies-later', result),
    );
    assert.equal(calls, 40_000);
    assert.ok(succeeded > 0);
    assert.equal(succeeded + failed, calls);
    // The call under way dies with the service, in one of its blocks or in the reference's second one.
    assert.ok((errors.ERR_SERVICE_EXIT ?? 0) <= 1);
    assert.equal((errors.ERR_SERVICE_EXIT ?? 0) + (errors.ERR_SERVICE_NOT_FOUND ?? 0), failed);
    assert.notEqual(firstFailure, null);
  });

  test('a service that replies wrongly: 1, with what was wrong, on the terminal too', async () => {
    const result = await bench('lies-later');
    assert.equal(result.exitCode, 1);
    assert.match(result.stdout, /of 40,000 calls failed \(wrong reply [\d,]+\)/);
    assert.match(result.stdout, /wrong reply: \d+ ≠ \d+/);
    assert.match(result.stdout, /✗ errors <= 0% .*native/);
    assertPlain(result);
  });

  test('not one success: 4, and the record says not to use it', async () => {
    const result = await bench('lies-always', '--json');
    assert.equal(result.exitCode, 4);
    const record = storedRecord('lies-always', result);
    assert.equal(onlyVariant(record).succeeded, 0);
    assert.equal(record.validity.verdict, 'invalid');
    assert.match(record.validity.reasons[0] ?? '', /not one call succeeded/);
  });

  test('a process that ends: 3, and the rounds before it are kept', async () => {
    const result = await bench('exits-later', '--json');
    assert.equal(result.exitCode, 3);
    assert.match(
      result.stderr,
      /toolrig: variant 'stdio' in round \d+ failed: .*exited with code 7/,
    );
    assertPlain(result);
    const record = storedRecord('exits-later', result);
    assert.ok(onlyVariant(record).rounds.length > 0);
    assert.match(record.validity.reasons.at(-1) ?? '', /^the run ended early: .*code 7/);
  });

  test('a service that ends the program it runs in: 3, named, and the rounds before it are kept', async () => {
    const result = await bench('quits-later', '--json');
    assert.equal(result.exitCode, 3);
    const ended =
      /process\.exit\(0\) was called at .*troubled-service\.js:\d+.*, which ended the run in scenario 'quits', variant 'native' in round \d+/;
    assert.match(result.stderr, ended);
    assertPlain(result);
    const record = storedRecord('quits-later', result);
    assert.ok(onlyVariant(record).rounds.length > 0);
    assert.match(record.validity.reasons.at(-1) ?? '', ended);
    assert.equal(
      readdirSync(join(folder, 'quits-later')).length,
      1,
      'it is not under way any more',
    );
  });

  test('an error outside any call: 4, with its place, and what was measured before is kept', async () => {
    const out = join(folder, 'leaks');
    const paths = ['lingers', 'leaks'].map(badScenario);
    const result = await runCli(['bench', ...paths, '--out', out, '--json']);
    assert.equal(result.exitCode, 4);
    assert.match(result.stderr, /nobody catches this \(at .*troubled-service\.js:\d+/);
    const { scenarios, validity } = storedRecord('leaks', result);
    assert.equal(scenarios[0]?.name, 'lingers');
    assert.equal(validity.verdict, 'invalid');
  });

  test('a service without a deadline that hangs: 4, named, and what was measured before is kept', async () => {
    const out = join(folder, 'hangs-later');
    const paths = ['lingers', 'hangs-later'].map(badScenario);
    const result = await runCli(['bench', ...paths, '--out', out, '--json']);
    assert.equal(result.exitCode, 4);
    const gaveUp = /variant 'direct' in round \d failed: 1 call was not answered within 6 s/;
    assert.match(result.stderr, gaveUp);
    const { scenarios, validity } = storedRecord('hangs-later', result);
    assert.deepEqual(
      scenarios.map(({ name }) => name),
      ['lingers', 'hangs'],
    );
    assert.ok((scenarios[1]?.variants[0]?.rounds.length ?? 0) > 0);
    assert.equal(validity.verdict, 'invalid');
    assert.match(validity.reasons[0] ?? '', gaveUp);
  });

  test('a scenario that cannot work costs nothing of those before it', async () => {
    const out = join(folder, 'second');
    const paths = ['lingers', 'stillborn'].map(badScenario);
    const result = await runCli(['bench', ...paths, '--out', out, '--json']);
    assert.equal(result.exitCode, 3);
    assert.match(result.stderr, /no room at the inn/);
    const record = storedRecord('second', result);
    assert.deepEqual(
      record.scenarios.map(({ name }) => name),
      ['lingers'],
    );
  });

  test('a service that leaves a timer behind does not keep the program from ending', async () => {
    const result = await bench('lingers', '--quiet');
    assert.equal(result.exitCode, 0);
    assert.equal(result.stderr, '');
    assert.match(result.stdout, /^lingers {2}/);
    assert.ok(!result.stdout.includes('\u001b'), 'no colour where stdout is no terminal');
  });
});

describe('thresholds', { concurrency: 2 }, () => {
  const out = join(folder, 'thresholds');
  const run = (...thresholds: string[]) =>
    runCli(
      [
        'bench',
        'calculator-batch',
        ...SHORT,
        '--variants',
        'native',
        '--out',
        out,
        '--json',
      ].concat(thresholds.flatMap((threshold) => ['--threshold', threshold])),
    );

  test('end with 1 when one fails, and say what was observed', async () => {
    const result = await run('native.p99 < 1ns', 'throughput > 1');
    assert.equal(result.exitCode, 1);
    const [scenario] = (JSON.parse(result.stdout) as RunRecord).scenarios;
    assert.deepEqual(
      scenario?.thresholds.map(({ expression, passed }) => [expression, passed]),
      [
        ['native.p99 < 1ns', false],
        ['throughput > 1', true],
        ['errors <= 0%', true],
      ],
    );
    assert.ok((scenario?.thresholds[0]?.observed ?? 0) > 1);
  });

  test('end with 0 when all hold', async () => {
    assert.equal((await run('p50 < 10s', 'throughput > 1')).exitCode, 0);
  });
});
