import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { GateReport } from '../../src/harness/compare/gate/gate-report.ts';
import { stringifyRunRecord } from '../../src/harness/results/run-json.ts';
import type { RunRecord } from '../../src/harness/results/run-record.ts';
import {
  assertRefused,
  CLI_MAIN,
  PACKAGE_FOLDER,
  runCli,
  SHORT,
  startProgram,
  temporaryFolder,
} from '../helpers/cli.ts';
import { refusalOf } from '../helpers/refusal.ts';
import { sampleRecord } from '../helpers/sample-record.ts';

const folder = temporaryFolder('baseline');
let count = 0;

const OWN_SCENARIO = `
import { defineScenario, referenceService } from '${PACKAGE_FOLDER}dist/src/harness/index.js';
export const scenario = defineScenario({
  name: 'own',
  description: 'one of the user’s own',
  services: { calculator: referenceService('calculator') },
  operations: [
    { name: 'add', service: 'calculator', tool: 'add', input: () => ({ a: 1, b: 2 }), check() {} },
  ],
});
`;

/** The program as `gate` runs it; what each start measures is at hand, and so costs no time. */
const GATE_OF_KNOWN_STARTS = `
import { readFileSync } from 'node:fs';
if (process.argv[2] === 'gate') await import('${CLI_MAIN}');
else process.stdout.write(readFileSync('results/baselines/main.json', 'utf8'));
`;

/** A project of its own for a test, with one stored run. */
function project(record: RunRecord = sampleRecord()) {
  const cwd = join(folder, String(count++));
  const run = join(cwd, 'results', 'runs', record.runId);
  mkdirSync(run, { recursive: true });
  writeFileSync(join(run, 'run.json'), stringifyRunRecord(record));
  return {
    cwd,
    record,
    toolrig: (...args: string[]) => runCli(args, { cwd }),
    refused: (...args: string[]) => refusalOf(args, cwd),
  };
}

describe('baseline', { concurrency: 2 }, () => {
  test('saves the newest run, lists it, shows it and removes it', async () => {
    const { cwd, record, toolrig } = project();
    const saved = await toolrig('baseline', 'save', 'main');
    assert.equal(saved.exitCode, 0, saved.stderr);
    const file = join(cwd, 'results', 'baselines', 'main.json');
    assert.equal(readFileSync(file, 'utf8'), stringifyRunRecord(record));
    const listed = await toolrig('baseline', 'list');
    assert.match(listed.stdout, new RegExp(`^main {2}${record.runId}`));
    const compared = await toolrig('compare', 'main', 'latest', '--json');
    assert.equal(JSON.parse(compared.stdout).baseline.name, record.runId, compared.stderr);
    const shown = await toolrig('baseline', 'show', 'main', '--json');
    assert.equal(shown.stdout, stringifyRunRecord(record));
    const corrupt = join(cwd, 'results', 'baselines', 'broken.json');
    writeFileSync(corrupt, '{');
    const others = await toolrig('baseline', 'list', '--json');
    assert.equal(others.exitCode, 2);
    assert.match(others.stderr, /^toolrig: [^\n]*broken\.json is not JSON/);
    assert.deepEqual(
      JSON.parse(others.stdout).map(({ name }: { name: string }) => name),
      ['main'],
    );
    const removed = await toolrig('baseline', 'rm', 'main');
    assert.equal(removed.exitCode, 0, removed.stderr);
    assert.ok(!existsSync(file));
  });

  test('refuses what is taken, what leads elsewhere, what is not there, and no action', async () => {
    const { toolrig, refused } = project();
    await toolrig('baseline', 'save', 'main');
    assertRefused(
      await toolrig('baseline', 'save', 'main'),
      2,
      /already: overwrite it with --force/,
    );
    assert.equal((await toolrig('baseline', 'save', 'main', '--force')).exitCode, 0);
    assertRefused(await refused('baseline', 'save', '../main'), 2, /name must be .*'\.\.\/main'/);
    assertRefused(await refused('baseline', 'show', 'mian'), 2, /Did you mean 'main'/);
    assertRefused(await refused('baseline', 'save', 'x', '--run', 'nope'), 2, /no run 'nope'/);
    assertRefused(await refused('baseline'), 2, /<action> missing/);
  });
});

