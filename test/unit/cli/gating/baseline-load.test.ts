import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stages as stagesOf, thinkTime } from '../../../../src/cli/coerce.ts';
import { baselineLoad } from '../../../../src/cli/gating/baseline-load.ts';
import type { ScenarioRecord } from '../../../../src/harness/results/run-record.ts';
import { roundsOf } from '../../../helpers/rounds.ts';
import { openRecord, sampleScenario, sampleVariant } from '../../../helpers/sample-record.ts';

const FLAGS = { seed: 1 };
const rounds = roundsOf([500, 500, 500, 500]);
const variants = [sampleVariant('native', 500, { rounds })];

function closed(overrides: Partial<ScenarioRecord> = {}): ScenarioRecord {
  return sampleScenario('adding', variants, { concurrency: 3, batch: 4, ...overrides });
}

function open(arrivals: Partial<ScenarioRecord['arrivals']> = {}, concurrency = 64) {
  const [sample] = openRecord().scenarios;
  assert.ok(sample?.arrivals !== undefined);
  return {
    ...sample,
    variants,
    concurrency,
    batch: 2,
    arrivals: { ...sample.arrivals, ...arrivals },
  };
}

describe('baselineLoad', () => {
  test('repeats callers, batch, rounds and the time of all rounds', () => {
    const totalMs = rounds.reduce((sum, { durationMs }) => sum + durationMs, 0);
    assert.deepEqual(baselineLoad(closed(), FLAGS), {
      rounds: 4,
      warmupMs: 1_000,
      seed: 1,
      batch: 4,
      durationMs: Math.round(totalMs),
      concurrency: 3,
    });
  });

  test('repeats how long callers think, and how that is drawn', () => {
    const thinkOf = (kind: 'fixed' | 'exponential') =>
      baselineLoad(closed({ thinkMs: 2.5, thinkTime: kind }), FLAGS).think;
    assert.deepEqual([thinkOf('fixed'), thinkOf('exponential')], ['2.5ms', 'exponential:2.5ms']);
    assert.deepEqual(thinkTime('think')(thinkOf('exponential')), {
      meanMs: 2.5,
      kind: 'exponential',
    });
  });

  test('repeats the schedule of an open loop, and the callers that it was limited to', () => {
    const arrivals = { process: 'poisson', maxInFlight: 500, workers: 2 } as const;
    assert.deepEqual(baselineLoad(open(arrivals), FLAGS), {
      rounds: 4,
      warmupMs: 1_000,
      seed: 1,
      batch: 2,
      stages: '5000ms@100-100',
      arrivals: 'poisson',
      maxInFlight: 500,
      workers: 2,
      concurrency: 32,
    });
  });

  test('sets no callers where as many as there is room for could be out', () => {
    assert.equal(baselineLoad(open({ maxInFlight: 500 }, 500), FLAGS).concurrency, undefined);
  });

  test('repeats stages one after the other; their length is not to be changed', () => {
    const stages = [
      { durationMs: 1_000, fromPerSecond: 0, toPerSecond: 50.5 },
      { durationMs: 2_000, fromPerSecond: 50.5, toPerSecond: 50.5 },
    ];
    const written = baselineLoad(open({ stages }), FLAGS).stages;
    assert.equal(written, '1000ms@0-50.5,2000ms@50.5-50.5');
    assert.deepEqual(stagesOf('stages')(written), stages);
    assert.throws(() => baselineLoad(open({ stages }), { ...FLAGS, duration: 900 }), {
      code: 'ERR_USAGE',
      message: /--duration does not fit the stages of frozen-server .*: leave it out/,
    });
  });

  test('takes length, rounds and warm-up from the flags where they say so', () => {
    const flags = { ...FLAGS, duration: 900, rounds: 3, warmup: 20 };
    const { stages, ...others } = baselineLoad(open(), flags);
    assert.equal(stages, '300ms@100-100');
    assert.deepEqual([others.rounds, others.warmupMs], [3, 20]);
    assert.equal(baselineLoad(closed(), flags).durationMs, 900);
  });

  test('refuses what no start can repeat, and one round, and says what to save instead', () => {
    const [sample] = openRecord().scenarios;
    const maxRate = { ratePerSecond: 500 } as never;
    const searched = { ...open(), variants: variants.map((each) => ({ ...each, maxRate })) };
    assert.throws(() => baselineLoad(searched, FLAGS), {
      code: 'ERR_USAGE',
      message: /the highest rate of frozen-server.*: save a run of bench with one rate: --rate/,
    });
    const once = sampleVariant('native', 500, { rounds: rounds.slice(0, 1) });
    assert.ok(sample !== undefined);
    assert.throws(() => baselineLoad({ ...sample, variants: [once] }, FLAGS), {
      code: 'ERR_USAGE',
      message: /one round of frozen-server, .*: save a run of bench with --rounds 10/,
    });
  });
});
