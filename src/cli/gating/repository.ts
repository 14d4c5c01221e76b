/**
 * The git repository that is gated: where it is, what a REF stands for, and whether there is
 * anything in the working tree that no commit has. All of it is git's own word.
 */

import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { ToolrigError } from '../../core/errors.ts';
import { runProgram } from './run-process.ts';

export class Repository {
  /** Folder of the working tree. */
  readonly root: string;
  /** From there to where the gate was called; empty at the root. */
  readonly prefix: string;
  /** What all worktrees of the repository share: the same for each of them. */
  readonly commonFolder: string;
  readonly #signal: AbortSignal;

  private constructor(places: readonly [string, string, string], signal: AbortSignal) {
    [this.root, this.prefix, this.commonFolder] = places;
    this.#signal = signal;
  }

  /**
   * The repository around `folder`.
   *
   * @throws ToolrigError `ERR_USAGE` when there is none, or no git
   */
  static async around(folder: string, signal: AbortSignal): Promise<Repository> {
    const [root, prefix, common] = (
      await git(['rev-parse', '--show-toplevel', '--show-prefix', '--git-common-dir'], folder, {
        signal,
        problem: () => `${folder} is in no git repository, so there is no base to check out`,
      })
    ).split('\n') as [string, string, string];
    // Git gives the common folder from where it was asked, and it may be behind a link.
    return new Repository([root, prefix, realpathSync(resolve(folder, common))], signal);
  }

  /**
   * The commit that `ref` stands for.
   *
   * @throws ToolrigError `ERR_USAGE` when there is none
   */
  async commitOf(ref: string): Promise<string> {
    const words = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`];
    const commit = await this.git(words, () => {
      const hint = 'In CI, fetch it first: actions/checkout takes fetch-depth: 0';
      return `there is no commit '${ref}' in ${this.root}. ${hint}`;
    });
    return commit.trim();
  }

  /** The commit that is checked out. */
  async headCommit(): Promise<string> {
    return (await this.git(['rev-parse', 'HEAD'])).trim();
  }

  /** Whether tracked files differ from the last commit, or there are new ones. */
  async isDirty(): Promise<boolean> {
    return (await this.git(['status', '--porcelain'])).trim() !== '';
  }

  /**
   * Runs git at the root.
   *
   * @param problem - what to say when git refuses. Default: what git said.
   * @throws ToolrigError `ERR_USAGE`
   */
  git(args: readonly string[], problem?: (output: string) => string): Promise<string> {
    return git(args, this.root, { signal: this.#signal, problem });
  }
}

interface GitOptions {
  readonly signal: AbortSignal;
  readonly problem: ((output: string) => string) | undefined;
}

async function git(
  args: readonly string[],
  cwd: string,
  { signal, problem }: GitOptions,
): Promise<string> {
  const said = (output: string) => `git ${args.join(' ')} failed: ${output.trim()}`;
  try {
    const { exitCode, stdout, output } = await runProgram('git', args, { cwd, signal });
    if (exitCode === 0) return stdout;
    throw new ToolrigError('ERR_USAGE', (problem ?? said)(output));
  } catch (cause) {
    if (cause instanceof ToolrigError || signal.aborted) throw cause;
    throw new ToolrigError('ERR_USAGE', `git is needed and cannot be run: ${String(cause)}`, {
      cause,
    });
  }
}
