/**
 * The directory that a service may touch, and the guard of every path given to it.
 *
 *   'notes/a.txt' ──▶ no NUL, not absolute, no '..' ──▶ real path ──▶ below the real base? ──▶ Location
 *
 * The text of a path is checked first, then what the file system makes of it: symbolic links are
 * followed and where they end decides, so a link may point anywhere inside the base. When the real
 * path cannot be found, its deepest ancestor that has one is checked instead. A link that leads out
 * and one that leads nowhere get the same answer, or the answer would tell what exists outside.
 *
 * Between this check and the use of a path somebody else may swap a directory for a link. What is
 * opened is therefore compared with what is inside the base afterwards (`openInside`, `isInPlace`).
 */

import type { BigIntStats } from 'node:fs';
import { type FileHandle, lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ToolError, ToolrigError } from '../../core/errors.ts';
import { isSystemError } from './system-error.ts';

/** A checked path. */
export interface Location {
  /** Relative to the base, separated by `/`; `.` is the base itself. */
  readonly path: string;
  /** Absolute, without symbolic links, below the base. */
  readonly realPath: string;
}

export class BaseDirectory {
  /** The real path of the base. */
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /** @throws `ERR_INVALID_OPTION` when `basePath` is no directory that can be reached */
  static async open(basePath: string): Promise<BaseDirectory> {
    try {
      const root = await realpath(basePath);
      if ((await stat(root)).isDirectory()) return new BaseDirectory(root);
    } catch (cause) {
      if (!isSystemError(cause)) throw cause;
      throw new ToolrigError(
        'ERR_INVALID_OPTION',
        `basePath '${basePath}' cannot be used (${cause.code}): give a directory that exists`,
        { cause },
      );
    }
    throw new ToolrigError('ERR_INVALID_OPTION', `basePath '${basePath}' is not a directory`);
  }

  /**
   * Where something that exists is.
   *
   * @throws `ToolError` when the path is not allowed; the system's own error when it is not there
   */
  async locate(path: string): Promise<Location> {
    const clean = checkText(path);
    const asked = join(this.root, clean);
    try {
      return { path: clean, realPath: this.#requireInside(path, await realpath(asked)) };
    } catch (error) {
      if (isSystemError(error)) await this.#checkAncestors(path, asked);
      throw error;
    }
  }

  /**
   * Where a file is to be written: a file that exists, through links, or a new name in a
   * directory that exists.
   */
  async locateForWriting(path: string): Promise<Location> {
    try {
      return await this.locate(path);
    } catch (error) {
      if (!isSystemError(error) || error.code !== 'ENOENT') throw error;
    }
    const clean = checkText(path);
    const parent = await this.locate(dirname(clean));
    return { path: clean, realPath: join(parent.realPath, basename(clean)) };
  }

  /** The `file:` URI of a path relative to the base. */
  uriOf(path: string): string {
    return pathToFileURL(join(this.root, path)).href;
  }

  /** The path, relative to the base, that a `file:` URI names; not checked beyond that. */
  pathOf(uri: string): string {
    let absolute: string;
    try {
      absolute = fileURLToPath(uri);
    } catch (cause) {
      throw new ToolError(`'${uri}' is no file: URI of this machine`, { cause });
    }
    return relative(this.root, absolute).split(sep).join('/') || '.';
  }

  /** The deepest ancestor that exists decides whether `path` may be told to be missing. */
  async #checkAncestors(path: string, asked: string): Promise<void> {
    for (let child = asked; child !== this.root; child = dirname(child)) {
      const parent = dirname(child);
      let realParent: string;
      try {
        realParent = await realpath(parent);
      } catch (error) {
        if (isSystemError(error)) continue;
        throw error;
      }
      this.#requireInside(path, realParent);
      if (await isSymbolicLink(join(realParent, basename(child)))) throw leavesTheBase(path);
      return;
    }
  }

  #requireInside(path: string, real: string): string {
    const prefix = this.root.endsWith(sep) ? this.root : this.root + sep;
    if (real === this.root || real.startsWith(prefix)) return real;
    throw leavesTheBase(path);
  }
}

/** Whether what was opened is what `realPath` leads to now, without a symbolic link on the way. */
export async function isInPlace(
  handle: FileHandle,
  realPath: string,
): Promise<BigIntStats | undefined> {
  const [opened, real, found] = await Promise.all([
    handle.stat({ bigint: true }),
    realpath(realPath),
    lstat(realPath, { bigint: true }),
  ]);
  const isSame = real === realPath && found.dev === opened.dev && found.ino === opened.ino;
  return isSame ? opened : undefined;
}

function checkText(path: string): string {
  if (path.includes('\0')) throw new ToolError('a path cannot contain a NUL byte');
  if (isAbsolute(path)) {
    throw new ToolError(`'${path}' is absolute: give a path relative to the base directory`);
  }
  const segments = path.split(sep === '\\' ? /[\\/]/ : '/');
  if (segments.includes('..')) {
    throw new ToolError(`'${path}' contains '..': give a path that stays in the base directory`);
  }
  return segments.filter((segment) => segment !== '' && segment !== '.').join('/') || '.';
}

function leavesTheBase(path: string): ToolError {
  return new ToolError(`'${path}' leads out of the base directory, or nowhere: it is refused`);
}

async function isSymbolicLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}
