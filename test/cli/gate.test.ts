import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { GateReport } from '../../src/harness/compare/gate/gate-report.ts';
import {
  assertPlain,
  assertRefused,
  type CliResult,
  runCli,
  startCli,
  temporaryFolder,
} from '../helpers/cli.ts';
import { FixtureRepository } from '../helpers/fixture-repository.ts';
import { refusalOf } from '../helpers/refusal.ts';

const folder = temporaryFolder('gate');
let count = 0;

/** A repository of its own for a test, and the gate in it. */
function fixture(cwd = '') {
  const home = join(folder, String(count++));
  const repository = new FixtureRepository(join(home, 'repository'));
  const log = join(home, 'log');
  const options = {
    cwd: join(repository.folder, cwd),
    env: { XDG_CACHE_HOME: join(home, 'cache'), FAKE_LOG: log },
  };
  const args = ['gate', '--install', 'node install.mjs', '--scenarios', 'adding', '-q'];
  return {
    home,
    repository,
    gate: (...more: string[]) => runCli([...args, ...more], options),
    start: (...more: string[]) => startCli([...args, ...more], options),
    /** Folder and arguments of each process that measured. */
    processes: () => readFileSync(log, 'utf8').trim().split('\n'),
    cached: () => readdirSync(join(home, 'cache', 'toolrig', 'gate'), { recursive: true }),
  };
}

function reportOf({ stdout }: CliResult): GateReport {
  return JSON.parse(stdout) as GateReport;
}

