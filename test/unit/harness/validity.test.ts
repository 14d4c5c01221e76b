import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Environment } from '../../../src/harness/results/environment.ts';
import type { LatencySummary, ScenarioRecord } from '../../../src/harness/results/run-record.ts';
import { seededRandom } from '../../../src/harness/stats/random.ts';
import { type EarlyEnd, validityOf } from '../../../src/harness/validity.ts';
import { roundsOf } from '../../helpers/rounds.ts';
import {
  chaosVariant,
  openRecord,
  sampleRecord,
  sampleVariant,
} from '../../helpers/sample-record.ts';
import { swingingTimes } from '../../helpers/swinging-times.ts';

const QUIET: Environment = {
  ...sampleRecord().environment,
  availableParallelism: 2,
  loadAverage: [0.3, 0, 0],
};

const INTERRUPTED: EarlyEnd = { reason: 'the run was interrupted', verdict: 'suspect' };

function scenario(...variants: ScenarioRecord['variants']): ScenarioRecord {
  const [sample] = sampleRecord().scenarios;
  assert.ok(sample !== undefined);
  return { ...sample, name: 'calc', variants };
}

/** An open loop of one round, with this verdict on the generator of one variant, and so many calls dropped by each. */
function openRecordWith(
  generatorVerdict: 'ok' | 'generator-limited',
  dropped = 0,
  late: Partial<LatencySummary> = {},
) {
  return openRecord().scenarios.map((each) => ({
    ...each,
    variants: each.variants.map((variant) => ({
      ...variant,
      dropped,
      rounds: variant.rounds.slice(0, 1),
      ...(variant.openLoop === undefined || variant.variant !== 'native'
        ? {}
        : {
            openLoop: {
              ...variant.openLoop,
              generatorVerdict,
              pacingNs: { ...variant.openLoop.pacingNs, ...late },
            },
          }),
    })),
  }));
}

