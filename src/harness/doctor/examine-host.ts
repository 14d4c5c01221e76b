/**
 * Looks at the machine for a while without making any load: what is busy then is somebody else. The
 * only file of this room that waits; what it sees is judged by the others.
 */

import { cpuSharesBetween, parseCpuTimes } from '../../core/cpu-times.ts';
import { readCpuStat } from '../results/control-group.ts';
import type { Environment, EnvironmentSources } from '../results/environment.ts';
import { judgeClock, probeClock } from './clock-check.ts';
import type { Finding } from './finding.ts';
import {
  judgeBackgroundLoad,
  judgeCpus,
  judgeFrequency,
  judgeMemory,
  judgeSteal,
  judgeThrottling,
} from './host-check.ts';

export interface HostProbe {
  readonly environment: Environment;
  readonly readText: EnvironmentSources['readText'];
  readonly nowMs: () => number;
  readonly sleep: (delayMs: number) => Promise<void>;
  readonly rssBytes: number;
  /** How long to look, in ms. Default: 1,500. */
  readonly watchMs?: number;
  /** How often to read the clock. Default: 1,000,000. */
  readonly clockReads?: number;
}

const PROC_STAT = '/proc/stat';

/** Findings in the order in which they are told. */
export async function examineHost(probe: HostProbe): Promise<readonly Finding[]> {
  const { environment, readText, nowMs, sleep, rssBytes } = probe;
  const { watchMs = 1_500, clockReads = 1_000_000 } = probe;
  const statBefore = readCpuStat(readText);
  const timesBefore = parseCpuTimes(readText(PROC_STAT) ?? '');
  await sleep(watchMs);
  const timesAfter = parseCpuTimes(readText(PROC_STAT) ?? '');
  const shares =
    timesBefore === null || timesAfter === null ? null : cpuSharesBetween(timesBefore, timesAfter);
  // After the watch: it is busy itself, and what a quota does to it shows in `cpu.stat`.
  const clock = judgeClock(probeClock(nowMs, clockReads));
  return [
    clock,
    judgeCpus(environment),
    judgeMemory(environment, rssBytes),
    judgeBackgroundLoad(shares),
    judgeSteal(shares),
    judgeThrottling(statBefore, readCpuStat(readText)),
    judgeFrequency(readText),
  ];
}
