/**
 * Flags of Node that take a lottery out of a measuring process.
 *
 * V8 guesses which objects will live long, and makes those among the old ones from the start. It guesses once in a process, by what
 * happened to be alive at its first collections, and it guesses wrong in some: with the data service in 4 to
 * 11 of 22 processes of the same code, which then took 25 % more CPU to their end. How many did depended on
 * where the tree lies, so base and candidate differed by it. Without the guess none did.
 */

import { runProgram } from './run-process.ts';

const FLAGS = ['--no-allocation-site-pretenuring'];

/** The flags, if this Node knows them: none otherwise, and it would refuse to start. */
export async function steadyNodeFlags(signal: AbortSignal): Promise<readonly string[]> {
  const { exitCode } = await runProgram(process.execPath, [...FLAGS, '--version'], {
    cwd: process.cwd(),
    signal,
  });
  return exitCode === 0 ? FLAGS : [];
}