describe('validityOf', () => {
  test('finds nothing wrong with a quiet, steady run', () => {
    const good = scenario(sampleVariant('native', 500), sampleVariant('json', 6_000));
    assert.deepEqual(validityOf([good], QUIET, undefined), { verdict: 'valid', reasons: [] });
  });

  test('has no use for what was measured when that was how the run ended', () => {
    const reason = "variant 'direct' did not answer";
    const early: EarlyEnd = { reason, verdict: 'invalid' };
    assert.deepEqual(validityOf([scenario(sampleVariant('native', 500))], QUIET, early), {
      verdict: 'invalid',
      reasons: [reason],
    });
  });

  test('doubts rounds that depend on those before, where there are enough to tell', () => {
    const random = seededRandom(2);
    const swinging = (rounds: number, kept: number) =>
      sampleVariant('native', 200, { rounds: roundsOf(swingingTimes(rounds, kept, random)) });
    const reasonsOf = (...variants: ScenarioRecord['variants']) =>
      validityOf([scenario(...variants)], QUIET, undefined).reasons;
    const [reason = ''] = reasonsOf(swinging(40, 0.95));
    assert.match(
      reason,
      /^calc: rounds depend on those before, and intervals over them are too narrow: native \(40 count for \d\)$/,
    );
    assert.deepEqual(reasonsOf(swinging(40, 0), swinging(12, 0.95)), []);
    const many = Array.from({ length: 4 }, () => swinging(60, 0.97));
    assert.match(reasonsOf(...many)[0] ?? '', /^calc: 4 of 4 measurements had rounds that depend/);
  });

  test('is invalid when nothing was measured, or no call of a variant succeeded', () => {
    assert.deepEqual(validityOf([], QUIET, undefined), {
      verdict: 'invalid',
      reasons: ['nothing was measured'],
    });
    const dead = sampleVariant('stdio', 500, { succeeded: 0, firstFailure: 'add: gone' });
    assert.deepEqual(validityOf([scenario(sampleVariant('native', 500), dead)], QUIET, undefined), {
      verdict: 'invalid',
      reasons: ['calc on stdio: not one call succeeded (add: gone)'],
    });
  });

  test('is invalid when faults were asked for and no service crashed', () => {
    const fault = { kind: 'kill', services: ['a'], everyMs: 5 };
    const chaos = { fault, expected: [], quietMs: 0, restMs: 0 };
    const spared = chaosVariant('native', { crashes: 0 });
    const record = { ...scenario(spared, chaosVariant('process')), chaos };
    assert.deepEqual(validityOf([record], QUIET, undefined), {
      verdict: 'invalid',
      reasons: ['calc on native: no service crashed, for all its faults'],
    });
    const calm = { ...record, chaos: { ...chaos, fault: null } };
    assert.equal(validityOf([calm], QUIET, undefined).verdict, 'valid');
  });

  test('doubts nothing for failures that the scenario expects', () => {
    const expected = scenario(chaosVariant('native'));
    assert.deepEqual(validityOf([expected], QUIET, undefined).reasons, []);
    const other = scenario(chaosVariant('native', { failed: 3_752 }));
    assert.deepEqual(validityOf([other], QUIET, undefined).reasons, [
      'calc: 2 of 12,000,000 calls failed on native',
    ]);
  });

  test('is suspect for each doubt, and names it', () => {
    const rounds = sampleVariant('x', 500).rounds.slice(0, 5);
    const doubts: readonly (readonly [ReturnType<typeof validityOf>, RegExp])[] = [
      [
        validityOf([scenario(sampleVariant('x', 500, { rounds }))], QUIET, undefined),
        /^calc: fewer than 6 rounds: x \(only 5\)$/,
      ],
      [
        validityOf([scenario(sampleVariant('x', 500, { isSteady: false }))], QUIET, undefined),
        /^calc: not steady after the warm-up: x \(420 ms\)$/,
      ],
      [
        validityOf(
          [scenario(sampleVariant('x', 500, { calls: 1_000, succeeded: 997, failed: 3 }))],
          QUIET,
          undefined,
        ),
        /^calc: 3 of 1,000 calls failed on x$/,
      ],
      [validityOf([scenario(sampleVariant('x', 500))], QUIET, INTERRUPTED), /interrupted/],
      [
        validityOf(
          [scenario(sampleVariant('x', 500))],
          { ...QUIET, loadAverage: [2.1, 0, 0] },
          undefined,
        ),
        /busy at the start: load average 2\.1/,
      ],
      [
        validityOf(openRecordWith('generator-limited'), QUIET, undefined),
        /^frozen-server: limited by the generator: native \(1 % of the arrivals were 0\.4 ms late or more/,
      ],
      [
        validityOf(openRecordWith('generator-limited', 0, { max: 400_000 }), QUIET, undefined),
        /^frozen-server: limited by the generator: native \(arrivals were up to 0\.4 ms late before/,
      ],
      [
        validityOf(openRecordWith('ok', 9_000), QUIET, undefined),
        /^frozen-server: dropped, and so in no latency: native \(9,000 of 9,498 calls\), http \(/,
      ],
    ];
    assert.equal(validityOf(openRecordWith('ok'), QUIET, undefined).verdict, 'valid');
    for (const [{ verdict, reasons }, reason] of doubts) {
      assert.equal(verdict, 'suspect');
      assert.equal(reasons.length, 1);
      assert.match(reasons[0] ?? '', reason);
    }
  });

  test('makes one reason of a doubt about many measurements of a scenario', () => {
    const short = sampleVariant('x', 500).rounds.slice(0, 3);
    const sweep = ['a', 'b', 'c', 'd'].map((name, i) => ({
      ...scenario(
        sampleVariant('native', 500, { isSteady: false, warmupMs: 300.4 + i }),
        sampleVariant('json', 500, { rounds: i === 2 ? short.slice(0, 2) : short }),
      ),
      name: `sweep/${name}`,
    }));
    assert.deepEqual(validityOf(sweep, QUIET, undefined).reasons, [
      'sweep: 4 of 8 measurements were not steady after the warm-up (longest 303 ms)',
      'sweep: 4 of 8 measurements had fewer than 6 rounds (fewest 2)',
    ]);
  });

  test('sums up failed calls of many measurements, and says them once where none succeeded', () => {
    const failing = sampleVariant('x', 500, { calls: 1_000, succeeded: 997, failed: 3 });
    const sweep = ['a', 'b', 'c', 'd'].map((name) => ({ ...scenario(failing), name: `s/${name}` }));
    assert.deepEqual(validityOf(sweep, QUIET, undefined).reasons, [
      's: 4 of 4 measurements had failed calls (at most 0.3 % of them)',
    ]);
    const dead = sampleVariant('x', 500, { calls: 9, succeeded: 0, failed: 9 });
    assert.equal(validityOf([scenario(dead)], QUIET, undefined).reasons.length, 1);
  });

  test('names up to three measurements of a scenario, each with its case', () => {
    const unsteady = sampleVariant('native', 500, { isSteady: false, warmupMs: 300 });
    const sweep = ['a', 'b', 'c'].map((name) => ({ ...scenario(unsteady), name: `sweep/${name}` }));
    assert.deepEqual(validityOf([scenario(unsteady), ...sweep], QUIET, undefined).reasons, [
      'calc: not steady after the warm-up: native (300 ms)',
      'sweep: not steady after the warm-up: a on native (300 ms), b on native (300 ms), c on native (300 ms)',
    ]);
  });

  test('keeps the doubts of an invalid run beside what made it so', () => {
    const { verdict, reasons } = validityOf([], QUIET, INTERRUPTED);
    assert.equal(verdict, 'invalid');
    assert.deepEqual(reasons, ['nothing was measured', 'the run was interrupted']);
  });
});
