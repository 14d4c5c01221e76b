/**
 * Writes a file whole or not at all: into a temporary file beside it, flushed, then renamed over
 * it. A full disk or a killed process leaves what was there before.
 */

import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';

/** Puts `text` into an open file; an argument so that a test can be a full disk. */
export type WriteText = (file: FileHandle, text: string) => Promise<void>;

const writeText: WriteText = (file, text) => file.writeFile(text, 'utf8');

/**
 * Writes `text` to `path`, replacing what is there.
 *
 * @throws the file system's error, after removing the temporary file
 */
export async function writeFileAtomically(
  path: string,
  text: string,
  write: WriteText = writeText,
): Promise<void> {
  const temporaryPath = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporaryPath, 'w');
    try {
      await write(file, text);
      await file.sync(); // or the new name may reach the disk before the bytes do
    } finally {
      await file.close();
    }
    await rename(temporaryPath, path);
  } catch (error) {
    await rm(temporaryPath, { force: true });
    throw error;
  }
}

/** The same before it returns, for a program that ends now. */
export function writeFileAtomicallyNow(path: string, text: string): void {
  const temporaryPath = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporaryPath, text, { flush: true });
    renameSync(temporaryPath, path);
  } catch (error) {
    rmSync(temporaryPath, { force: true });
    throw error;
  }
}
