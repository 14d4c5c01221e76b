/** From a REF to two trees that are built and can measure. */

import { isAbsolute, join, relative, resolve } from 'node:path';
import { ToolrigError } from '../../core/errors.ts';
import { BaseTrees, runChore, type TreeOptions } from './base-tree.ts';
import { buildChore, isOwnRepository, projectFolder, toolOf } from './project.ts';
import { Repository } from './repository.ts';
import { GateSide, isPath } from './side.ts';
import { steadyNodeFlags } from './steady-node.ts';

export interface OpenSides {
  readonly root: string;
  readonly commit: string;
  /** What the working tree was checked out from, and whether it has changes that are in no commit. */
  readonly headCommit: string;
  readonly isDirty: boolean;
  /** `undefined`: the base has no toolrig, and so nothing that could be compared. */
  readonly base: GateSide | undefined;
  readonly candidate: GateSide;
  /** Whether it is toolrig's own repository, whose scenarios measure what changes in it. */
  readonly isOwn: boolean;
  /** Lets go of the tree of the base. */
  close(): Promise<void>;
}

/** What is known of the sides before anything is done about the base, which may take minutes. */
export type Candidate = Pick<OpenSides, 'root' | 'candidate' | 'isOwn'>;

/**
 * Builds the working tree around `folder`, then checks out and builds `ref`.
 *
 * @param check - throws when the gate cannot be made of this candidate
 * @throws ToolrigError `ERR_USAGE` for no repository, no such commit or no toolrig in the project;
 *   `ERR_TARGET` when a side cannot be built
 */
export async function openSides(
  ref: string,
  folder: string,
  options: TreeOptions,
  check: (candidate: Candidate) => Promise<void>,
): Promise<OpenSides> {
  const { signal } = options;
  const repository = await Repository.around(folder, signal);
  const commit = await repository.commitOf(ref);
  const nodeFlags = await steadyNodeFlags(signal);
  const candidate = await openCandidate(repository, folder, options, nodeFlags);
  const { root } = repository;
  const isOwn = isOwnRepository(projectFolder(folder, root));
  await check({ root, candidate, isOwn });
  const trees = await BaseTrees.hold(repository, options);
  try {
    const tree = await trees.build(commit);
    const baseFolder = join(tree, repository.prefix);
    const baseTool = toolOf(projectFolder(baseFolder, tree));
    return {
      root,
      commit,
      headCommit: await repository.headCommit(),
      isDirty: await repository.isDirty(),
      base:
        baseTool === undefined
          ? undefined
          : new GateSide('base', baseFolder, baseTool, signal, nodeFlags),
      candidate,
      isOwn,
      close: () => trees.release(),
    };
  } catch (error) {
    await trees.release();
    throw error;
  }
}

async function openCandidate(
  repository: Repository,
  folder: string,
  options: TreeOptions,
  nodeFlags: readonly string[],
): Promise<GateSide> {
  const project = projectFolder(folder, repository.root);
  await runChore('build', 'the working tree', buildChore(project, options.build), options);
  const tool = toolOf(project);
  if (tool !== undefined) return new GateSide('candidate', folder, tool, options.signal, nodeFlags);
  throw new ToolrigError(
    'ERR_USAGE',
    `${project} has no toolrig of its own: add it to the package's devDependencies and install it, ` +
      'so that each commit says which one measures it',
  );
}

/**
 * Scenarios as both sides understand them: names as they are, paths from where the gate was called.
 *
 * @throws ToolrigError `ERR_USAGE` for a path that leads out of the repository, where both sides would
 *   find the same file
 */
export function portableScenarios(
  given: readonly string[],
  folder: string,
  root: string,
): string[] {
  return given.map((scenario) => {
    if (!isPath(scenario)) return scenario;
    const path = resolve(folder, scenario);
    if (isInside(path, root)) return relative(folder, path);
    throw new ToolrigError(
      'ERR_USAGE',
      `${scenario} is outside of ${root}: base and candidate would run the same file`,
    );
  });
}

function isInside(path: string, root: string): boolean {
  const way = relative(root, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}
