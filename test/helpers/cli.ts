/** Runs the built program as its users do: arguments in; exit code, stdout and stderr out. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

export const PACKAGE_FOLDER = fileURLToPath(new URL('../../../', import.meta.url));
export const CLI_MAIN = join(PACKAGE_FOLDER, 'dist', 'src', 'cli', 'main.js');
/** As short as a run can be that still has intervals. */
export const SHORT = ['-d', '20ms', '--rounds', '2', '--warmup', '2ms'];

/** Ends what hangs, not what is slow. */
const TIME_LIMIT_MS = 120_000;
/** Lets a program end with this process, whatever ends it: where Linux's `setpriv` is. */
const SETPRIV = '/usr/bin/setpriv';
const UNTIL_WE_END = existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'KILL'] : [];

export interface CliResult {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  /** Beside the test's own environment, without its colour settings. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A program under way. */
export interface RunningCli {
  readonly process: ChildProcess;
  readonly result: Promise<CliResult>;
  /** Resolves once stderr contains `text`; rejects when the program ends without. */
  said(text: string): Promise<void>;
  /** The same for a pattern and stdout; resolves with what it found. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
}

/** Starts `toolrig` in a process group of its own. */
export function startCli(args: readonly string[], options: CliOptions = {}): RunningCli {
  return startProgram([process.execPath, CLI_MAIN, ...args], options);
}

/** Runs `toolrig` to its end. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).result;
}

/** Starts any program; `command` is not read by a shell. */
export function startProgram(command: readonly string[], options: CliOptions = {}): RunningCli {
  const { NO_COLOR: _no, FORCE_COLOR: _force, NODE_TEST_CONTEXT: _test, ...env } = process.env;
  const [program = '', ...args] = [...UNTIL_WE_END, ...command];
  const child = spawn(program, args, {
    cwd: options.cwd ?? PACKAGE_FOLDER,
    env: { ...env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    timeout: TIME_LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const result = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }));
  });
  const said = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (stderr.includes(text)) resolve();
      };
      child.stderr.on('data', look);
      child.once('close', () => reject(new Error(`ended without saying '${text}': ${stderr}`)));
      look();
    });
  const printed = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(stdout);
        if (found !== null) resolve(found);
      };
      child.stdout.on('data', look);
      child.once('close', () => reject(new Error(`ended without ${pattern}: ${stderr}`)));
      look();
    });
  return { process: child, result, said, printed };
}

/** Asserts what every refusal has: the code, nothing on stdout, one message, no stack, no warning. */
export function assertRefused(result: CliResult, exitCode: number, message: RegExp): void {
  assert.equal(result.exitCode, exitCode, result.stderr);
  assert.equal(result.stdout, '');
  assert.match(result.stderr, message);
  assertPlain(result);
  assert.match(result.stderr, /^toolrig: [^\n]+\n$/);
}

/** Asserts that neither a stack trace nor a warning of Node's was shown. */
export function assertPlain({ stderr }: CliResult): void {
  assert.doesNotMatch(stderr, /^\s+at |Warning:|node:internal/m);
}

/** A folder for one test file, removed after its tests. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `toolrig-${name}-`));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Path of a scenario in `test/helpers/scenarios/`. */
export function badScenario(name: string): string {
  return fileURLToPath(new URL(`./scenarios/${name}.js`, import.meta.url));
}
