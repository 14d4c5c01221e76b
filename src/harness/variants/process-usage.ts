/**
 * What a process that is not ours has used, with the processes that it has started: what stands behind a
 * command may be a launcher's child. Linux alone tells; elsewhere nothing is known.
 */

import { readdirSync, readFileSync } from 'node:fs';
import type { TargetUsage } from '../load/target.ts';

/** `USER_HZ` is 100 on every architecture that Node runs on. */
const NS_PER_TICK = 1e7;
const BYTES_PER_KIB = 1_024;

/** Whether {@link processUsage} can tell. */
export function tellsProcessUsage(): boolean {
  return ownUsage(process.pid) !== undefined;
}

/** Of the process and all below it, those that have ended and been waited for included. */
export function processUsage(pid: number): TargetUsage {
  const own = ownUsage(pid) ?? { cpuNs: 0, rssBytes: 0 }; // it has ended
  return childrenOf(pid).map(processUsage).reduce(added, own);
}

function added(one: TargetUsage, other: TargetUsage): TargetUsage {
  return { cpuNs: one.cpuNs + other.cpuNs, rssBytes: one.rssBytes + other.rssBytes };
}

/** `undefined` when there is no such process. */
function ownUsage(pid: number): TargetUsage | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  const status = textOf(`/proc/${pid}/status`);
  if (stat === undefined || status === undefined) return undefined;
  // proc(5): what follows the name, which may hold anything, in parentheses; utime, stime, cutime and cstime.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).map(Number);
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = ticks;
  const ended = (cutime + cstime) * NS_PER_TICK;
  return {
    // Ticks are coarse for a short block. What its threads ran is exact, but forgets those that have ended.
    cpuNs: Math.max((utime + stime) * NS_PER_TICK, threadsNs(pid)) + ended,
    rssBytes: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * BYTES_PER_KIB,
  };
}

function threadsNs(pid: number): number {
  return namesIn(`/proc/${pid}/task`)
    .map((tid) => Number(textOf(`/proc/${pid}/task/${tid}/schedstat`)?.split(' ')[0] ?? 0))
    .reduce((sum, ns) => sum + ns, 0);
}

function childrenOf(pid: number): number[] {
  return namesIn(`/proc/${pid}/task`).flatMap((tid) =>
    (textOf(`/proc/${pid}/task/${tid}/children`) ?? '')
      .split(' ')
      .filter((each) => each !== '')
      .map(Number),
  );
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // it has ended
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
