/**
 * How long others kept this process, and the processes it has started, from the CPUs: what the kernel counts by itself,
 * whatever the services do meanwhile.
 *
 *   thread   ran ████░░░░░░░████    ░ wanted a CPU and got none   (/proc/PID/task/TID/schedstat, in ns)
 *   machine  ██████████████████████ less our own = others' CPU time, the hypervisor's included   (/proc/stat, in ticks)
 *
 * A wait alone may be for another thread of our own, and CPU time of others alone may be a core that nobody wanted. So it is
 * the lesser of the two: a collector's pause of a service is in neither. Only Linux tells; elsewhere nobody is blamed.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { parseCpuTimes } from '../../core/cpu-times.ts';

/** What a thread has had of the CPUs since it was started, in ms. */
interface ThreadTimes {
  readonly ranMs: number;
  /** Ready to run, while something else did. */
  readonly waitedMs: number;
}

/** The kernel's counters at one moment. */
export interface CpuReading {
  /** Time that the CPUs together worked for programs, or for the hypervisor, in ms. */
  readonly machineMs: number;
  /** Of this process and its children, by path. */
  readonly threads: ReadonlyMap<string, ThreadTimes>;
}

/** As `/proc/stat` counts them: `USER_HZ` is 100 on every architecture that Node runs on. */
const MS_PER_TICK = 10;
const NS_PER_MS = 1e6;

/** Reads the counters; `undefined` where there are none. Takes a fraction of a millisecond. */
export function readCpus(): CpuReading | undefined {
  const times = parseCpuTimes(textOf('/proc/stat') ?? '');
  if (times === null) return undefined;
  const threads = new Map<string, ThreadTimes>();
  const children = textOf(`/proc/self/task/${process.pid}/children`)?.trim().split(' ') ?? [];
  for (const pid of [`${process.pid}`, ...children.filter((each) => each !== '')]) {
    for (const tid of tasksOf(pid)) {
      const path = `/proc/${pid}/task/${tid}/schedstat`;
      const [ranNs = Number.NaN, waitedNs = Number.NaN] =
        textOf(path)?.split(' ').map(Number) ?? [];
      if (Number.isNaN(ranNs + waitedNs)) continue; // it has ended meanwhile, or this kernel does not count
      threads.set(path, { ranMs: ranNs / NS_PER_MS, waitedMs: waitedNs / NS_PER_MS });
    }
  }
  if (threads.size === 0) return undefined;
  const { busy, interrupts, stolen } = times;
  return { machineMs: (busy - interrupts + stolen) * MS_PER_TICK, threads };
}

/** How long others held us up between two readings, in ms: the thread that waited longest, but no more than others ran. */
export function heldUpMs(earlier: CpuReading, later: CpuReading): number {
  let ownMs = 0;
  let waitedMs = 0;
  for (const [path, now] of later.threads) {
    const then = earlier.threads.get(path) ?? { ranMs: 0, waitedMs: 0 };
    ownMs += now.ranMs - then.ranMs;
    waitedMs = Math.max(waitedMs, now.waitedMs - then.waitedMs);
  }
  const othersMs = later.machineMs - earlier.machineMs - ownMs;
  return Math.max(0, Math.min(waitedMs, othersMs));
}

function tasksOf(pid: string): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // a child that has ended
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