describe('gate --baseline', { concurrency: 2 }, () => {
  test('measures nothing on another machine, and is inconclusive', async () => {
    const record = sampleRecord();
    const environment = { ...record.environment, node: '18.0.0', fingerprint: '0'.repeat(16) };
    const { toolrig } = project({ ...record, environment });
    await toolrig('baseline', 'save', 'main');
    const passes = await toolrig('gate', '--baseline', 'main', '-q', '--json');
    assert.equal(passes.exitCode, 0, passes.stderr);
    const { gate, processes } = JSON.parse(passes.stdout) as GateReport;
    assert.equal(gate.verdict, 'inconclusive');
    assert.match(gate.reasons[0] ?? '', /made on another machine: .*node 18\.0\.0 and /);
    assert.deepEqual(processes, []);
    const strict = await toolrig('gate', '--baseline', 'main', '-q', '--on-inconclusive', 'fail');
    assert.equal(strict.exitCode, 5);
    assert.match(strict.stdout, /^gate inconclusive/m);
  });

  test('refuses a baseline of one round before it starts anything, and says what to save', async () => {
    const cwd = join(folder, String(count++));
    mkdirSync(cwd);
    const toolrig = (...args: string[]) => runCli(args, { cwd });
    const load = ['--rate', '200', '--duration', '100ms', '--warmup', '20ms'];
    await toolrig('bench', 'calculator-batch', '--variants', 'native', ...load, '-q');
    await toolrig('baseline', 'save', 'main');
    const refused = await refusalOf(['gate', '--baseline', 'main', '-q'], cwd);
    assertRefused(refused, 2, /one round of calculator-batch.*--rounds 10/);
  });

  test('refuses a baseline of a server that load was pointed at, whatever its scenario is called', async () => {
    const { toolrig } = project(sampleRecord({ command: 'toolrig load http://127.0.0.1:3/mcp' }));
    await toolrig('baseline', 'save', 'main');
    const refused = await toolrig('gate', '--baseline', 'main', '-q');
    assertRefused(
      refused,
      2,
      /'main' is of a server that toolrig load .* toolrig compare main latest/,
    );
  });

  test('starts a scenario of one’s own, given by its path, as the baseline was measured', async () => {
    const cwd = join(folder, String(count++));
    mkdirSync(cwd);
    writeFileSync(join(cwd, 'own.scenario.mjs'), OWN_SCENARIO);
    const toolrig = (...args: string[]) => runCli(args, { cwd });
    const run = ['bench', './own.scenario.mjs', '--variants', 'native', '-c', '1', '-b', '4', '-q'];
    assert.equal((await toolrig(...run, ...SHORT)).exitCode, 0);
    await toolrig('baseline', 'save', 'main');
    const gate = ['gate', '--baseline', 'main', '-q'];
    assertRefused(await refusalOf(gate, cwd), 2, /'own' of baseline 'main' is .* give its path/);
    gate.push('--scenarios', 'own.scenario.mjs', '--json', '--warmup', '2ms');
    const { exitCode, stdout, stderr } = await toolrig(...gate, '--budget', '1ms');
    assert.equal(exitCode, 0, stderr);
    const { processes } = JSON.parse(stdout) as GateReport;
    assert.equal(processes.length, 1, 'no second start fits the budget');
    assert.match(processes[0]?.samples[0]?.load ?? '', /^closed loop, 1 × 4 in flight/);

    writeFileSync(join(cwd, 'known.mjs'), GATE_OF_KNOWN_STARTS);
    const program = [process.execPath, join(cwd, 'known.mjs'), ...gate];
    const known = await startProgram(program, { cwd }).result;
    assert.equal(known.exitCode, 0, known.stderr);
    const whole = JSON.parse(known.stdout) as GateReport;
    assert.equal(whole.processes.length, 8);
  });

  test('takes a commit or a baseline, one of the two', async () => {
    const { toolrig, refused } = project();
    assertRefused(await toolrig('gate'), 2, /name one thing to compare with/);
    const both = await refused('gate', '--base', 'HEAD', '--baseline', 'main');
    assertRefused(both, 2, /name one thing to compare with/);
    assertRefused(await refused('gate', '--baseline', 'main'), 2, /no baseline 'main'/);
    const lost = await refused('gate', '--base', 'HEAD', '--junit', 'nowhere/gate.xml');
    assertRefused(lost, 2, /--junit nowhere\/gate\.xml cannot be written: ENOENT.*folder first/);
  });
});
