import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cpuSharesBetween, parseCpuTimes } from '../../../../src/core/cpu-times.ts';
import { worstVerdict } from '../../../../src/harness/doctor/finding.ts';
import {
  judgeBackgroundLoad,
  judgeCpus,
  judgeFrequency,
  judgeMemory,
  judgeSteal,
  judgeThrottling,
} from '../../../../src/harness/doctor/host-check.ts';
import type { Environment } from '../../../../src/harness/results/environment.ts';
import { sampleRecord } from '../../../helpers/sample-record.ts';

function machine(overrides: Partial<Environment> = {}): Environment {
  return { ...sampleRecord().environment, cgroup: null, ...overrides };
}

const STAT = 'cpu  100 10 50 800 20 5 5 10 0 0\ncpu0 1 2 3 4 5 6 7 8\nintr 12\n';

describe('CPU times', () => {
  test('are read from the line of all CPUs', () => {
    assert.deepEqual(parseCpuTimes(STAT), { busy: 170, interrupts: 10, idle: 820, stolen: 10 });
  });

  test('are unknown where /proc/stat is something else', () => {
    for (const text of ['', 'cpu0 1 2 3 4 5 6 7 8', 'cpu  1 2 3', 'cpu  a b c d e f g h']) {
      assert.equal(parseCpuTimes(text), null, text);
    }
  });

  test('become shares of the time between two readings', () => {
    const earlier = { busy: 100, interrupts: 0, idle: 100, stolen: 0 };
    assert.deepEqual(
      cpuSharesBetween(earlier, { busy: 130, interrupts: 0, idle: 160, stolen: 10 }),
      {
        busyRatio: 0.3,
        stolenRatio: 0.1,
      },
    );
    assert.equal(cpuSharesBetween(earlier, earlier), null);
  });
});

describe('what the doctor says of the machine', () => {
  test('judges stolen time and other load by how much there is', () => {
    const verdicts = [0, 0.05, 0.6].map((ratio) => [
      judgeSteal({ busyRatio: 0, stolenRatio: ratio }).verdict,
      judgeBackgroundLoad({ busyRatio: ratio, stolenRatio: 0 }).verdict,
    ]);
    assert.deepEqual(verdicts, [
      ['ok', 'ok'],
      ['warning', 'ok'],
      ['problem', 'problem'],
    ]);
  });

  test('is unknown, not well, where the machine does not tell', () => {
    const findings = [
      judgeSteal(null),
      judgeBackgroundLoad(null),
      judgeThrottling(null, null),
      judgeFrequency(() => null),
    ];
    assert.deepEqual(new Set(findings.map(({ verdict }) => verdict)), new Set(['unknown']));
    assert.equal(worstVerdict(findings), 'ok');
  });

  test('warns of a quota below the CPUs that the process sees', () => {
    const quota = machine({ cgroup: { cpuMax: '150000 100000', memoryMax: null } });
    const { verdict, observed, advice } = judgeCpus(quota);
    assert.equal(verdict, 'warning');
    assert.match(observed, /quota of 1.5 CPUs/);
    assert.match(advice ?? '', /cpuset/);
    assert.equal(judgeCpus(machine()).verdict, 'ok');
    assert.match(judgeCpus(machine()).observed, /whether a control group limits them is not known/);
    const free = machine({ cgroup: { cpuMax: null, memoryMax: null } });
    assert.match(judgeCpus(free).observed, /no limit of a control group/);
    assert.equal(judgeCpus(machine({ availableParallelism: 1 })).verdict, 'warning');
  });

  test('warns when a control group leaves little memory', () => {
    const limited = (memoryMax: string) => machine({ cgroup: { cpuMax: null, memoryMax } });
    assert.equal(judgeMemory(limited('536870912'), 80e6).verdict, 'warning');
    assert.equal(judgeMemory(limited('4294967296'), 80e6).verdict, 'ok');
    assert.equal(judgeMemory(machine(), 80e6).verdict, 'ok');
  });

  test('calls a control group that was stopped meanwhile a problem', () => {
    const stat = (count: number) => `usage_usec 5\nnr_periods 10\nnr_throttled ${count}\n`;
    assert.equal(judgeThrottling(stat(4), stat(4)).verdict, 'ok');
    const { verdict, figures } = judgeThrottling(stat(4), stat(6));
    assert.deepEqual([verdict, figures], ['problem', { throttledPeriods: 2 }]);
  });

  test('warns of a frequency that moves', () => {
    const files: Record<string, string> = {
      '/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor': 'powersave\n',
      '/sys/devices/system/cpu/intel_pstate/no_turbo': '1\n',
    };
    const readText = (path: string) => files[path] ?? null;
    assert.equal(judgeFrequency(readText).verdict, 'warning');
    files['/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor'] = 'performance\n';
    assert.equal(judgeFrequency(readText).verdict, 'ok');
    files['/sys/devices/system/cpu/intel_pstate/no_turbo'] = '0\n';
    assert.equal(judgeFrequency(readText).verdict, 'warning');
  });
});
