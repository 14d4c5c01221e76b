/**
 * Keeps two programs from writing one file: beside it lies another, `….lock`, that says who writes.
 *
 * Node has no locks of the system's own, which end with their holder. So a lock that was left behind is
 * told by its holder: the process is gone, or another has its number, which its time of start shows. A
 * holder on another host cannot be asked and counts as gone, so that a container that is started
 * elsewhere after a crash is not kept from starting.
 */

import { readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { ToolrigError } from '../../core/errors.ts';
import { isRunning } from '../../core/is-running.ts';

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When its process began, as the system counts; `null` where that is not known. */
  readonly startedAt: string | null;
}

/** Locks of this isolate, by path. */
const held = new Set<string>();

/**
 * Takes the lock of a file.
 *
 * @returns gives it back. Idempotent.
 * @throws (rejects) `ERR_INVALID_OPTION` that names the process that has it
 */
export async function lockFile(path: string): Promise<() => Promise<void>> {
  const lock = resolve(`${path}.lock`);
  const self: Holder = { pid: process.pid, host: hostname(), startedAt: startOf(process.pid) };
  for (;;) {
    try {
      await writeFile(lock, JSON.stringify(self), { flag: 'wx', mode: 0o600 });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        // Where no file can be made the one to be written may be there all the same: it goes without. A
        // full disk leaves an empty one behind.
        await rm(lock, { force: true }).catch(() => {});
        return async () => {};
      }
    }
    const holder = await readHolder(lock);
    if (holder !== undefined && isAlive(holder, lock)) throw isHeld(path, lock, holder);
    await rm(lock, { force: true });
  }
  held.add(lock);
  return async () => {
    if (held.delete(lock)) await rm(lock, { force: true });
  };
}

/** `undefined` when it is none, or has just gone. */
async function readHolder(lock: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(lock, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, host, startedAt }: Holder, lock: string): boolean {
  if (host !== hostname() || !isRunning(pid)) return false;
  // Where there is no telling, this process knows of its own locks at least.
  if (startedAt === null) return pid !== process.pid || held.has(lock);
  return startOf(pid) === startedAt;
}

/** The 22nd field of `/proc/<pid>/stat` (proc(5)); the second may hold anything, in parentheses. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null; // no such process, or no such system
  }
}

function isHeld(path: string, lock: string, { pid }: Holder): ToolrigError {
  return new ToolrigError(
    'ERR_INVALID_OPTION',
    `'${path}' is written by process ${pid}: give each program a file of its own, or stop that one. Its ` +
      `lock is ${lock}.`,
    { data: { path, pid } },
  );
}
