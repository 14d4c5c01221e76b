import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Judgement, judge } from '../../../../../src/harness/compare/gate/judgement.ts';
import { subjectsOf } from '../../../../../src/harness/compare/gate/quad.ts';
import { seededRandom } from '../../../../../src/harness/stats/random.ts';
import { gateQuad, gateSample, NoisyMachine } from '../../../../helpers/gate-samples.ts';

const RULES = { metrics: ['p50'] as const, tolerance: 0.03, alpha: 0.01 };

/** Judges p50 of quads whose processes take what `nsOf` says. */
function judgeQuads(count: number, nsOf: (quad: number, index: number) => number): Judgement {
  const quads = Array.from({ length: count }, (_, quad) =>
    gateQuad((_side, index) => [gateSample(nsOf(quad, index))]),
  );
  return judge(subjectsOf('adding', quads), RULES)[0] as Judgement;
}

/** Small and different in every process, as often up as down. */
const wobble = (quad: number, index: number) => 1 + 0.001 * (((quad * 7 + index * 3) % 5) - 2);

describe('judge', () => {
  test('finds what is the same unchanged, with the figures of both sides', () => {
    const { verdict, reason, ratio, baseline, candidate, count } = judgeQuads(8, () => 500);
    assert.deepEqual(
      { verdict, reason, ratio, count },
      {
        verdict: 'unchanged',
        reason: null,
        ratio: 1,
        count: 8,
      },
    );
    assert.ok(Math.abs(baseline - 500) < 1e-9 && Math.abs(candidate - 500) < 1e-9);
  });

  test('finds what takes a tenth longer regressed, and what takes a tenth less improved', () => {
    const change = (ratio: number) =>
      judgeQuads(
        8,
        (quad, index) => 500 * wobble(quad, index) * ([1, 2].includes(index) ? ratio : 1),
      );
    assert.equal(change(1.1).verdict, 'regressed');
    assert.ok(Math.abs(change(1.1).ratio - 1.1) < 0.002);
    assert.equal(change(0.9).verdict, 'improved');
  });

  test('takes a change within the tolerance for none', () => {
    const { verdict } = judgeQuads(8, (_, index) => ([1, 2].includes(index) ? 509 : 500));
    assert.equal(verdict, 'unchanged');
  });

  test('lets a steady drift cancel, from process to process and from quad to quad', () => {
    const { ratio, noiseFloor, verdict } = judgeQuads(
      8,
      (quad, index) => 500 * 1.02 ** (quad * 4 + index),
    );
    assert.ok(Math.abs(ratio - 1) < 1e-12);
    assert.ok(noiseFloor !== null && noiseFloor < 1e-9);
    assert.equal(verdict, 'unchanged');
  });

  test('says that six quads are too few for a claim at one in a hundred', () => {
    const { verdict, reason } = judgeQuads(6, (_, index) => ([1, 2].includes(index) ? 700 : 500));
    assert.equal(verdict, 'inconclusive');
    assert.equal(reason, '6 are too few to say anything');
  });

  test('knows no noise floor after a single quad', () => {
    assert.equal(judgeQuads(1, () => 500).noiseFloor, null);
  });

  test('claims nothing finer than what processes of one side differ from each other by', () => {
    // Of either side one process, now the first and now the second, takes half as long again.
    const noisy = (quad: number, index: number) => {
      const isSlow = [0, 1].includes(index) === (Math.floor(quad / 2) % 2 === 0);
      return ([1, 2].includes(index) ? 550 : 500) * (isSlow ? 1.5 : 1);
    };
    const { verdict, noiseFloor, low } = judgeQuads(12, noisy);
    assert.ok(noiseFloor !== null && noiseFloor > 0.1, `${noiseFloor}`);
    assert.ok(low > 1.03, 'clear, but for that');
    assert.equal(verdict, 'inconclusive');
  });

  test('takes no difference between the sides for noise', () => {
    const sides = judgeQuads(8, (_, index) => ([1, 2].includes(index) ? 700 : 500));
    assert.ok(sides.noiseFloor !== null && sides.noiseFloor < 1e-9);
    assert.equal(sides.verdict, 'regressed');
  });

  test('knows noise that only the candidate has', () => {
    const random = seededRandom(5);
    const { noiseFloor } = judgeQuads(12, (_, index) =>
      [1, 2].includes(index) && random() < 0.5 ? 750 : 500,
    );
    assert.ok(noiseFloor !== null && noiseFloor > 0.03, `${noiseFloor}`);
  });

  test('corrects for the number of metrics: one of many must be clearer than one alone', () => {
    const random = seededRandom(7);
    const quads = Array.from({ length: 8 }, () => {
      const scenarios = Array.from({ length: 12 }, (_, index) => `s${index}`);
      return gateQuad((side) =>
        scenarios.map((scenario, index) =>
          gateSample((side === 'candidate' && index === 0 ? 545 : 500) * (1 + 0.004 * random()), {
            scenario,
          }),
        ),
      );
    });
    const judgements = judge(subjectsOf('adding', quads), RULES);
    const alone = judge(subjectsOf('adding', quads).slice(0, 1), RULES);
    assert.equal(alone[0]?.verdict, 'regressed');
    assert.equal(judgements[0]?.verdict, 'inconclusive');
    assert.equal(judgements[0]?.reason, 'may be chance, among so many metrics');
  });

  test('compares nothing with less than one byte by a ratio', () => {
    const { ratio, verdict } = judgeQuads(8, (_, index) => ([1, 2].includes(index) ? 0.4 : 0));
    assert.equal(ratio, 1);
    assert.equal(verdict, 'unchanged');
  });

  test('gives the reciprocal when the sides are swapped, on every machine', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 2, max: 16 }), (seed, count) => {
        const machine = new NoisyMachine(seededRandom(seed), 0.1);
        const quads = Array.from({ length: count }, () => machine.quad('adding', 1.05));
        const swapped = quads.map((quad) => {
          const [a1 = [], b1 = [], b2 = [], a2 = []] = quad.samples;
          return { ...quad, samples: [b1, a1, a2, b2] };
        });
        const [one, two] = [quads, swapped].map(
          (each) => judge(subjectsOf('adding', each), RULES)[0] as Judgement,
        ) as [Judgement, Judgement];
        assert.ok(Math.abs(one.ratio * two.ratio - 1) < 1e-9);
        assert.ok(Math.abs(one.low * two.high - 1) < 1e-9);
        assert.ok(one.low <= one.ratio && one.ratio <= one.high);
      }),
      { numRuns: 50 },
    );
  });
});
