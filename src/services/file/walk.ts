/**
 * Going through directories, one or all below another.
 *
 * Symbolic links are listed and never followed, so a walk ends and stays inside the base. Names
 * come in code-unit order, so that the same tree gives the same answer. Temporary files of writes
 * under way are left out.
 */

import type { Dirent } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../../core/errors.ts';
import { isTemporaryName } from './atomic-write.ts';
import type { Location } from './base-directory.ts';
import { isSystemError } from './system-error.ts';

type EntryType = 'file' | 'directory' | 'symlink' | 'other';

export interface Entry {
  readonly name: string;
  readonly type: EntryType;
}

/** What a walk has seen so far; the walk counts into it. */
export interface WalkTally {
  /** Entries that may still be looked at; the walk ends when it is 0. */
  entriesLeft: number;
  /** Directories that could not be read. */
  unreadable: number;
}

/** The entries of one directory, sorted by name. Throws the system's error. */
export async function listEntries(location: Location): Promise<Entry[]> {
  const found = await readdir(location.realPath, { withFileTypes: true });
  if ((await realpath(location.realPath)) !== location.realPath) {
    throw new ToolError(`'${location.path}' changed while it was read; try again`);
  }
  return found
    .filter((entry) => !isTemporaryName(entry.name))
    .map((entry) => ({ name: entry.name, type: typeOf(entry) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The regular files below a directory, depth first, as paths relative to the base.
 *
 * @param tally - its `entriesLeft` bounds the walk
 */
export async function* walkFiles(
  directory: Location,
  tally: WalkTally,
  signal: AbortSignal,
): AsyncGenerator<string> {
  signal.throwIfAborted();
  let entries: Entry[];
  try {
    entries = await listEntries(directory);
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof ToolError)) throw error;
    tally.unreadable++;
    return;
  }
  for (const { name, type } of entries) {
    if (tally.entriesLeft === 0) return;
    tally.entriesLeft--;
    const path = directory.path === '.' ? name : `${directory.path}/${name}`;
    if (type === 'file') yield path;
    else if (type === 'directory') {
      yield* walkFiles({ path, realPath: join(directory.realPath, name) }, tally, signal);
    }
  }
}

function typeOf(entry: Dirent): EntryType {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'symlink' : 'other';
}
