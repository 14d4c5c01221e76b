import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Metric } from '../../../../src/harness/compare/metric.ts';
import {
  compareSuite,
  noiseFloorsOf,
  type Subject,
  type SuiteOptions,
} from '../../../../src/harness/compare/suite.ts';
import type { RoundRecord } from '../../../../src/harness/results/run-record.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';
import { roundOf, roundsOf } from '../../../helpers/rounds.ts';

/** Times per call around 200 ns, each a few percent off. */
function times(rounds: number, seed: number, spread = 0.02): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: rounds }, () => 200 * Math.exp((random() - 0.5) * 2 * spread));
}

function subject(overrides: Partial<Subject> = {}): Subject {
  return {
    scenario: 'calculator',
    variant: 'native',
    baseline: roundsOf(times(30, 1)),
    candidate: roundsOf(times(30, 2)),
    pairing: 'paired',
    noiseFloors: { p50: 0.01, throughput: 0.01, allocatedBytesPerCall: 0.01 },
    ...overrides,
  };
}

function slowed(by: number): Partial<Subject> {
  return { candidate: roundsOf(times(30, 2).map((ns) => ns * by)) };
}

/** Verdict and reason of one metric of one subject. */
function conclude(overrides: Partial<Subject>, metric: Metric = 'p50', options: SuiteOptions = {}) {
  const [comparison] = compareSuite([subject(overrides)], { ...options, metrics: [metric] });
  const [figures] = comparison?.metrics ?? [];
  assert.ok(figures !== undefined);
  return figures;
}

describe('compareSuite', () => {
  test('calls more time a regression, and less throughput too', () => {
    assert.equal(conclude(slowed(1.1)).verdict, 'regressed');
    assert.equal(conclude(slowed(1.1), 'throughput').verdict, 'regressed');
    assert.equal(conclude(slowed(0.9)).verdict, 'improved');
    assert.equal(conclude(slowed(0.9), 'throughput').verdict, 'improved');
    assert.equal(conclude({}).verdict, 'unchanged');
  });

  test('gives the ratio as candidate over baseline, with both medians', () => {
    const { baseline, candidate, ratio, low, high } = conclude({
      baseline: roundsOf(Array(8).fill(200)),
      candidate: roundsOf(Array(8).fill(210)),
    });
    assert.deepEqual([baseline, candidate], [200, 210]);
    for (const value of [ratio, low, high]) assert.ok(Math.abs(value - 1.05) < 1e-9);
  });

  test('holds differences against the larger of tolerance and noise floor', () => {
    assert.equal(conclude(slowed(1.03)).verdict, 'inconclusive');
    assert.equal(conclude(slowed(1.03), 'p50', { tolerance: 0.01 }).verdict, 'regressed');
    const noisy = { ...slowed(1.1), noiseFloors: { p50: 0.2 } };
    const { verdict, reason } = conclude(noisy, 'p50', { tolerance: 0.01 });
    assert.deepEqual([verdict, reason], ['inconclusive', 'within the noise floor']);
  });

  test('says why there is no verdict', () => {
    const reason = (overrides: Partial<Subject>) => {
      const figures = conclude(overrides);
      assert.equal(figures.verdict, 'inconclusive');
      return figures.reason;
    };
    assert.equal(reason({ noiseFloors: {} }), 'no noise floor was measured');
    assert.equal(reason({ doubt: 'calls failed' }), 'calls failed');
    assert.match(reason({ candidate: roundsOf([1, 1, 1, 1, 1]) }) ?? '', /^only 5 rounds/);
    assert.equal(reason({ candidate: roundsOf(times(30, 3, 0.9)) }), 'the interval is too wide');
    assert.equal(conclude({}).reason, null);
  });

  test('makes no verdict from a percentile that is mostly the clock, and one from calls/s', () => {
    const limited = { ...slowed(1.1), clockReadNs: 12 };
    const { verdict, reason } = conclude(limited);
    assert.equal(verdict, 'inconclusive');
    assert.match(reason ?? '', /^timer-limited: below twenty clock reads; calls\/s tells$/);
    assert.equal(conclude(limited, 'throughput').verdict, 'regressed');
    assert.equal(conclude({ ...limited, clockReadNs: 9 }).verdict, 'regressed');
    // The tail of such calls is long enough.
    const tail = { ...limited, noiseFloors: { p99: 0.01 } };
    assert.equal(conclude(tail, 'p99').verdict, 'regressed');
  });

  test('makes no verdict of a percentile above which no call of a round lies', () => {
    const few = (ns: number) => roundsOf(times(30, 1).map((each) => each * ns)).map(shorter);
    const shorter = (round: RoundRecord) => ({ ...round, calls: 90 });
    const sets = { baseline: few(1), candidate: few(1.2), noiseFloors: { p95: 0.01, p99: 0.01 } };
    assert.equal(conclude(sets, 'p95').verdict, 'regressed');
    const { verdict, reason } = conclude(sets, 'p99');
    assert.deepEqual(
      [verdict, reason],
      ['inconclusive', 'too few calls in a round for one to lie above it'],
    );
  });

  test('shows the figures even where there is no verdict', () => {
    const { ratio, noiseFloor, detectable } = conclude({ ...slowed(2), doubt: 'calls failed' });
    assert.ok(ratio > 1.9 && ratio < 2.1);
    assert.equal(noiseFloor, 0.01);
    assert.ok(detectable !== null && detectable > 0.03 && detectable < 0.06);
  });

  test('needs a difference that is none of chance among all comparisons of the suite', () => {
    const few = { ...slowed(1.1), baseline: roundsOf(times(7, 1)) };
    const fewer = { ...few, candidate: roundsOf(times(7, 2).map((ns) => ns * 1.1)) };
    assert.equal(conclude(fewer).verdict, 'regressed'); // p = 0.016 alone
    const [first] = compareSuite(
      [subject(fewer), subject({ scenario: 'a' }), subject({ scenario: 'b' }), subject(fewer)],
      { metrics: ['p50'] },
    );
    const [figures] = first?.metrics ?? [];
    assert.equal(figures?.verdict, 'inconclusive');
    assert.equal(figures?.reason, 'may be chance among 4 comparisons');
  });

  test('pairs by round, and leaves out rounds that one side lacks', () => {
    const [comparison] = compareSuite(
      [
        subject({
          baseline: [roundOf(1, 100), roundOf(2, 5_000), roundOf(9, 1)],
          candidate: [roundOf(2, 10_000), roundOf(1, 200)],
        }),
      ],
      { metrics: ['p50'] },
    );
    assert.deepEqual(comparison?.rounds, { baseline: 2, candidate: 2 });
    assert.ok(Math.abs((comparison?.metrics[0]?.low ?? 0) - 2) < 1e-9);
  });

  test('compares rounds of different times as two samples', () => {
    const overrides: Partial<Subject> = { ...slowed(1.1), pairing: 'unpaired' };
    assert.equal(conclude(overrides).verdict, 'regressed');
    const [comparison] = compareSuite([
      subject({ ...overrides, baseline: roundsOf(times(20, 1)) }),
    ]);
    assert.deepEqual(comparison?.rounds, { baseline: 20, candidate: 30 });
  });

  test('has nothing to say of a subject without rounds', () => {
    const [comparison] = compareSuite([subject({ candidate: [] })]);
    assert.deepEqual(comparison?.metrics, []);
  });

  test('takes a byte more than nothing for no infinite change', () => {
    const bytes = (count: number) =>
      roundsOf(times(8, 1)).map((round) => ({ ...round, allocatedBytesPerCall: count }));
    const none = conclude({ baseline: bytes(0), candidate: bytes(0.4) }, 'allocatedBytesPerCall');
    assert.equal(none.verdict, 'unchanged');
    const some = conclude({ baseline: bytes(0), candidate: bytes(64) }, 'allocatedBytesPerCall');
    assert.equal(some.verdict, 'regressed');
    assert.ok(Math.abs(some.ratio - 64) < 1e-9);
  });

  test('finds four of five slowdowns of the size that it says it could have found', () => {
    const sample = (seed: number, by = 1) => roundsOf(times(24, seed, 0.05).map((ns) => ns * by));
    let sizes = 0;
    for (let seed = 0; seed < 40; seed++) {
      sizes +=
        conclude({ baseline: sample(seed), candidate: sample(seed + 1_000) }).detectable ?? 0;
    }
    const detectable = sizes / 40;
    let found = 0;
    for (let seed = 0; seed < 200; seed++) {
      const candidate = sample(seed + 1_000, 1 + detectable);
      if (conclude({ baseline: sample(seed), candidate }).verdict === 'regressed') found++;
    }
    assert.ok(found > 140 && found < 180, `${found} of 200`);
  });
});

