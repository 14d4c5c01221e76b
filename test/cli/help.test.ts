import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runCli } from '../helpers/cli.ts';

/** No line is too long, nor an example so long that it was broken for it. */
function assertNarrow(text: string): void {
  for (const line of text.split('\n')) assert.ok(line.length <= 80, `${line.length}: ${line}`);
  const [, examples = ''] = /^Examples:\n(.*?)^$/ms.exec(text) ?? [];
  for (const line of examples.split('\n'))
    assert.match(line, /^(?: {2}(?:toolrig|[A-Z_]+=)| {4,}\S|$)/);
}

describe('toolrig --help', { concurrency: true }, () => {
  test('names every command, within 80 columns', async () => {
    const { exitCode, stdout, stderr } = await runCli(['--help']);
    assert.equal(exitCode, 0);
    assert.equal(stderr, '');
    const commands = [
      'bench',
      'load',
      'capacity',
      'compare',
      'micro',
      'list',
      'serve',
      'status',
      'call',
    ];
    for (const command of commands) {
      assert.match(stdout, new RegExp(`^ {2}toolrig ${command}\\b.* {2}\\S`, 'm'));
    }
    assertNarrow(stdout);
  });

  test('of bench has every flag, examples and exit codes, within 80 columns', async () => {
    const { exitCode, stdout, stderr } = await runCli(['bench', '--help']);
    assert.equal(exitCode, 0);
    assert.equal(stderr, '');
    const flags =
      '-c, --concurrency|-b, --batch|-d, --duration|-n, --calls|--rounds|--warmup|--variants|' +
      '--payload|--threshold|--seed|--out|--json|-q, --quiet';
    for (const flag of flags.split('|')) {
      assert.match(stdout, new RegExp(`^ +${flag} {2,}\\S`, 'm'), flag);
    }
    assert.match(stdout, /^Examples:\n {2}toolrig bench\n/m);
    assert.match(stdout, /^Exit codes:\n {2}0 {2}pass\n/m);
    assertNarrow(stdout);
  });

  test('of micro is the same by either spelling', async () => {
    const [byFlag, byWord] = await Promise.all([
      runCli(['micro', '--help']),
      runCli(['help', 'micro']),
    ]);
    assert.equal(byFlag.exitCode, 0);
    assert.match(byFlag.stdout, /toolrig micro dispatch/);
    assert.deepEqual(byWord, byFlag);
    assertNarrow(byFlag.stdout);
  });

  for (const [command, flags] of [
    ['gate', ['--base', '--baseline', '--budget', '-d, --duration']],
    [
      'compare',
      ['--variants', '--scenario', '--metrics', '--tolerance', '--fail-on', '--format', '--out'],
    ],
    ['capacity', ['--target-rate', '--workload', '--slo', '--instance', '--from', '--json']],
    ['load', ['--tool', '-a, --arguments', '-H, --header', '--allow-host', '-R, --rate', '--json']],
    ['serve', ['--config', '--port']],
    ['status', ['--port', '-w, --watch', '--json']],
    ['call', ['--port', '--timeout']],
  ] as const) {
    test(`of ${command} has its flags, examples and exit codes, within 80 columns`, async () => {
      const { exitCode, stdout, stderr } = await runCli([command, '--help']);
      assert.deepEqual([exitCode, stderr], [0, '']);
      for (const flag of flags) assert.match(stdout, new RegExp(`^ +${flag} {2,}\\S`, 'm'), flag);
      assert.match(stdout, new RegExp(`^Examples:\n {2}toolrig ${command}\\b`, 'm'));
      assert.match(stdout, /^Exit codes:\n {2}0 {2}/m);
      assertNarrow(stdout);
    });
  }
});

describe('toolrig list', { concurrency: true }, () => {
  test('shows scenarios, variants and benches with a line about each, within 80 columns', async () => {
    const { exitCode, stdout, stderr } = await runCli(['list']);
    assert.equal(exitCode, 0);
    assert.equal(stderr, '');
    for (const name of ['calculator-batch', 'sdk-memory', 'dispatch']) {
      assert.match(stdout, new RegExp(`^ {2}${name} {2,}\\S`, 'm'));
    }
    assertNarrow(stdout);
  });

  test('prints one JSON document with --json, nothing in it without a description', async () => {
    const { exitCode, stdout } = await runCli(['list', '--json']);
    assert.equal(exitCode, 0);
    const listing = JSON.parse(stdout) as Record<string, { name: string; about: string }[]>;
    assert.deepEqual(Object.keys(listing), ['scenarios', 'chaos', 'truth', 'variants', 'micro']);
    assert.deepEqual(
      listing.scenarios?.map(({ name }) => name),
      ['calculator-batch', 'data-pipeline', 'file-read', 'mixed', 'payload-sweep'],
    );
    for (const { name, about } of Object.values(listing).flat()) assert.notEqual(about, '', name);
  });
});
