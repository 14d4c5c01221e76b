/**
 * What a run ran on: enough to repeat it, and a fingerprint that says whether two runs may be
 * compared at all.
 *
 * What it reads comes in as {@link EnvironmentSources}, so that a test can be any machine. Nothing
 * here fails: what cannot be found out is `null`.
 */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { type ControlGroup, readControlGroup } from './control-group.ts';

/** What a run ran on, as its record holds it. */
export interface Environment {
  readonly cpuModel: string;
  readonly logicalCpus: number;
  readonly availableParallelism: number;
  readonly memoryBytes: number;
  readonly os: string;
  readonly arch: string;
  readonly node: string;
  readonly v8: string;
  readonly gitCommit: string | null;
  readonly gitDirty: boolean | null;
  /** Limits of the control group, where there is one. */
  readonly cgroup: ControlGroup | null;
  /** 1, 5 and 15 minutes, at the start. */
  readonly loadAverage: readonly [number, number, number];
  /** Hash of what makes two runs comparable: CPU, cores, memory, OS, arch, Node's and V8's version. */
  readonly fingerprint: string;
}

/** The machine, as far as a run looks at it. */
export interface EnvironmentSources {
  readonly cpuModels: readonly string[];
  readonly availableParallelism: number;
  readonly memoryBytes: number;
  readonly os: string;
  readonly arch: string;
  readonly node: string;
  readonly v8: string;
  readonly loadAverage: readonly number[];
  /** The text of a file, `null` when it cannot be read. */
  readonly readText: (path: string) => string | null;
  /** What `git` printed, `null` when it failed or is not installed. */
  readonly runGit: (args: readonly string[]) => string | null;
}

const GIT_TIMEOUT_MS = 2_000;

/**
 * The machine this process runs on.
 *
 * @param directory - where to ask git for the commit
 */
export function systemSources(directory: string): EnvironmentSources {
  return {
    cpuModels: os.cpus().map((cpu) => cpu.model),
    availableParallelism: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    os: `${os.type()} ${os.release()}`,
    arch: process.arch,
    node: process.versions.node,
    v8: process.versions.v8,
    loadAverage: os.loadavg(),
    readText: (path) => attempt(() => readFileSync(path, 'utf8')),
    runGit: (args) =>
      attempt(() =>
        execFileSync('git', args, {
          cwd: directory,
          encoding: 'utf8',
          timeout: GIT_TIMEOUT_MS,
          stdio: ['ignore', 'pipe', 'ignore'],
        }),
      ),
  };
}

/** The environment as a run record holds it. */
export function readEnvironment(sources: EnvironmentSources): Environment {
  const { availableParallelism, memoryBytes, arch, node, v8, loadAverage, runGit } = sources;
  const [oneMinute = 0, fiveMinutes = 0, fifteenMinutes = 0] = loadAverage;
  const cpuModel = sources.cpuModels[0]?.trim() || 'unknown';
  const logicalCpus = sources.cpuModels.length;
  const gitCommit = runGit(['rev-parse', 'HEAD'])?.trim() || null;
  const changes = gitCommit === null ? null : runGit(['status', '--porcelain', '-uno']);
  return {
    cpuModel,
    logicalCpus,
    availableParallelism,
    memoryBytes,
    os: sources.os,
    arch,
    node,
    v8,
    gitCommit,
    gitDirty: changes === null ? null : changes.trim() !== '',
    cgroup: readControlGroup(sources.readText),
    loadAverage: [oneMinute, fiveMinutes, fifteenMinutes],
    fingerprint: fingerprintOf([
      cpuModel,
      logicalCpus,
      availableParallelism,
      // The kernel keeps a little back, a little more or less at each start: whole GiB are enough.
      Math.round(memoryBytes / 2 ** 30),
      sources.os,
      arch,
      node,
      v8,
    ]),
  };
}

function fingerprintOf(parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** Its result, or `null`: a missing file, tool or right is an answer here, not a failure. */
function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
