/**
 * One gate at a time in a repository: two would measure each other, and build in each other's way.
 *
 * The lock is a file with the process id of its holder. A gate that was killed leaves it behind;
 * the next one sees that nobody is there any more and takes it.
 */

import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ToolrigError } from '../../core/errors.ts';
import { isRunning } from '../../core/is-running.ts';

export interface TreeLock {
  release(): Promise<void>;
}

/**
 * Takes the lock.
 *
 * @throws ToolrigError `ERR_USAGE` naming the process that holds it
 */
export async function takeLock(file: string): Promise<TreeLock> {
  await mkdir(dirname(file), { recursive: true });
  if (!(await create(file))) {
    const holder = await readHolder(file);
    if (holder !== undefined && isRunning(holder)) {
      throw new ToolrigError(
        'ERR_USAGE',
        `process ${holder} is gating this repository, and two gates would measure each other: ` +
          `wait for it. If it is no gate, delete ${file}`,
      );
    }
    await rm(file, { force: true });
    if (!(await create(file))) {
      throw new ToolrigError('ERR_USAGE', 'another gate of this repository has just begun: wait');
    }
  }
  return { release: () => rm(file, { force: true }) };
}

async function create(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    try {
      await file.writeFile(`${process.pid}\n`);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** `undefined` when the file has no number in it: its writer was killed before it wrote. */
async function readHolder(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return /^\d+\n$/.test(text) ? Number(text) : undefined;
}
