import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runExitCode } from '../../../src/cli/run-exit-code.ts';
import {
  openRecord,
  openVariant,
  sampleMaxRate,
  sampleScenario,
} from '../../helpers/sample-record.ts';

function searched(ratePerSecond: number) {
  const found = openVariant('native', { maxRate: { ...sampleMaxRate(), ratePerSecond } });
  return { ...openRecord(), scenarios: [sampleScenario('bucket', [found])] };
}

describe('the exit code of a run', () => {
  test('is 1 for a search that found no rate that keeps the objective', () => {
    assert.equal(runExitCode(searched(495), false), 0);
    assert.equal(runExitCode(searched(0), false), 1);
  });

  test('says first that a run was interrupted, then that it is invalid', () => {
    const invalid = {
      ...searched(0),
      validity: { verdict: 'invalid' as const, reasons: ['none'] },
    };
    assert.equal(runExitCode(invalid, false), 4);
    assert.equal(runExitCode(invalid, true), 130);
  });
});
