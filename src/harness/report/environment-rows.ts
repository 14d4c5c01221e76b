/** Where and when a run was made, as words: a report's table of it, without a format. */

import type { Environment } from '../results/environment.ts';
import type { RunRecord } from '../results/run-record.ts';
import { formatBytes } from './units.ts';

/** A name and a value each. */
export function environmentRows({
  environment,
  tool,
  startedAt,
  finishedAt,
}: RunRecord): [name: string, value: string][] {
  const { cgroup, loadAverage } = environment;
  return [
    ['Started', startedAt],
    ['Finished', finishedAt],
    ['Tool', `${tool.name} ${tool.version}`],
    ['CPU', `${environment.cpuModel}, ${environment.logicalCpus} logical`],
    ['Usable CPUs', String(environment.availableParallelism)],
    ['Memory', formatBytes(environment.memoryBytes)],
    ['System', `${environment.os}, ${environment.arch}`],
    ['Node', `${environment.node}, V8 ${environment.v8}`],
    ['Commit', commitOf(environment)],
    ['CPU limit', cgroup?.cpuMax ?? 'none'],
    ['Memory limit', cgroup?.memoryMax ?? 'none'],
    ['Load at start', loadAverage.map((load) => load.toFixed(2)).join(', ')],
    ['Fingerprint', environment.fingerprint],
  ];
}

function commitOf({ gitCommit, gitDirty }: Environment): string {
  if (gitCommit === null) return 'unknown';
  return gitDirty === true ? `${gitCommit}, with changes` : gitCommit;
}
