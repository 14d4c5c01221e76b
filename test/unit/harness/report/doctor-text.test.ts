import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DoctorReport } from '../../../../src/harness/doctor/doctor-report.ts';
import { renderDoctorText } from '../../../../src/harness/report/doctor-text.ts';
import { assertGolden } from '../../../helpers/golden.ts';
import { HOSTILE_NAMES } from '../../../helpers/hostile-names.ts';
import { sampleRecord } from '../../../helpers/sample-record.ts';

function report(overrides: Partial<DoctorReport> = {}): DoctorReport {
  const detectable = [
    { withinMs: 10_000, change: 0.11 },
    { withinMs: 60_000, change: 0.045 },
  ];
  return {
    schemaVersion: 1,
    tool: { name: 'toolrig', version: '0.1.0' },
    examinedAt: '2026-11-22T15:30:12.250Z',
    environment: sampleRecord().environment,
    verdict: 'warning',
    findings: [
      { check: 'clock', verdict: 'ok', observed: 'steps of 40 ns', advice: null, figures: {} },
      {
        check: 'background load',
        verdict: 'warning',
        observed: 'other programs use 7.2 % of the machine',
        advice: 'end what else runs here (see top), or measure on a machine of its own',
        figures: { busyRatio: 0.072 },
      },
      {
        check: 'steal time',
        verdict: 'unknown',
        observed: 'only Linux tells, in /proc/stat',
        advice: null,
        figures: {},
      },
    ],
    noise: {
      rounds: 60,
      roundMs: 100,
      metrics: [
        { metric: 'p50', floor: 0.031, detectable },
        { metric: 'p99', floor: 0.32, detectable },
      ],
    },
    ...overrides,
  };
}

describe('renderDoctorText', () => {
  test('looks as agreed', () => {
    assertGolden('doctor.txt', renderDoctorText(report(), { colour: 'none' }));
  });

  test('has no table where no load was made', () => {
    const text = renderDoctorText(report({ noise: null }), { colour: 'none' });
    assert.doesNotMatch(text, /found in/);
  });

  test('lets no name move the cursor or break a line', () => {
    const { environment } = sampleRecord();
    const lines = renderDoctorText(report(), { colour: 'none' }).split('\n').length;
    for (const cpuModel of HOSTILE_NAMES) {
      const hostile = report({ environment: { ...environment, cpuModel } });
      const text = renderDoctorText(hostile, { colour: 'none' });
      assert.equal(text.split('\n').length, lines, JSON.stringify(cpuModel));
      assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
    }
  });
});
