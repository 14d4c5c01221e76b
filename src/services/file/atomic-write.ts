/**
 * Writing a file as a whole or not at all: into a temporary file beside it, flushed to the disk,
 * then renamed over it. A reader sees the old content or the new; after any failure the old is
 * untouched and the temporary file is gone.
 *
 * The directory itself is not flushed: after a loss of power the old content may be back, but
 * never a mixture. The file is a new one, so hard links to the old keep the old content.
 */

import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ToolError } from '../../core/errors.ts';
import { isInPlace, type Location } from './base-directory.ts';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
const TEMPORARY_NAME = /^\.toolrig-[0-9a-f-]{36}\.tmp$/;

export interface AtomicWriteOptions {
  /** Permission bits of the new file. Default: what the process's umask leaves of 0o666. */
  readonly mode?: number;
  /** Gives up before the rename; the file is as it was then. */
  readonly signal: AbortSignal;
  /** Opens the temporary file. Default: `open` of `node:fs/promises`. */
  readonly openFile?: (path: string, flags: number) => Promise<FileHandle>;
}

/**
 * Replaces or creates the file at `location`, in a directory that exists.
 *
 * @throws the system's error, or the signal's reason
 */
export async function writeAtomically(
  location: Location,
  data: Uint8Array,
  options: AtomicWriteOptions,
): Promise<void> {
  const { mode, signal, openFile = open } = options;
  const directory = dirname(location.realPath);
  const temporary = join(directory, `.toolrig-${randomUUID()}.tmp`);
  const handle = await openFile(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
  let isRenamed = false;
  try {
    try {
      if ((await isInPlace(handle, temporary)) === undefined) {
        throw new ToolError(`the directory of '${location.path}' changed while writing; try again`);
      }
      await handle.writeFile(data);
      if (mode !== undefined) await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    signal.throwIfAborted();
    await rename(temporary, location.realPath);
    isRenamed = true;
  } finally {
    if (!isRenamed) await rm(temporary, { force: true });
  }
}

/** Whether a name is that of a write under way, or of one that a crash interrupted. */
export function isTemporaryName(name: string): boolean {
  return TEMPORARY_NAME.test(name);
}
