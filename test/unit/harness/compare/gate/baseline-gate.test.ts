import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgeBaseline, STARTS } from '../../../../../src/harness/compare/gate/baseline-gate.ts';
import { type GateSample, samplesOf } from '../../../../../src/harness/compare/gate/sample.ts';
import type { RunRecord } from '../../../../../src/harness/results/run-record.ts';
import { roundsOf } from '../../../../helpers/rounds.ts';
import { sampleRecord, sampleScenario, sampleVariant } from '../../../../helpers/sample-record.ts';

const RULES = { metrics: ['nsPerCall'] as const, advisory: ['p99'] as const, tolerance: 0.03 };

const baseline: RunRecord = {
  ...sampleRecord(),
  scenarios: [
    sampleScenario('adding', [
      sampleVariant('native', 500, {
        rounds: roundsOf([499, 500.5, 501, 500, 499.5, 500.2, 499.8]),
      }),
    ]),
  ],
};
const [own] = samplesOf(baseline) as [GateSample];

/** Starts of the candidate, each taking `nsOf` it. */
function starts(nsOf: (start: number) => number, other: Partial<GateSample> = {}): GateSample[][] {
  return Array.from({ length: STARTS }, (_, start) => [
    { ...own, figures: { ...own.figures, nsPerCall: nsOf(start) }, ...other },
  ]);
}

/** As the baseline on average, and up to one and a half times `share` off. */
const wobble = (share: number) => (start: number) => 500 * (1 + share * ((start % 4) - 1.5));

describe('judgeBaseline', () => {
  test('passes what comes out as the baseline did', () => {
    const { verdict, judgements, reasons } = judgeBaseline(baseline, starts(wobble(0.001)), RULES);
    assert.equal(verdict, 'passed', reasons.join('; '));
    assert.equal(judgements[0]?.count, STARTS);
  });

  test('finds what takes a fifth longer', () => {
    const slower = starts((start) => 1.2 * wobble(0.001)(start));
    const { verdict, reasons } = judgeBaseline(baseline, slower, RULES);
    assert.equal(verdict, 'regressed');
    assert.match(reasons[0] ?? '', /^adding on native: nsPerCall regressed by (19|20|21)\./);
  });

  test('takes no difference for a change that one more start could have shown', () => {
    const slower = starts((start) => 1.05 * wobble(0.05)(start));
    const { verdict, judgements } = judgeBaseline(baseline, slower, RULES);
    assert.equal(verdict, 'inconclusive');
    assert.ok((judgements[0]?.noiseFloor ?? 0) > 0.1);
    assert.ok((judgements[0]?.detectable ?? 0) > 0.1);
  });

  test('says nothing after fewer starts than it needs', () => {
    const { verdict } = judgeBaseline(baseline, starts(() => 900).slice(0, 5), RULES);
    assert.equal(verdict, 'inconclusive');
  });

  test('is broken by a call that fails, and invalid without one', () => {
    const broken = judgeBaseline(
      baseline,
      starts(() => 500, { failure: 'all failed' }),
      RULES,
    );
    assert.equal(broken.verdict, 'broken');
    assert.deepEqual(broken.reasons, ['adding on native: all failed']);
    assert.equal(
      judgeBaseline(
        baseline,
        starts(() => 500, { calls: 0 }),
        RULES,
      ).verdict,
      'invalid',
    );
  });

  test('gates nothing that was measured in another way', () => {
    const other = judgeBaseline(
      baseline,
      starts(() => 900, { load: 'another' }),
      RULES,
    );
    assert.equal(other.verdict, 'inconclusive');
    assert.match(other.notGated[0] ?? '', /^adding on native: the baseline was made with closed/);
  });

  test('is broken by a candidate that lacks what the baseline has, and invalid where it comes and goes', () => {
    const gone = starts(() => 500, { variant: 'worker' });
    const { verdict, reasons } = judgeBaseline(baseline, gone, RULES);
    assert.equal(verdict, 'broken');
    assert.deepEqual(reasons, [
      'adding on native: the baseline has it, and the candidate no longer does',
    ]);
    const [first = [], ...others] = starts(() => 500);
    const once = judgeBaseline(baseline, [first, ...others.map(() => [])], RULES);
    assert.equal(once.verdict, 'invalid');
  });
});
