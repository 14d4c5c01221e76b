import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readControlGroup, readCpuStat } from '../../../../src/harness/results/control-group.ts';

/** A machine with these files; the group that the process is in comes first. */
function files(groups: string, texts: Readonly<Record<string, string>>) {
  const all: Readonly<Record<string, string>> = { '/proc/self/cgroup': groups, ...texts };
  return (path: string) => all[path] ?? null;
}

const OLD = '9:name=systemd:/x\n4:memory:/jobs/a\n2:cpu,cpuacct:/docker/0123\n';
const STAT = 'nr_periods 9\nnr_throttled 4\n';

describe('readControlGroup', () => {
  test('reads limits of version 1, each from the way of its own controller', () => {
    const readText = files(OLD, {
      // As in a container, which sees nothing of the way but its end.
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '150000\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      '/sys/fs/cgroup/memory/jobs/a/memory.limit_in_bytes': '9223372036854771712\n',
      '/sys/fs/cgroup/memory/jobs/memory.limit_in_bytes': '536870912\n',
    });
    assert.deepEqual(readControlGroup(readText), {
      cpuMax: '150000 100000',
      memoryMax: '536870912',
    });
  });

  test('finds no limit where version 1 has none, and knows nothing where there are no groups', () => {
    const readText = files(`${OLD}0::/\n`, {
      '/sys/fs/cgroup/cpu/docker/0123/cpu.cfs_quota_us': '-1\n',
      '/sys/fs/cgroup/cpu/docker/0123/cpu.cfs_period_us': '100000\n',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    });
    assert.deepEqual(readControlGroup(readText), { cpuMax: null, memoryMax: null });
    assert.equal(
      readControlGroup(() => null),
      null,
    );
  });

  test('takes the limit of version 2 where a machine has both', () => {
    const readText = files(`${OLD}0::/pod\n`, {
      '/sys/fs/cgroup/pod/cpu.max': '200000 100000\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '150000\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
    });
    assert.equal(readControlGroup(readText)?.cpuMax, '200000 100000');
  });
});

describe('readCpuStat', () => {
  test('is that of the nearest group which counts how often it was stopped', () => {
    const own = { '/sys/fs/cgroup/pod/own/cpu.stat': 'usage_usec 1\n' };
    const around = { '/sys/fs/cgroup/pod/cpu.stat': STAT };
    assert.equal(readCpuStat(files('0::/pod/own\n', { ...own, ...around })), STAT);
    assert.equal(readCpuStat(files('0::/pod/own\n', own)), null);
    assert.equal(readCpuStat(files(OLD, { '/sys/fs/cgroup/cpu/cpu.stat': STAT })), STAT);
  });
});
