import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { RunRecord } from '../../src/harness/results/run-record.ts';
import { assertRefused, badScenario, runCli, temporaryFolder } from '../helpers/cli.ts';
import { refusalOf } from '../helpers/refusal.ts';

const CSV = `rate,throughput,p99,errors,cores
1000,1000,1.2,0,0.22
2000,2000,1.6,0,0.43
4000,3999,3.0,0,0.86
4500,4497,4.6,0,0.97
5000,4988,9.8,0.0005,1.08
6000,5050,210,0.01,1.1
`;

describe('toolrig capacity', { concurrency: true }, () => {
  const folder = temporaryFolder('capacity');
  writeFileSync(join(folder, 'sweep.csv'), CSV);
  const planWith = (...flags: string[][]) =>
    runCli(['capacity', '--from', join(folder, 'sweep.csv'), '--out', folder, ...flags.flat()]);

  test("plans with others' results: five lines first, files beside the record", async () => {
    const { exitCode, stdout, stderr } = await planWith(
      ['--workload', '20000 calls a second', '--slo', 'p99<5ms, errors<0.1%'],
      ['--instance', 'c7g.large=2c,4GiB,$52', '--zones', '3', '--growth', '10%/month'],
    );
    assert.equal(exitCode, 0, stderr);
    const lines = stdout.split('\n');
    assert.match(
      lines[0] ?? '',
      /^Answer: 6 instances of c7g\.large with sweep\.csv for 20,000 calls\/s.* In 12 months: 15\./,
    );
    assert.match(lines[3] ?? '', /^Cost: \$312 a month/);
    const stored = /^Stored in (.+)$/m.exec(stderr)?.[1] ?? '';
    assert.match(readFileSync(join(stored, 'capacity.md'), 'utf8'), /^Answer: 6 instances/);
    const plan = JSON.parse(readFileSync(join(stored, 'capacity.json'), 'utf8')) as object;
    const record = JSON.parse(readFileSync(join(stored, 'run.json'), 'utf8')) as RunRecord;
    assert.deepEqual(record.capacity, plan);
  });

  test('prints the run record alone with --json, and fails beyond the budget', async () => {
    const { exitCode, stdout } = await planWith(
      ['--target-rate', '20000', '--slo', 'p99<5ms', '--instance', 'x=2c,4GiB,$52'],
      ['--budget', '$100', '--json', '--quiet'],
    );
    const { capacity } = JSON.parse(stdout) as RunRecord;
    const [option] = capacity?.options ?? [];
    assert.deepEqual(option?.maxRatePerSecond, { median: 4_497, low: 4_497, high: 5_000 });
    assert.deepEqual(option.instances, { low: 5, expected: 5, high: 5 });
    assert.equal(option.bindingConstraint, 'event-loop');
    assert.equal(option.costPerMonth, 260);
    assert.equal(option.confidence, 'medium');
    assert.equal(exitCode, 1);
  });

  test('measures ways of hosting here: demand by tool, memory, cold start, models', async () => {
    const flags = '--variants native --target-rate 20 --duration 40ms --slo p99<2s --json --quiet';
    const { exitCode, stdout, stderr } = await runCli([
      'capacity',
      badScenario('two-tools'),
      ...flags.split(' '),
      '--out',
      folder,
    ]);
    assert.equal(exitCode, 0, stderr);
    const { capacity, scenarios } = JSON.parse(stdout) as RunRecord;
    assert.equal(scenarios.length, 1);
    const [native] = capacity?.options ?? [];
    assert.equal(native?.variant, 'native');
    assert.equal(native.source, 'toolrig');
    const { sweep, littlesLaw, operations, rssBytes, coldStartMs } = native.measured;
    assert.ok(sweep.length >= 10, `${sweep.length}`);
    const kept = sweep.filter(
      (point) => point.throughputPerSecond >= 0.95 * (point.offeredPerSecond ?? Infinity),
    );
    // Calls in flight are counted at 60 % of the highest such rate: some in 40 ms, if that is not low.
    const highest = Math.max(0, ...kept.map(({ offeredPerSecond }) => offeredPerSecond ?? 0));
    if (highest > 200) assert.ok(littlesLaw.length > 0);
    assert.deepEqual(
      operations.map(({ operation }) => operation),
      ['long', 'brief'], // the most CPU or time first
    );
    // On a machine that is busy elsewhere, not one rate may have been answered in time.
    assert.ok(rssBytes === null || rssBytes > 1e6);
    assert.ok((coldStartMs ?? 0) > 0);
  });

  for (const [what, args, message] of [
    ['no load', ['--from', 'x.csv'], /say how much is asked: --target-rate/],
    [
      'two loads',
      ['--from', 'x.csv', '--target-rate', '5', '--workload', '2 calls a minute'],
      /--target-rate and --workload exclude each other/,
    ],
    ['nothing to plan with', ['--target-rate', '5'], /name a scenario to measure, or results/],
    [
      'an objective of another kind',
      ['--slo', 'throughput>5/s', '--from', 'x', '--target-rate', '5'],
      /objective 'throughput>5\/s' cannot be used/,
    ],
    [
      'a misspelt one',
      ['--slo', 'p98<5ms', '--from', 'x', '--target-rate', '5'],
      /there is no metric 'p98'.*Did you mean/,
    ],
    [
      'a file that is not there',
      ['--from', 'nowhere.csv', '--target-rate', '5'],
      /nowhere\.csv cannot be read/,
    ],
    [
      'a headroom above all',
      ['--headroom', '99%', '--from', 'x', '--target-rate', '5'],
      /--headroom must be a share from 0 to 95 %/,
    ],
    [
      'a budget without a price',
      ['--budget', '$5', '--from', 'x', '--target-rate', '5'],
      /--budget needs a price/,
    ],
    ['an unknown flag', ['--slos', 'p99<5ms'], /Did you mean --slo\?/],
  ] as const) {
    test(`refuses ${what}`, async () => {
      assertRefused(await refusalOf(['capacity', ...args]), 2, message);
    });
  }

  test('refuses on stderr alone', async () => {
    const result = await runCli(['capacity', '--from', 'nowhere.csv', '--target-rate', '5']);
    assertRefused(result, 2, /nowhere\.csv cannot be read/);
  });
});
