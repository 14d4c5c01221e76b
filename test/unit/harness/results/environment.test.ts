import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { describe, test } from 'node:test';
import {
  type EnvironmentSources,
  readEnvironment,
  systemSources,
} from '../../../../src/harness/results/environment.ts';

function machine(overrides: Partial<EnvironmentSources> = {}): EnvironmentSources {
  return {
    cpuModels: ['Example CPU 3000 ', 'Example CPU 3000 '],
    availableParallelism: 2,
    memoryBytes: 8 * 2 ** 30 - 123_456,
    os: 'Linux 6.1.0',
    arch: 'x64',
    node: '20.20.2',
    v8: '11.3.244.8',
    loadAverage: [0.5, 0.25, 0.125],
    readText: () => null,
    runGit: () => null,
    ...overrides,
  };
}

function files(contents: Record<string, string>): Partial<EnvironmentSources> {
  return { readText: (path) => contents[path] ?? null };
}

const gitWith = (status: string) => (args: readonly string[]) =>
  args[0] === 'rev-parse' ? 'abc123\n' : status;

describe('readEnvironment', () => {
  test('is null where there is no repository and no control group', () => {
    const environment = readEnvironment(machine());
    assert.equal(environment.gitCommit, null);
    assert.equal(environment.gitDirty, null);
    assert.equal(environment.cgroup, null);
    assert.equal(environment.cpuModel, 'Example CPU 3000');
    assert.deepEqual(environment.loadAverage, [0.5, 0.25, 0.125]);
  });

  test('tells the commit and whether files differ from it', () => {
    const clean = readEnvironment(machine({ runGit: gitWith('') }));
    assert.deepEqual([clean.gitCommit, clean.gitDirty], ['abc123', false]);
    const dirty = readEnvironment(machine({ runGit: gitWith(' M src/x.ts\n') }));
    assert.equal(dirty.gitDirty, true);
  });

  test('finds the nearest limit on the way up from its control group', () => {
    const { cgroup } = readEnvironment(
      machine(
        files({
          '/proc/self/cgroup': '0::/pod/container\n',
          '/sys/fs/cgroup/pod/container/cpu.max': 'max 100000\n',
          '/sys/fs/cgroup/pod/cpu.max': '200000 100000\n',
          '/sys/fs/cgroup/pod/container/memory.max': '536870912\n',
          '/sys/fs/cgroup/pod/memory.max': '999\n',
        }),
      ),
    );
    assert.deepEqual(cgroup, { cpuMax: '200000 100000', memoryMax: '536870912' });
  });

  test('says that a control group has no limits', () => {
    const { cgroup } = readEnvironment(
      machine(
        files({
          '/proc/self/cgroup': '1:name=old:/x\n0::/\n',
          '/sys/fs/cgroup/memory.max': 'max\n',
        }),
      ),
    );
    assert.deepEqual(cgroup, { cpuMax: null, memoryMax: null });
  });

  test('gives one fingerprint to runs that may be compared and another to those that may not', () => {
    const { fingerprint } = readEnvironment(machine());
    assert.match(fingerprint, /^[0-9a-f]{16}$/);
    const same: Partial<EnvironmentSources>[] = [
      { loadAverage: [9, 9, 9] },
      { memoryBytes: 8 * 2 ** 30 },
      { runGit: () => 'abc' },
    ];
    for (const change of same) {
      assert.equal(readEnvironment(machine(change)).fingerprint, fingerprint);
    }
    const different: Partial<EnvironmentSources>[] = [
      { cpuModels: ['Other', 'Other'] },
      { cpuModels: ['Example CPU 3000'] },
      { availableParallelism: 1 },
      { memoryBytes: 16 * 2 ** 30 },
      { os: 'Linux 6.2.0' },
      { arch: 'arm64' },
      { node: '24.0.0' },
      { v8: '13.6' },
    ];
    for (const change of different) {
      assert.notEqual(readEnvironment(machine(change)).fingerprint, fingerprint);
    }
  });

  test('reads the machine it runs on, outside of a repository too', () => {
    const environment = readEnvironment(systemSources(tmpdir()));
    assert.ok(environment.logicalCpus >= 1);
    assert.ok(environment.memoryBytes > 0);
    assert.equal(environment.node, process.versions.node);
    assert.equal(environment.gitCommit, null);
    assert.equal(systemSources('/').readText('/no/such/file'), null);
  });
});
