/**
 * Who had the CPUs over a while, from two readings of `/proc/stat` (proc(5)): ourselves, others on
 * this machine, or – stolen by the hypervisor – somebody on another.
 */

/** Time of all CPUs together since the machine started, in clock ticks. */
export interface CpuTimes {
  /** With what interrupts took. */
  readonly busy: number;
  /** Of `busy`, what interrupts took: it is charged to no process. */
  readonly interrupts: number;
  readonly idle: number;
  readonly stolen: number;
}

/** Shares of the time of all CPUs, 0 to 1. */
export interface CpuShares {
  readonly busyRatio: number;
  readonly stolenRatio: number;
}

/** Reads the first line of `/proc/stat`; `null` when it is something else. */
export function parseCpuTimes(procStat: string): CpuTimes | null {
  const fields = /^cpu +([\d ]+)$/m.exec(procStat)?.[1]?.split(' ').map(Number);
  if (fields === undefined || fields.length < 8) return null;
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] =
    fields;
  // Guests' time is in `user` already.
  const interrupts = irq + softirq;
  return {
    busy: user + nice + system + interrupts,
    interrupts,
    idle: idle + iowait,
    stolen: steal,
  };
}

/** Shares between two readings; `null` when no tick lies between them. */
export function cpuSharesBetween(earlier: CpuTimes, later: CpuTimes): CpuShares | null {
  const busy = later.busy - earlier.busy;
  const stolen = later.stolen - earlier.stolen;
  const total = busy + stolen + later.idle - earlier.idle;
  if (!(total > 0)) return null;
  return { busyRatio: busy / total, stolenRatio: stolen / total };
}
