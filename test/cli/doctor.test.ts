import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DoctorReport } from '../../src/harness/doctor/doctor-report.ts';
import { runCli } from '../helpers/cli.ts';

describe('toolrig doctor', () => {
  test('--host --json prints one document: the machine alone, and a verdict that the exit code follows', async () => {
    const { exitCode, stdout } = await runCli(['doctor', '--host', '--json', '--quiet']);
    const report = JSON.parse(stdout) as DoctorReport;
    assert.equal(report.noise, null);
    assert.ok(report.findings.some(({ check }) => check === 'clock'));
    // What else runs on this machine now decides.
    assert.equal(exitCode, report.verdict === 'problem' ? 4 : 0);
  });
});
