/**
 * The package that is gated, in one tree: its folder, what installs and builds it, and the toolrig
 * that measures it. The tree of the base and the working tree are asked the same questions.
 *
 * In a project that depends on toolrig that is the one in its `node_modules`; in toolrig's own
 * repository it is the tree's own build. Either way each side brings its harness along.
 */

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { ToolrigError } from '../../core/errors.ts';
import { TOOL } from '../package-info.ts';

/** Lock files of other package managers, and what installs by them. */
const OTHER_LOCKS: Readonly<Record<string, string>> = {
  'pnpm-lock.yaml': 'pnpm install --frozen-lockfile',
  'yarn.lock': 'yarn install --immutable',
  'bun.lock': 'bun install --frozen-lockfile',
};

interface PackageJson {
  readonly name?: string;
  readonly version?: string;
  readonly bin?: Readonly<Record<string, string>> | string;
  readonly scripts?: Readonly<Record<string, string>>;
}

/** A line of shell and where to run it; `undefined` when there is nothing to do. */
export type Chore = { readonly line: string; readonly folder: string } | undefined;

/** The folder with the nearest `package.json` from `folder` upwards, as far as `root`; `root` when there is none. */
export function projectFolder(folder: string, root: string): string {
  return upwards(folder, root).find((each) => existsSync(join(each, 'package.json'))) ?? root;
}

/**
 * How to install what the project depends on: `npm ci` beside the nearest `package-lock.json`, or
 * nothing when there is none.
 *
 * @param given - a command in place of that, run in the project's folder
 * @throws ToolrigError `ERR_USAGE` for the lock file of another package manager
 */
export function installChore(project: string, root: string, given: string | undefined): Chore {
  if (given !== undefined) return { line: given, folder: project };
  const folders = upwards(project, root);
  const withLock = folders.find((each) => existsSync(join(each, 'package-lock.json')));
  if (withLock !== undefined) {
    return { line: 'npm ci --no-audit --no-fund --loglevel=error', folder: withLock };
  }
  for (const [name, command] of Object.entries(OTHER_LOCKS)) {
    if (!folders.some((each) => existsSync(join(each, name)))) continue;
    throw new ToolrigError(
      'ERR_USAGE',
      `there is a ${name} and no package-lock.json: say how to install, as --install '${command}'`,
    );
  }
  return undefined;
}

/** How to build the project: its own script `build`, if it has one, unless a command is given. */
export function buildChore(project: string, given: string | undefined): Chore {
  if (given !== undefined) return { line: given, folder: project };
  const hasScript = packageAt(project)?.scripts?.['build'] !== undefined;
  return hasScript ? { line: 'npm run build', folder: project } : undefined;
}

/** The toolrig of a project. */
export interface Tool {
  /** The program, to be run by Node. */
  readonly main: string;
  readonly version: string;
}

/** Whether this is toolrig's own repository. */
export function isOwnRepository(project: string): boolean {
  return packageAt(project)?.name === TOOL.name;
}

/** The toolrig that measures the project, `undefined` when it has none. */
export function toolOf(project: string): Tool | undefined {
  const folder = isOwnRepository(project) ? project : installedTool(project);
  const { bin, version = 'of unknown version' } =
    (folder === undefined ? undefined : packageAt(folder)) ?? {};
  const main = typeof bin === 'string' ? bin : bin?.[TOOL.name];
  if (folder === undefined || main === undefined) return undefined;
  const path = join(folder, main);
  return existsSync(path) ? { main: path, version } : undefined;
}

function installedTool(project: string): string | undefined {
  try {
    const manifest = join(project, 'package.json');
    return dirname(createRequire(manifest).resolve(`${TOOL.name}/package.json`));
  } catch {
    return undefined; // not installed
  }
}

function packageAt(folder: string): PackageJson | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson;
  } catch {
    return undefined; // none, or none that npm could read: npm says so
  }
}

/** `folder` and those above it, as far as `root`. */
function upwards(folder: string, root: string): string[] {
  const depth = relative(root, folder).split(sep).filter(Boolean).length;
  const folders = [folder];
  for (let i = 0; i < depth; i++) folders.push(dirname(folders.at(-1) as string));
  return folders;
}
