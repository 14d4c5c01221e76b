/** Resident memory of another process, as its operating system sees it. */

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Linux: pages, of which the second number is resident. */
const PAGE_BYTES = 4_096;
const run = promisify(execFile);

/** In bytes; `undefined` when there is no such process, or no way to tell. */
export async function residentBytes(pid: number): Promise<number | undefined> {
  try {
    if (process.platform === 'linux') {
      const statm = await readFile(`/proc/${pid}/statm`, 'latin1');
      const bytes = Number(statm.split(' ')[1]) * PAGE_BYTES;
      return bytes > 0 ? bytes : undefined; // a zombie has none
    }
    const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)]);
    return Number(stdout) * 1_024;
  } catch {
    return undefined; // it has just ended
  }
}
