/**
 * Checks a commit out and builds it, once: the folder is kept for the next gate.
 *
 *   <cache>/<repository>/lock
 *                        3f2a…-9c41/        one commit, built in one way
 *                          tree/            its files; a worktree of git's while it is being built
 *                          built            there when it is whole; its time is that of its last use
 *
 * A worktree is known to the user's repository, so it is one no longer than checkout and build
 * take. Whatever ends the gate meanwhile, the next one finds a folder without `built`, and takes
 * it and its entry in the repository away. It is outside the repository because Node and the compilers
 * look for packages in every folder above: one that the commit lacks must be missing.
 */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, realpath, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolrigError } from '../../core/errors.ts';
import { buildChore, type Chore, installChore, projectFolder } from './project.ts';
import { Repository } from './repository.ts';
import { runShell } from './run-process.ts';
import { tailOf } from './tail.ts';
import { type TreeLock, takeLock } from './tree-lock.ts';

const KEPT_TREES = 3;
const NEVER = new AbortController().signal;

export interface TreeOptions {
  /** Where trees of all repositories are kept. */
  readonly cacheFolder: string;
  /** Commands in place of `npm ci` and `npm run build`. */
  readonly install: string | undefined;
  readonly build: string | undefined;
  readonly signal: AbortSignal;
  /** Told what takes a while. */
  readonly say: (text: string) => void;
}

/** The trees of one repository, held by one gate. */
export class BaseTrees {
  readonly #repository: Repository;
  readonly #folder: string;
  readonly #lock: TreeLock;
  readonly #options: TreeOptions;

  private constructor(
    repository: Repository,
    folder: string,
    lock: TreeLock,
    options: TreeOptions,
  ) {
    this.#repository = repository;
    this.#folder = folder;
    this.#lock = lock;
    this.#options = options;
  }

  /**
   * Takes hold of the trees of `repository`, and cleans up what a gate that was killed has left.
   *
   * @throws ToolrigError `ERR_USAGE` while another gate has them
   */
  static async hold(repository: Repository, options: TreeOptions): Promise<BaseTrees> {
    const { cacheFolder } = options;
    await mkdir(cacheFolder, { recursive: true });
    // As git will name it: its worktrees are looked up by path.
    const folder = join(await realpath(cacheFolder), shortHash(repository.commonFolder));
    const lock = await takeLock(join(folder, 'lock'));
    const trees = new BaseTrees(repository, folder, lock, options);
    try {
      await trees.#sweep();
    } catch (error) {
      await lock.release();
      throw error;
    }
    return trees;
  }

  /** Lets go of the trees. */
  release(): Promise<void> {
    return this.#lock.release();
  }

  /**
   * The tree of `commit`, built.
   *
   * @returns its folder, the counterpart of the repository's root
   * @throws ToolrigError `ERR_TARGET` with the end of its output when it cannot be built
   */
  async build(commit: string): Promise<string> {
    const { install, build, say } = this.#options;
    const how = [commit, install, build, process.version, process.arch, this.#repository.prefix];
    const folder = join(this.#folder, `${commit.slice(0, 12)}-${shortHash(JSON.stringify(how))}`);
    const tree = join(folder, 'tree');
    const mark = join(folder, 'built');
    if (existsSync(mark)) {
      const now = new Date();
      await utimes(mark, now, now);
      say(`${commit.slice(0, 12)} was built before: ${tree}`);
      return tree;
    }
    await this.#evict();
    try {
      say(`checking out ${commit.slice(0, 12)}`);
      await mkdir(folder, { recursive: true });
      // Not the user's hooks: they may install, ask or refuse.
      const quietly = ['-c', 'core.hooksPath=/dev/null', 'worktree', 'add', '--detach', '--quiet'];
      await this.#repository.git([...quietly, tree, commit]);
      await this.#run('install', (project) => installChore(project, tree, install), tree, commit);
      await this.#run('build', (project) => buildChore(project, build), tree, commit);
      await this.#detach(tree);
      await writeFile(mark, '');
      return tree;
    } catch (error) {
      await this.#discard(folder);
      throw error;
    }
  }

  async #run(
    what: string,
    choreOf: (project: string) => Chore,
    tree: string,
    commit: string,
  ): Promise<void> {
    const project = projectFolder(join(tree, this.#repository.prefix), tree);
    const name = `commit ${commit.slice(0, 12)}`;
    await runChore(what, name, choreOf(project), this.#options);
  }

  /** Keeps the files and ends the worktree: `remove` takes what is gone for granted. */
  async #detach(tree: string): Promise<void> {
    const aside = `${tree}.kept`;
    await rename(tree, aside);
    await this.#repository.git(['worktree', 'remove', '--force', tree]);
    await rm(join(aside, '.git'), { force: true });
    await rename(aside, tree);
  }

  /** Takes a folder and its entry in the repository away, whatever state they are in. */
  async #discard(folder: string): Promise<void> {
    await rm(folder, { recursive: true, force: true });
    await this.#forgetWorktrees();
  }

  /** Removes what is not whole: its gate was killed. */
  async #sweep(): Promise<void> {
    for (const folder of await this.#folders()) {
      if (!existsSync(join(folder, 'built'))) await rm(folder, { recursive: true, force: true });
    }
    await this.#forgetWorktrees();
  }

  /** Nobody but the holder of the lock builds here, so a worktree that is known is left over. */
  async #forgetWorktrees(): Promise<void> {
    const { root } = this.#repository;
    // An interrupted gate cleans up, too.
    const repository = await Repository.around(root, NEVER);
    const list = await repository.git(['worktree', 'list', '--porcelain', '-z']);
    for (const line of list.split('\0')) {
      const path = line.startsWith('worktree ') ? line.slice('worktree '.length) : '';
      if (path.startsWith(`${this.#folder}/`)) {
        await repository.git(['worktree', 'remove', '--force', path]);
      }
    }
  }

  /** Makes room for one more, at the cost of those that were not used for longest. */
  async #evict(): Promise<void> {
    const used = await Promise.all(
      (await this.#folders()).map(async (folder) => ({
        folder,
        usedAtMs: (await stat(join(folder, 'built'))).mtimeMs,
      })),
    );
    const oldestFirst = used.toSorted((a, b) => a.usedAtMs - b.usedAtMs);
    for (const { folder } of oldestFirst.slice(0, Math.max(0, used.length - KEPT_TREES + 1))) {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #folders(): Promise<string[]> {
    const entries = await readdir(this.#folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(this.#folder, name));
  }
}

/**
 * Runs the installing or building of a tree.
 *
 * @param name - of the tree, for messages
 * @throws ToolrigError `ERR_TARGET` with the end of its output when it fails
 */
export async function runChore(
  what: string,
  name: string,
  chore: Chore,
  { signal, say }: Pick<TreeOptions, 'signal' | 'say'>,
): Promise<void> {
  if (chore === undefined) return;
  say(`${name}: ${chore.line}`);
  const { exitCode, output } = await runShell(chore.line, { cwd: chore.folder, signal });
  if (exitCode === 0) return;
  throw new ToolrigError(
    'ERR_TARGET',
    `${name} does not ${what}: '${chore.line}' ended with ${exitCode ?? 'a signal'} in ` +
      `${chore.folder}. It said last:\n${tailOf(output)}`,
  );
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