describe('gate', { concurrency: 2 }, () => {
  test('passes a working tree that is as fast as the base', async () => {
    const { repository, gate, processes } = fixture();
    const result = await gate('--base', 'main');
    assert.equal(result.exitCode, 0, result.stderr);
    assert.equal(result.stderr, '');
    assert.match(result.stdout, /\ngate passed: nothing regressed/);
    const order = processes().map((line) => (line.startsWith(repository.folder) ? 'B' : 'A'));
    assert.equal(order.join(''), 'ABBA'.repeat(8));
    assert.deepEqual(repository.worktrees(), [repository.folder]);
  });

  test('fails one that is slower, names the scenario, and writes all it was asked to', async () => {
    const { home, repository, gate } = fixture();
    repository.figures({ ns: 550 });
    const [junit, summary] = [join(home, 'gate.xml'), join(home, 'summary.md')];
    writeFileSync(summary, 'before\n');
    const result = await gate('--base', 'HEAD', '--json', '--junit', junit, '--summary', summary);
    assert.equal(result.exitCode, 1, result.stderr);
    const { gate: outcome, candidate, processes, environment } = reportOf(result);
    assert.equal(outcome.verdict, 'regressed');
    assert.deepEqual(outcome.reasons, [
      'adding on native: p50 regressed by 10.0 %',
      'adding on native: cpuNsPerCall regressed by 10.0 %',
    ]);
    assert.equal(candidate.name, 'the working tree, with changes');
    assert.equal(processes.length, 32);
    assert.match(environment.fingerprint, /^[0-9a-f]{16}$/);
    assert.match(readFileSync(junit, 'utf8'), /<failure message="500 ns → 550 ns/);
    assert.match(readFileSync(summary, 'utf8'), /^before\n# Gate failed: regressed\n/);
  });

  test('uses the tree of the base again, and measures below the root as it was called', async () => {
    const { repository, gate, processes } = fixture('packages');
    mkdirSync(join(repository.folder, 'packages'));
    repository.write('packages/figures.json', '{"ns":500}\n');
    repository.commit('a package');
    // Whatever it says of the speed: four processes are enough to see where they run.
    const soon = ['--base', 'HEAD', '--budget', '1ms'];
    const results = [await gate(...soon), await gate(...soon)];
    assert.deepEqual(
      results.map(({ exitCode }) => exitCode),
      [0, 0],
    );
    const folders = new Set(processes().map((line) => line.split(' ')[0]));
    assert.equal(folders.size, 2);
    assert.ok([...folders].every((each) => each?.endsWith('/packages')));
  });

  test('says of a scenario that the base lacks that it is new, and passes only if that may be', async () => {
    const { repository } = fixture();
    repository.write('new.mjs', '');
    const scenario = ['--base', 'HEAD', '--scenarios', './new.mjs'];
    const args = ['--install', 'node install.mjs', '-q', '--on-inconclusive', 'fail'];
    const { exitCode, stdout } = await runCli(['gate', ...scenario, ...args], {
      cwd: repository.folder,
      env: { XDG_CACHE_HOME: join(folder, 'new-cache') },
    });
    assert.equal(exitCode, 5);
    assert.match(stdout, /gate inconclusive[^]*nothing could be gated/);
    assert.match(stdout, /new\.mjs: new, the base does not have it/);
  });

  test('ends with 1 when calls of the candidate fail, and with 4 when those of the base do', async () => {
    const { repository, gate } = fixture();
    repository.figures({ ns: 100, failed: 3 });
    const broken = await gate('--base', 'HEAD');
    assert.equal(broken.exitCode, 1, broken.stderr);
    assert.match(broken.stdout, /in the candidate, 3 of 1000 calls failed: wrong sum/);
    repository.figures({ exitCode: 4 });
    const refused = await gate('--base', 'HEAD');
    assert.equal(refused.exitCode, 1, refused.stderr);
    assert.match(refused.stdout, /adding: it no longer works in the candidate: it cannot �\[31mme/);
    repository.figures({ ns: 100, failed: 3 });
    repository.commit('broken');
    repository.figures({ ns: 100 });
    const unusable = await gate('--base', 'HEAD');
    assert.equal(unusable.exitCode, 4, unusable.stderr);
    assert.match(unusable.stdout, /in the base, 3 of 1000 calls failed: wrong sum/);
  });

  test('ends with 4 when no call was made, and with 3 when a side cannot measure', async () => {
    const { repository, gate } = fixture();
    repository.figures({ ns: 100, calls: 0 });
    assert.equal((await gate('--base', 'HEAD')).exitCode, 4);
    repository.figures({ exitCode: 9 });
    const unable = await gate('--base', 'HEAD');
    assert.equal(unable.exitCode, 3);
    assert.match(unable.stderr, /of the candidate ended with 9\. It said last:\n.*�\[31mmeasure/);
    assertPlain(unable);
  });

  test('ends with 3 and the end of the output when the base does not build', async () => {
    const { home, repository, gate } = fixture();
    repository.write('package.json', '{ "name": "fixture", "scripts": { "build": "exit 9" } }\n');
    repository.commit('does not build');
    repository.write('package.json', '{ "name": "fixture" }\n');
    const junit = join(home, 'junit.xml');
    const { exitCode, stderr } = await gate('--base', 'HEAD', '--junit', junit);
    assert.equal(exitCode, 3);
    assert.match(stderr, /commit [0-9a-f]{12} does not build: 'npm run build' ended with 9/);
    // A CI server that reads nothing else must not see green.
    const xml = readFileSync(junit, 'utf8');
    assert.match(xml, /<testsuites [^>]*tests="1" failures="0" errors="1"/);
    assert.match(xml, /<error message="the gate broke: commit [0-9a-f]{12} does not build/);
  });

  test('ends with 2 for a commit, a scenario or a variant that is not there, and outside of git', async () => {
    const { home, repository, gate } = fixture();
    assertRefused(await gate('--base', 'nope'), 2, /no commit 'nope'.*fetch-depth: 0/);
    assertRefused(await gate('--base', 'HEAD', '--variants', 'natve'), 2, /Did you mean 'native'/);
    assert.ok(!existsSync(join(home, 'cache')), 'the base was checked out for nothing');
    const run = (args: string[], cwd: string) => refusalOf(['gate', ...args], cwd);
    assertRefused(
      await run(
        ['--base', 'HEAD', '--scenarios', 'ading', '--install', 'node install.mjs', '-q'],
        repository.folder,
      ),
      2,
      /the working tree has no scenario 'ading'\. Did you mean 'adding'/,
    );
    assertRefused(
      await run(['--base', 'HEAD', '--install', 'node install.mjs', '-q'], repository.folder),
      2,
      /name your scenarios: --scenarios/,
    );
    assertRefused(await run(['--base', 'HEAD'], folder), 2, /is in no git repository/);
  });

  test('interrupted, ends with 130 and leaves nothing behind in the repository', async () => {
    const { repository, start, cached } = fixture();
    repository.figures({ ns: 500, hangs: true });
    const running = start('--base', 'HEAD');
    await waitFor(() => existsSync(join(repository.folder, '..', 'log')));
    running.process.kill('SIGINT');
    const { exitCode, stderr } = await running.result;
    assert.equal(exitCode, 130, stderr);
    assert.deepEqual(repository.worktrees(), [repository.folder]);
    assert.ok(!cached().some((path) => String(path).endsWith('lock')));
  });
});

async function waitFor(isThere: () => boolean): Promise<void> {
  while (!isThere()) {
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}
