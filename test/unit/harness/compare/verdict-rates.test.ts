/**
 * How often verdicts are right, on simulated machines: they drift, slow periods last for several
 * rounds, and now and then a round takes many times as long. `npm run -s verdicts` asks the same of
 * the real one.
 */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  compareSuite,
  type MetricComparison,
  noiseFloorsOf,
  type SuiteOptions,
} from '../../../../src/harness/compare/suite.ts';
import { seededRandom } from '../../../../src/harness/stats/random.ts';
import { roundsOf } from '../../../helpers/rounds.ts';

const ROUNDS = 40;
/** Too few to tell 1 % from nothing. */
const FEW_ROUNDS = 12;

/** Times per call of sides that take turns, each slower by its own factor, in ns. */
function simulate(seed: number, rounds: number, slowdowns: readonly number[]): number[][] {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const drift = normal() * 0.01;
  let period = 0;
  const times: number[][] = slowdowns.map(() => []);
  for (let round = 0; round < rounds; round++) {
    period = 0.9 * period + normal() * 0.03; // autocorrelated, and the same for all sides
    const machine = Math.exp(drift * round + period);
    slowdowns.forEach((slowdown, side) => {
      const own = Math.exp(normal() * 0.012);
      const stall = random() < 0.02 ? 1 + random() * 20 : 1;
      times[side]?.push(200 * machine * own * stall * slowdown);
    });
  }
  return times;
}

/** Compares the first side with the third; the second is the twin of the first. */
function compareOnce(
  seed: number,
  slowdown: number,
  { rounds = ROUNDS, ...options }: SuiteOptions & { readonly rounds?: number } = {},
): MetricComparison {
  const [own, twin, other] = simulate(seed, rounds, [1, 1, slowdown]).map(roundsOf);
  const [comparison] = compareSuite(
    [
      {
        scenario: 'simulated',
        variant: 'native',
        baseline: own ?? [],
        candidate: other ?? [],
        pairing: 'paired',
        noiseFloors: noiseFloorsOf(own ?? [], twin ?? [], ['p50']),
      },
    ],
    { ...options, metrics: ['p50'] },
  );
  return comparison?.metrics[0] as MetricComparison;
}

function repeat(times: number, once: (seed: number) => MetricComparison): MetricComparison[] {
  return Array.from({ length: times }, (_, seed) => once(seed));
}

describe('Verdicts on a machine that drifts, sticks and stalls', () => {
  test('call at most 2 % of 200 comparisons of equal code different', () => {
    for (const tolerance of [0.03, 0]) {
      const outcomes = repeat(200, (seed) => compareOnce(seed, 1, { tolerance }));
      const different = outcomes.filter(
        ({ verdict }) => verdict === 'regressed' || verdict === 'improved',
      );
      assert.ok(different.length <= 4, `${different.length} of 200 at a tolerance of ${tolerance}`);
    }
  });

  test('find a slowdown of 5 % in at least 19 of 20 tries', () => {
    for (const first of [0, 1_000, 2_000]) {
      const outcomes = repeat(20, (seed) => compareOnce(first + seed, 1.05));
      const found = outcomes.filter(({ verdict }) => verdict === 'regressed');
      assert.ok(found.length >= 19, `${found.length} of 20`);
    }
  });

  test('are inconclusive about a slowdown of 1 % where the noise floor is above it', () => {
    const options = { rounds: FEW_ROUNDS, tolerance: 0.01 };
    const outcomes = repeat(400, (seed) => compareOnce(seed, 1.01, options));
    const below = outcomes.filter(({ noiseFloor }) => (noiseFloor ?? 0) > 0.01);
    const open = below.filter(({ verdict }) => verdict === 'inconclusive');
    assert.ok(below.length > 200, `${below.length} of 400 had such a floor`);
    // An interval misses the truth now and then, and a floor may be just above the slowdown.
    assert.ok(open.length >= 0.99 * below.length, `${open.length} of ${below.length}`);
  });
});
