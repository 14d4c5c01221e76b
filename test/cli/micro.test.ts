import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MicroRecord } from '../../src/harness/results/micro-record.ts';
import { runCli } from '../helpers/cli.ts';

describe('micro dispatch', () => {
  test('with --json prints one document: each task in ns, as a ratio to the bare await', async () => {
    const { exitCode, stdout } = await runCli(['micro', 'dispatch', '--rounds', '2', '--json']);
    assert.equal(exitCode, 0);
    const record = JSON.parse(stdout) as MicroRecord;
    assert.deepEqual(Object.keys(record), ['environment', 'benches']);
    assert.equal(record.environment.node, process.versions.node);
    const [dispatch] = record.benches;
    assert.equal(dispatch?.bench, 'dispatch');
    const names = dispatch?.tasks.map(({ name }) => name) ?? [];
    for (const name of ['bare-await', 'native-sync', 'native-async', 'json']) {
      assert.ok(names.includes(name), name);
    }
    for (const { name, nsPerCall, ratio } of dispatch?.tasks ?? []) {
      assert.equal(ratio.to, 'bare-await');
      for (const { low, median, high } of [nsPerCall, ratio]) {
        assert.ok(0 < low && low <= median && median <= high, name);
      }
    }
  });

  test('prints a table otherwise, and progress on stderr alone', async () => {
    const { exitCode, stdout, stderr } = await runCli(['micro', 'registry', '--rounds', '2']);
    assert.equal(exitCode, 0);
    assert.match(stdout, /registry.*ns\/call/);
    assert.equal(stderr, '  0 %  registry\n');
  });
});
