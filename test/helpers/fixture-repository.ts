/**
 * A git repository in a temporary folder: a package that depends on a toolrig which measures
 * nothing. Its figures are in `figures.json`, so that a commit says how fast it is.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Stands in for toolrig: `list --json`, and `bench` with what the working folder's file says. CommonJS, which
 * starts sooner: a gate starts it 32 times.
 */
const FAKE_TOOLRIG = `
const { appendFileSync, readFileSync } = require('node:fs');
const [command, scenario] = process.argv.slice(2);
if (command === 'list') {
  console.log(JSON.stringify({ scenarios: [{ name: 'adding' }], variants: [{ name: 'native' }] }));
  process.exit(0);
}
if (process.env.FAKE_LOG) appendFileSync(process.env.FAKE_LOG, process.cwd() + ' ' + process.argv.slice(2).join(' ') + '\\n');
const figures = JSON.parse(readFileSync('figures.json', 'utf8'));
if (figures.exitCode) {
  console.error('toolrig: it cannot \\u001b[31mmeasure');
  process.exit(figures.exitCode);
}
if (figures.hangs) return setInterval(() => {}, 1_000);
const { ns, calls = 1_000, failed = 0 } = figures;
const variant = {
  variant: 'native', calls, failed, firstFailure: failed ? 'wrong sum' : null,
  latencyNs: { p50: ns, p90: ns, p99: ns, p999: ns }, nsPerCall: { median: ns },
  latencyVerdict: 'ok', cpuNsPerCall: ns, allocatedBytesPerCall: 512,
};
const thresholds = [{ metric: 'errors', variant: 'native', passed: failed === 0 }];
console.log(JSON.stringify({
  schemaVersion: 1, validity: { verdict: 'valid', reasons: [] },
  scenarios: [{ name: 'adding', executor: 'closed', concurrency: 1, batch: 1, payloadBytes: null, thresholds, variants: [variant] }],
}));
process.exit(failed ? 1 : 0);
`;

/** Puts the fake toolrig where npm would. */
const INSTALL = `
import { cpSync } from 'node:fs';
cpSync('fake-toolrig', 'node_modules/toolrig', { recursive: true });
`;

export class FixtureRepository {
  readonly folder: string;

  /** Creates it in `folder`, with one commit whose figures are `ns`. */
  constructor(folder: string, ns = 500) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    this.git('init', '--quiet', '--initial-branch', 'main');
    this.write('.gitignore', 'node_modules\n');
    this.write('package.json', '{ "name": "fixture", "type": "module" }\n');
    this.write('install.mjs', INSTALL);
    this.write('fake-toolrig/main.js', FAKE_TOOLRIG);
    this.write(
      'fake-toolrig/package.json',
      '{ "name": "toolrig", "version": "9.9.9", "bin": { "toolrig": "main.js" } }\n',
    );
    this.figures({ ns });
    this.commit('first');
    execFileSync(process.execPath, ['install.mjs'], { cwd: folder });
  }

  write(path: string, text: string): void {
    const file = join(this.folder, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  }

  /** What the fake toolrig will say of this tree. */
  figures(figures: Readonly<Record<string, unknown>>): void {
    this.write('figures.json', `${JSON.stringify(figures)}\n`);
  }

  /** Commits everything; returns the commit. */
  commit(message: string): string {
    const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
    this.git('add', '--all');
    this.git(...identity, 'commit', '--quiet', '--message', message);
    return this.git('rev-parse', 'HEAD').trim();
  }

  /** Paths of the worktrees that git knows. */
  worktrees(): string[] {
    const list = this.git('worktree', 'list', '--porcelain');
    return [...list.matchAll(/^worktree (.+)$/gm)].map(([, path]) => path as string);
  }

  git(...args: readonly string[]): string {
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    return execFileSync('git', args, { cwd: this.folder, encoding: 'utf8', stdio });
  }
}
