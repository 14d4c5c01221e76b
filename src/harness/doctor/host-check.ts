/**
 * What the machine and its neighbours do to a measurement: other load, stolen time, limits of the
 * control group, a frequency that moves. Everything read comes in as text; a machine that does not
 * tell is `unknown`, never `ok`.
 */

import type { CpuShares } from '../../core/cpu-times.ts';
import type { Environment } from '../results/environment.ts';
import type { Finding } from './finding.ts';

/** Stolen time beyond which the machine is shared noticeably, and beyond which nothing holds. */
const STEAL_WARNING_RATIO = 0.01;
const STEAL_PROBLEM_RATIO = 0.1;
/** Share of the machine that others may use before they are felt, and before they are the result. */
const LOAD_WARNING_RATIO = 0.05;
const LOAD_PROBLEM_RATIO = 0.5;

const CPU_ROOT = '/sys/devices/system/cpu';

/** @param shares - over a while in which this process did nothing; `null` when it was not to be seen */
export function judgeSteal(shares: CpuShares | null): Finding {
  if (shares === null) return unknown('steal time', 'only Linux tells, in /proc/stat');
  const { stolenRatio } = shares;
  const finding = {
    check: 'steal time',
    observed: `the hypervisor gave ${percent(stolenRatio)} of the CPU time to others`,
    figures: { stolenRatio },
  };
  if (stolenRatio <= STEAL_WARNING_RATIO) return { ...finding, verdict: 'ok', advice: null };
  return {
    ...finding,
    verdict: stolenRatio > STEAL_PROBLEM_RATIO ? 'problem' : 'warning',
    advice: 'a neighbour shares this hardware: use a dedicated instance, or more rounds',
  };
}

/** As {@link judgeSteal}. */
export function judgeBackgroundLoad(shares: CpuShares | null): Finding {
  if (shares === null) return unknown('background load', 'only Linux tells, in /proc/stat');
  const { busyRatio } = shares;
  const finding = {
    check: 'background load',
    observed: `other programs use ${percent(busyRatio)} of the machine`,
    figures: { busyRatio },
  };
  if (busyRatio <= LOAD_WARNING_RATIO) return { ...finding, verdict: 'ok', advice: null };
  return {
    ...finding,
    verdict: busyRatio > LOAD_PROBLEM_RATIO ? 'problem' : 'warning',
    advice: 'end what else runs here (see top), or measure on a machine of its own',
  };
}

/** How many CPUs the harness may use: fewer than two, and it competes with what it measures. */
export function judgeCpus(environment: Environment): Finding {
  const { availableParallelism, logicalCpus, cgroup } = environment;
  const quotaCpus = quotaOf(cgroup?.cpuMax ?? null);
  const usable = Math.min(availableParallelism, quotaCpus ?? availableParallelism);
  const without =
    cgroup === null
      ? 'whether a control group limits them is not known'
      : 'no limit of a control group';
  const limit = quotaCpus === null ? without : `a quota of ${quotaCpus} CPUs`;
  const finding = {
    check: 'CPUs',
    observed: `${availableParallelism} of ${logicalCpus} usable, ${limit}`,
    figures: { availableParallelism, logicalCpus, quotaCpus },
  };
  if (quotaCpus !== null && quotaCpus < availableParallelism) {
    return {
      ...finding,
      verdict: 'warning',
      advice:
        'when the quota is used up every thread stands still until the next period (mostly 100 ms), which shows in p99 and above: pin CPUs (cpuset) instead of a quota',
    };
  }
  if (usable >= 2) return { ...finding, verdict: 'ok', advice: null };
  return {
    ...finding,
    verdict: 'warning',
    advice:
      'variants with a second thread or process share one core with the harness: use two or more',
  };
}

/** Memory that a control group leaves: a run near its limit measures the collector, or is killed. */
export function judgeMemory(environment: Environment, rssBytes: number): Finding {
  const limit = Number(environment.cgroup?.memoryMax ?? Number.NaN);
  const isLimited = Number.isFinite(limit) && limit < environment.memoryBytes;
  const availableBytes = isLimited ? limit : environment.memoryBytes;
  const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  const finding = {
    check: 'memory',
    observed: `${gib(availableBytes)}${isLimited ? ', by the control group' : ''}; this program takes ${gib(rssBytes)}`,
    figures: { availableBytes, rssBytes },
  };
  // A run of everything with child processes takes some 500 MB.
  if (availableBytes - rssBytes > 2 ** 30) return { ...finding, verdict: 'ok', advice: null };
  return {
    ...finding,
    verdict: 'warning',
    advice:
      'give it 1.5 GiB or more: the collector works harder near the limit, and the kernel may end the run',
  };
}

/** Periods in which the quota was used up, from the group's `cpu.stat`; `null` when there is none. */
export function judgeThrottling(before: string | null, after: string | null): Finding {
  const throttled = (text: string | null) => {
    const count = /^nr_throttled (\d+)$/m.exec(text ?? '')?.[1];
    return count === undefined ? null : Number(count);
  };
  const [first, last] = [throttled(before), throttled(after)];
  if (first === null || last === null) {
    return unknown('throttling', 'no cpu.stat: not in a control group with a quota');
  }
  const finding = {
    check: 'throttling',
    observed: `the control group was stopped ${last - first} times meanwhile`,
    figures: { throttledPeriods: last - first },
  };
  if (last === first) return { ...finding, verdict: 'ok', advice: null };
  return {
    ...finding,
    verdict: 'problem',
    advice: 'the quota, not the code, decides how long calls take: raise it or pin CPUs',
  };
}

/** Whether the frequency of the cores moves with the load and the heat. */
export function judgeFrequency(readText: (path: string) => string | null): Finding {
  const governor = readText(`${CPU_ROOT}/cpu0/cpufreq/scaling_governor`)?.trim() ?? null;
  const noTurbo = readText(`${CPU_ROOT}/intel_pstate/no_turbo`)?.trim() ?? null;
  const boost = readText(`${CPU_ROOT}/cpufreq/boost`)?.trim() ?? null;
  const boosts = noTurbo === '0' || boost === '1';
  if (governor === null && noTurbo === null && boost === null) {
    return unknown(
      'frequency',
      'the machine does not tell: a virtual one has its host’s, which may move',
    );
  }
  const finding = {
    check: 'frequency',
    observed: `governor ${governor ?? 'unknown'}, boost ${boosts ? 'on' : 'off'}`,
    figures: { governor, boost: boosts ? 'on' : 'off' },
  };
  if ((governor === 'performance' || governor === null) && !boosts) {
    return { ...finding, verdict: 'ok', advice: null };
  }
  return {
    ...finding,
    verdict: 'warning',
    advice:
      'clocks move with load and heat: compare within one interleaved run only, or fix them (cpupower frequency-set -g performance, boost off)',
  };
}

function quotaOf(cpuMax: string | null): number | null {
  const [quota, period] = (cpuMax ?? '').split(' ').map(Number);
  return quota !== undefined && period !== undefined && quota > 0 && period > 0
    ? quota / period
    : null;
}

function unknown(check: string, why: string): Finding {
  return { check, verdict: 'unknown', observed: why, advice: null, figures: {} };
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}
