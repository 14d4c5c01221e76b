/**
 * What `toolrig` refuses, without a process for each mistake: the commands as the program runs them, and
 * what the program makes of what they throw. One or two a command are tested on the program as well.
 */

import assert from 'node:assert/strict';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { runCommand } from '../../src/cli/program.ts';
import { describeThrown } from '../../src/cli/thrown.ts';
import type { CliResult } from './cli.ts';

/** The one before: commands are made to have a process for themselves. */
let last: Promise<unknown> = Promise.resolve();

/** What the program would end with, and say, when it is given `words` in `cwd`; it must throw. One at a time. */
export function refusalOf(words: readonly string[], cwd = process.cwd()): Promise<CliResult> {
  const refusal = last.then(() => refuse(words, cwd));
  last = refusal.catch(() => {});
  return refusal;
}

async function refuse(words: readonly string[], cwd: string): Promise<CliResult> {
  const before = process.cwd();
  try {
    process.chdir(cwd);
    await runCommand(words);
  } catch (thrown) {
    const stderr = `toolrig: ${describeThrown(thrown)}\n`;
    return { exitCode: exitCodeOf(thrown), signal: null, stdout: '', stderr };
  } finally {
    process.chdir(before);
  }
  return assert.fail(`toolrig ${words.join(' ')} was not refused`);
}
