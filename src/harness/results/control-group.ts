/**
 * The limits that Linux sets to this process by control groups: how much CPU time it has in a period, and how much memory.
 * Both versions of them are in use, and a machine may have a bit of each: where version 2 has no limit, version 1 is asked.
 *
 * A group without a limit of its own is bound by the groups around it, so the way up is searched. In a container the
 * path may be that of the host, of which only the end of the way is there.
 */

import { dirname, join } from 'node:path';

/** The text of a file, `null` when it cannot be read. */
type ReadText = (path: string) => string | null;

export interface ControlGroup {
  /** Time and period in µs, as version 2 writes them: `150000 100000`; `null`: no limit. */
  readonly cpuMax: string | null;
  /** In bytes; `null`: no limit. */
  readonly memoryMax: string | null;
}

const ROOT = '/sys/fs/cgroup';
/** What version 1 writes for no limit of memory is a little below 2⁶³. */
const NO_MEMORY_LIMIT_BYTES = 2 ** 62;

/** The nearest limits above this process; `null` where there are no control groups. */
export function readControlGroup(readText: ReadText): ControlGroup | null {
  const groups = readText('/proc/self/cgroup') ?? '';
  const own = groupOf(groups, '');
  if (own === undefined && groupOf(groups, 'cpu') === undefined) return null;
  return {
    cpuMax:
      firstUp(own, (group) => limitIn(readText, join(ROOT, group, 'cpu.max'))) ??
      firstUp(groupOf(groups, 'cpu'), (group) => quotaIn(readText, join(ROOT, 'cpu', group))),
    memoryMax:
      firstUp(own, (group) => limitIn(readText, join(ROOT, group, 'memory.max'))) ??
      firstUp(groupOf(groups, 'memory'), (group) =>
        memoryIn(readText, join(ROOT, 'memory', group)),
      ),
  };
}

/** The text of `cpu.stat` of this process's group, which counts how often its quota was used up; `null`: none is kept. */
export function readCpuStat(readText: ReadText): string | null {
  const groups = readText('/proc/self/cgroup') ?? '';
  // Version 2 has the file without such counts where there can be no quota.
  const counted = (path: string) => {
    const text = readText(path);
    return text !== null && /^nr_throttled /m.test(text) ? text : null;
  };
  return (
    firstUp(groupOf(groups, ''), (group) => counted(join(ROOT, group, 'cpu.stat'))) ??
    firstUp(groupOf(groups, 'cpu'), (group) => counted(join(ROOT, 'cpu', group, 'cpu.stat')))
  );
}

/** Path of this process's group: of a controller of version 1, or of version 2, which has no name. */
function groupOf(groups: string, controller: string): string | undefined {
  for (const line of groups.split('\n')) {
    const [, controllers = '', path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path !== undefined && controllers.split(',').includes(controller)) return path;
  }
  return undefined;
}

/** What is found in a group or, where nothing is, in the nearest one around it. */
function firstUp(group: string | undefined, find: (group: string) => string | null): string | null {
  if (group === undefined) return null;
  return find(group) ?? (group === '/' ? null : firstUp(dirname(group), find));
}

function limitIn(readText: ReadText, file: string): string | null {
  const limit = readText(file)?.trim();
  return limit === undefined || limit.startsWith('max') ? null : limit;
}

function quotaIn(readText: ReadText, folder: string): string | null {
  const quota = readText(join(folder, 'cpu.cfs_quota_us'))?.trim();
  const period = readText(join(folder, 'cpu.cfs_period_us'))?.trim();
  return quota === undefined || period === undefined || !(Number(quota) > 0)
    ? null
    : `${quota} ${period}`;
}

function memoryIn(readText: ReadText, folder: string): string | null {
  const limit = readText(join(folder, 'memory.limit_in_bytes'))?.trim();
  return limit === undefined || !(Number(limit) < NO_MEMORY_LIMIT_BYTES) ? null : limit;
}