describe('noiseFloorsOf', () => {
  const floor = (own: readonly number[], twin: readonly number[]) =>
    noiseFloorsOf(roundsOf(own), roundsOf(twin), ['p50']).p50;

  test('are unknown for fewer than two rounds', () => {
    assert.equal(floor([1], [1]), undefined);
    assert.equal(floor([1, 2, 3], []), undefined);
  });

  test('are 0 when a thing equals its twin, and grow with what sets them apart', () => {
    const own = [100, 101, 99, 100, 102, 98, 100];
    const apart = (by: number) => own.map((ns, round) => ns * (1 + (round % 2 === 0 ? by : -by)));
    assert.equal(floor(own, own), 0);
    const [small, large] = [floor(own, apart(0.01)) ?? 0, floor(own, apart(0.1)) ?? 0];
    assert.ok(small > 0.005 && small < 0.02, String(small));
    assert.ok(large > 0.05 && large < 0.2, String(large));
  });

  test('do not care which of the two was the slower', () => {
    const own = [100, 101, 99, 100, 102, 98, 100];
    const twin = [104, 100, 103, 99, 105, 101, 103];
    assert.ok(Math.abs((floor(own, twin) ?? 0) - (floor(twin, own) ?? 1)) < 1e-9);
  });

  test('go by the rounds that both have', () => {
    assert.equal(floor([100, 100, 100], [100, 100]), 0);
  });

  test('are those of the metrics that are asked for', () => {
    const rounds = roundsOf(times(8, 1));
    assert.deepEqual(noiseFloorsOf(rounds, rounds, ['p99', 'throughput']), {
      p99: 0,
      throughput: 0,
    });
  });
});
