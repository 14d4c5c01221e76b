/** Calls of an open loop that several threads share, of one server. */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { RunRecord } from '../../src/harness/results/run-record.ts';
import {
  assertPlain,
  assertRefused,
  badScenario,
  runCli,
  startCli,
  temporaryFolder,
} from '../helpers/cli.ts';
import { refusalOf } from '../helpers/refusal.ts';

const folder = temporaryFolder('workers');
const WORKERS = ['--variants', 'http', '--workers', '2'];

describe('bench --workers', { concurrency: 2 }, () => {
  test('sends every call of the schedule once, and says how many threads did', async () => {
    const load = ['--rate', '200', '--arrivals', 'poisson', '-n', '101', '--warmup', '20ms'];
    const limits = ['-c', '64', '--threshold', 'errors <= 0%'];
    const where = ['--out', join(folder, 'run'), '--json'];
    const what = ['bench', 'constant-server', ...WORKERS, ...load, ...limits, ...where];
    const result = await runCli(what);
    assert.equal(result.exitCode, 0, result.stderr);
    assertPlain(result);
    const [scenario] = (JSON.parse(result.stdout) as RunRecord).scenarios;
    assert.deepEqual([scenario?.concurrency, scenario?.arrivals?.workers], [64, 2]);
    const [http] = scenario?.variants ?? [];
    assert.deepEqual(
      [http?.calls, http?.succeeded, http?.dropped, http?.openLoop?.scheduled],
      [101, 101, 0, 101],
    );
    const inIntervals = http?.openLoop?.intervals.reduce((sum, { calls }) => sum + calls, 0);
    assert.equal(inIntervals, 101);
    assert.ok((http?.serviceNs?.min ?? 0) >= 50e6, `${http?.serviceNs?.min}`);
  });

  test('fails when one of them ends, instead of counting what the others did', async () => {
    const out = join(folder, 'failed');
    const result = await runCli(['bench', badScenario('worker-exits'), ...WORKERS, '--out', out]);
    assert.equal(result.exitCode, 4);
    assert.equal(result.stdout, '');
    assertPlain(result);
    const reason = 'worker [12] of 2, which generates calls, failed: it ended with exit code 7';
    assert.match(
      result.stderr,
      new RegExp(`toolrig: variant 'http' in round 1 failed: ${reason}\n$`),
    );
    assert.deepEqual(readdirSync(out), []);
  });

  test('keeps what they sent when it is interrupted', async () => {
    const out = join(folder, 'interrupted');
    const what = ['bench', badScenario('worker-tells'), ...WORKERS, '--json', '--out', out];
    const running = startCli(what);
    await running.said('under way');
    process.kill(-(running.process.pid as number), 'SIGINT'); // to all of the group, as a terminal does
    const { exitCode, stdout } = await running.result;
    assert.equal(exitCode, 130);
    const [http] = (JSON.parse(stdout) as RunRecord).scenarios[0]?.variants ?? [];
    assert.ok((http?.succeeded ?? 0) > 0);
    assert.deepEqual([http?.failed, http?.calls], [0, http?.openLoop?.scheduled]);
  });

  test('is refused without a rate, and where a thread cannot call the server of another', async () => {
    const closed = await refusalOf(['bench', 'mixed', '--workers', '2']);
    assertRefused(closed, 2, /--workers is for calls that start on a schedule: give --rate/);
    for (const [variant, reason] of [
      ['native', 'through the thread that started them'],
      ['stdio', 'its server has one pipe'],
    ]) {
      for (const what of [
        ['bench', 'mixed', '--rate', '10'],
        ['capacity', 'mixed', '--target-rate', '10'],
      ]) {
        assertRefused(
          await refusalOf([...what, '--workers', '2', '--variants', `${variant}`]),
          2,
          new RegExp(`'${variant}' cannot be called .*${reason}`),
        );
      }
    }
    const measured = ['capacity', '--from', 'x.csv', '--target-rate', '10', '--workers', '2'];
    assertRefused(await refusalOf(measured), 2, /--workers is for measuring.*leave one/);
  });
});
