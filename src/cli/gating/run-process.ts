/**
 * Runs other programs for the gate: git, npm, a build, a child that measures. Each gets a process
 * group of its own, so that what it has started ends with it, and Ctrl-C reaches it through the
 * signal alone: a terminal would tell all of them at once, and npm and tsc would print about it.
 */

import { type ChildProcess, spawn } from 'node:child_process';

export interface ProcessOptions {
  readonly cwd: string;
  /** Ends the program and what it has started. */
  readonly signal: AbortSignal;
}

export interface ProcessResult {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  /** Both streams, in the order in which they came; the last of it, when there was much. */
  readonly output: string;
}

/** As much of the output as a message may need. */
const MAX_OUTPUT_LENGTH = 64 * 1_024;
/** Between asking a program to end and ending it. */
const GRACE_MS = 2_000;

/**
 * Runs `program`; arguments are not read by a shell. Its exit code is a value.
 *
 * @throws the system's error when it cannot be started, the signal's reason once that has fired
 */
export function runProgram(
  program: string,
  args: readonly string[],
  options: ProcessOptions,
): Promise<ProcessResult> {
  const { cwd } = options;
  return ended(
    () => spawn(program, args, { cwd, env: environment(), stdio: STDIO, detached: true }),
    options.signal,
  );
}

/** Runs a line of shell, as in a package.json; otherwise as {@link runProgram}. */
export function runShell(line: string, options: ProcessOptions): Promise<ProcessResult> {
  const { cwd } = options;
  return ended(
    () => spawn(line, { cwd, env: environment(), stdio: STDIO, detached: true, shell: true }),
    options.signal,
  );
}

const STDIO: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];

/** What git sets in a hook; it would make every git below look at the wrong place. */
const OF_A_HOOK = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX', 'GIT_COMMON_DIR'];

function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !OF_A_HOOK.includes(name)),
  );
}

async function ended(start: () => ChildProcess, signal: AbortSignal): Promise<ProcessResult> {
  signal.throwIfAborted();
  const child = start();
  const kill = (how: NodeJS.Signals) => {
    try {
      process.kill(-(child.pid as number), how);
    } catch {
      // The group has ended already.
    }
  };
  let deadline: NodeJS.Timeout | undefined;
  const onAbort = () => {
    kill('SIGTERM');
    deadline = setTimeout(() => kill('SIGKILL'), GRACE_MS);
  };
  try {
    const result = await new Promise<ProcessResult>((resolve, reject) => {
      let stdout = '';
      let output = '';
      const take = (text: string) => {
        output = (output + text).slice(-MAX_OUTPUT_LENGTH);
      };
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
        take(text);
      });
      child.stderr?.setEncoding('utf8').on('data', take);
      child.once('error', reject);
      child.once('close', (exitCode) => resolve({ exitCode, stdout, output }));
      signal.addEventListener('abort', onAbort, { once: true });
    });
    signal.throwIfAborted();
    return result;
  } finally {
    clearTimeout(deadline);
    signal.removeEventListener('abort', onAbort);
  }
}
