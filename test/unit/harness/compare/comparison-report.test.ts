import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { reportComparison } from '../../../../src/harness/compare/comparison-report.ts';
import type { Subject } from '../../../../src/harness/compare/suite.ts';
import { roundsOf } from '../../../helpers/rounds.ts';

const side = { name: 'run', startedAt: '', gitCommit: null };
const rounds = roundsOf([100, 101, 99, 100, 102, 98, 100, 101]);

const parts = { scenario: 'calc', variant: 'native', pairing: 'paired' as const };
const equal = { ...parts, baseline: rounds, candidate: rounds, noiseFloors: { p50: 0.01 } };

function verdictOn(subjects: readonly Subject[], missing: readonly string[] = []): string {
  const sides = { baseline: side, candidate: side };
  const options = { tolerance: 0.1, metrics: ['p50'] as const };
  return reportComparison(sides, { subjects, missing, broken: [], warnings: [] }, options).verdict;
}

describe('the verdict on a suite', () => {
  test('is inconclusive when a part of it had nothing to compare', () => {
    assert.equal(verdictOn([equal]), 'unchanged');
    assert.equal(verdictOn([equal, { ...equal, candidate: [] }]), 'inconclusive');
  });

  test('is inconclusive when the candidate lacks a part of it', () => {
    assert.equal(verdictOn([equal], ['only run a has calc on json']), 'inconclusive');
  });
});
