import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { MicroRecord } from '../../src/harness/results/micro-record.ts';
import type { RunRecord } from '../../src/harness/results/run-record.ts';
import {
  assertPlain,
  badScenario,
  type RunningCli,
  startCli,
  temporaryFolder,
} from '../helpers/cli.ts';

const folder = temporaryFolder('interrupt');
const STOPPING = 'stopping; what was measured is kept (again to end at once)';

/** Sends a signal to the program and its children, as a terminal does. */
function signalGroup({ process: { pid } }: RunningCli, signal: NodeJS.Signals): void {
  assert.ok(pid !== undefined);
  process.kill(-pid, signal);
}

describe('a run that is interrupted', { concurrency: 2 }, () => {
  const ways: readonly [name: string, interrupt: (running: RunningCli) => void][] = [
    ['SIGINT', (running) => signalGroup(running, 'SIGINT')],
    ['SIGTERM', ({ process: program }) => program.kill('SIGTERM')],
    [
      'a signal that arrives twice, as through npm and timeout',
      (running) => {
        signalGroup(running, 'SIGINT');
        running.process.kill('SIGTERM'); // Two of one kind may become one on their way.
      },
    ],
  ];
  for (const [name, interrupt] of ways) {
    test(`by ${name} ends with 130 and keeps what was measured`, async () => {
      const out = join(folder, name);
      const running = startCli([
        'bench',
        badScenario('lingers'),
        badScenario('long'),
        '--out',
        out,
        '--json',
      ]);
      await running.said('long');
      interrupt(running);
      const result = await running.result;
      assert.equal(result.exitCode, 130);
      assert.ok(result.stderr.includes(STOPPING));
      assertPlain(result);
      const record = JSON.parse(result.stdout) as RunRecord;
      assert.equal(record.scenarios[0]?.name, 'lingers');
      assert.ok(record.validity.reasons.includes('the run was interrupted'));
      for (const { variant, failed } of record.scenarios.flatMap(({ variants }) => variants)) {
        assert.equal(failed, 0, variant);
      }
      const stored = readFileSync(join(out, record.runId, 'run.json'), 'utf8');
      assert.equal(stored, result.stdout);
    });
  }

  test('twice ends at once, even while a call hangs', async () => {
    const out = join(folder, 'twice');
    const running = startCli(['bench', badScenario('hangs'), '--out', out]);
    await running.said('hanging');
    signalGroup(running, 'SIGINT');
    await running.said(STOPPING);
    const again = setInterval(() => signalGroup(running, 'SIGINT'), 100);
    // Not by its result, which comes later: a group that is gone cannot be told.
    running.process.once('exit', () => clearInterval(again));
    const result = await running.result;
    assert.equal(result.exitCode, 130);
    assert.equal(result.stdout, '');
    // On a slow machine the warm-up is over before the call that hangs, and the run was announced.
    const stored = readdirSync(out).filter((name) => !name.startsWith('.live-'));
    assert.deepEqual(stored, []);
  });
});

test('micro that is interrupted ends with 130 and prints the benches that are complete', async () => {
  const running = startCli(['micro', 'clock', 'registry', '--rounds', '1000', '--json']);
  await running.said('clock');
  signalGroup(running, 'SIGINT');
  const result = await running.result;
  assert.equal(result.exitCode, 130);
  assertPlain(result);
  const { benches } = JSON.parse(result.stdout) as MicroRecord;
  assert.ok(benches.length < 2);
});
