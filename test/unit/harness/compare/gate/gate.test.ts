import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  addQuad,
  type GateRules,
  type GateState,
  LOOKS,
  nextStep,
  openFigures,
  outcomeOf,
  startGate,
} from '../../../../../src/harness/compare/gate/gate.ts';
import type { Quad, Side } from '../../../../../src/harness/compare/gate/quad.ts';
import { seededRandom } from '../../../../../src/harness/stats/random.ts';
import { gateQuad, gateSample, NoisyMachine } from '../../../../helpers/gate-samples.ts';

const RULES: GateRules = {
  scenarios: ['adding'],
  metrics: ['p50', 'cpuNsPerCall', 'allocatedBytesPerCall'],
  advisory: ['p99'],
  tolerance: 0.03,
  budgetMs: 300_000,
};
const QUAD_MS = 6_000;

/** Runs a gate to its end. */
function run(rules: GateRules, quadOf: (scenario: string) => Quad) {
  let state = startGate(rules);
  for (let elapsedMs = 0; ; elapsedMs += QUAD_MS) {
    const step = nextStep(state, elapsedMs);
    if (step.kind === 'stop') return { state, stopped: step.because, outcome: outcomeOf(state) };
    state = addQuad(state, quadOf(step.scenario));
  }
}

function addMany(state: GateState, count: number, quad: Quad): GateState {
  let next = state;
  for (let i = 0; i < count; i++) next = addQuad(next, quad);
  return next;
}

const even = gateQuad(() => [gateSample(500)]);

describe('the gate', () => {
  test('passes equal code at the first look, and measures no further', () => {
    const { state, stopped, outcome } = run(RULES, () => even);
    assert.equal(stopped, 'decided');
    assert.equal(state.quads.length, LOOKS[0]);
    assert.equal(outcome.verdict, 'passed');
    assert.deepEqual(outcome.reasons, []);
    assert.equal(outcome.looks, 1);
  });

  test('names the scenario, the variant and the metric that regressed, and by how much', () => {
    const slower = gateQuad((side) => {
      const sample = gateSample(500);
      const p50 = side === 'candidate' ? 560 : 500;
      return [{ ...sample, figures: { ...sample.figures, p50 } }];
    });
    const { outcome } = run(RULES, () => slower);
    assert.equal(outcome.verdict, 'regressed');
    assert.deepEqual(outcome.reasons, ['adding on native: p50 regressed by 12.0 %']);
  });

  test('shows an advisory metric that is worse, and passes', () => {
    const slowTail = gateQuad((side) => {
      const sample = gateSample(500);
      const p99 = side === 'candidate' ? 900 : 500;
      return [{ ...sample, figures: { ...sample.figures, p99 } }];
    });
    const { outcome } = run(RULES, () => slowTail);
    assert.equal(outcome.verdict, 'passed');
    assert.equal(outcome.advisory[0]?.verdict, 'regressed');
  });

  describe('with a metric that is only watched', () => {
    const rules = { ...RULES, watched: { adding: ['p50'] } as const };
    /** Quads whose p50 is as `p50Of` says, and all else the same. */
    const withP50 = (p50Of: (side: Side, index: number) => number) =>
      gateQuad((side, index) => {
        const sample = gateSample(500);
        return [{ ...sample, figures: { ...sample.figures, p50: p50Of(side, index) } }];
      });

    test('waits for it no longer than 16 quads, and says what would have been found', () => {
      let quads = 0;
      const { state, stopped, outcome } = run(rules, () => {
        const [first, second] = quads++ % 4 < 2 ? [400, 600] : [600, 400];
        return withP50((_, index) => (index < 2 ? first : second));
      });
      assert.equal(stopped, 'decided');
      assert.equal(state.quads.length, 16);
      assert.equal(openFigures(state), 0);
      assert.equal(outcome.verdict, 'passed');
      assert.match(
        outcome.undecided.join(),
        /^adding on native: p50: the noise floor.*; worse by \d+\.\d % would have been found/,
      );
    });

    test('fails when it is worse, by 16 quads at the least', () => {
      const { state, outcome } = run(rules, () =>
        withP50((side) => (side === 'candidate' ? 560 : 500)),
      );
      assert.equal(outcome.verdict, 'regressed');
      assert.equal(state.quads.length, 16);
      assert.deepEqual(outcome.reasons, ['adding on native: p50 regressed by 12.0 %']);
      assert.deepEqual(outcome.undecided, []);
    });
  });

  test('counts what it waits for', () => {
    const one = addQuad(startGate(RULES), even);
    assert.equal(openFigures(startGate(RULES)), 0);
    assert.equal(openFigures(one), RULES.metrics.length);
    assert.equal(openFigures(addMany(one, 7, even)), 0);
  });

  test('looks after eight quads and no sooner, however clear it is', () => {
    const slower = gateQuad((side) => [gateSample(side === 'candidate' ? 900 : 500)]);
    const seven = addMany(startGate(RULES), 7, slower);
    assert.equal(seven.looks, 0);
    assert.equal(addQuad(seven, slower).looks, 1);
    assert.equal(outcomeOf(addQuad(seven, slower)).verdict, 'regressed');
  });

  test('lets what is decided stand, whatever comes after', () => {
    const [slower, faster] = [900, 300].map((ns) =>
      gateQuad((side) => [gateSample(side === 'candidate' ? ns : 500)]),
    ) as [Quad, Quad];
    const decided = addMany(startGate(RULES), 8, slower);
    const later = addMany(decided, 4, faster);
    assert.equal(outcomeOf(later).verdict, 'regressed');
    assert.equal(later.looks, 1);
  });

  test('gives the next quad to the undecided scenario that has fewest', () => {
    const rules = { ...RULES, scenarios: ['adding', 'reading'] };
    const reading = gateQuad(() => [gateSample(500, { scenario: 'reading' })], {
      scenario: 'reading',
    });
    const { state } = run(rules, (scenario) => (scenario === 'adding' ? even : reading));
    assert.deepEqual(
      state.quads.slice(0, 4).map(({ scenario }) => scenario),
      ['adding', 'reading', 'adding', 'reading'],
    );
  });

  test('spends no more quads on a scenario that is decided', () => {
    const rules = { ...RULES, scenarios: ['adding', 'reading'], budgetMs: 600_000 };
    const machine = new NoisyMachine(seededRandom(3), 0.2);
    const { state, stopped } = run(rules, (scenario) =>
      scenario === 'adding' ? even : machine.quad('reading', 1),
    );
    assert.equal(state.quads.filter(({ scenario }) => scenario === 'adding').length, LOOKS[0]);
    assert.equal(state.quads.filter(({ scenario }) => scenario === 'reading').length, LOOKS.at(-1));
    assert.equal(stopped, 'looks');
  });

  test('begins no quad that would end after the budget', () => {
    const machine = new NoisyMachine(seededRandom(4), 0.2);
    const rules = { ...RULES, budgetMs: 60_000 };
    const { state, stopped, outcome } = run(rules, () => machine.quad('adding', 1));
    assert.equal(stopped, 'time');
    assert.equal(state.quads.length, 10);
    assert.equal(outcome.verdict, 'inconclusive');
    assert.equal(outcome.looks, 2, 'one at eight, and a last one');
  });

  test('begins with a quad, however small the budget', () => {
    assert.deepEqual(nextStep(startGate({ ...RULES, budgetMs: 1 }), 0), {
      kind: 'measure',
      scenario: 'adding',
    });
  });

  test('passes nothing that it has not seen', () => {
    const outcome = outcomeOf(addQuad(startGate(RULES), even));
    assert.equal(outcome.verdict, 'inconclusive');
    assert.match(outcome.reasons[0] ?? '', /1 is too few/);
    assert.deepEqual(outcomeOf(startGate(RULES)).reasons, ['nothing could be gated']);
  });
});

describe('a gate ends at once', () => {
  const cases: [string, Quad, string, RegExp][] = [
    [
      'as broken when calls of the candidate fail',
      gateQuad((side) => [
        gateSample(500, side === 'candidate' ? { failure: '3 of 9 calls failed: no' } : {}),
      ]),
      'broken',
      /adding on native: in the candidate, 3 of 9 calls failed: no/,
    ],
    [
      'as invalid when calls of the base fail',
      gateQuad((side) => [gateSample(500, side === 'base' ? { failure: 'all failed' } : {})]),
      'invalid',
      /in the base, all failed/,
    ],
    [
      'as invalid when a side makes no call',
      gateQuad((_, index) => [gateSample(500, index === 2 ? { calls: 0 } : {})]),
      'invalid',
      /adding on native: the candidate made no call/,
    ],
    [
      'as invalid when a side measures nothing at all',
      gateQuad((_, index) => (index === 3 ? [] : [gateSample(500)])),
      'invalid',
      /adding: the base measured nothing/,
    ],
    [
      'as broken when a case is gone',
      gateQuad((side) => [
        gateSample(500),
        ...(side === 'base' ? [gateSample(500, { scenario: 'adding/large' })] : []),
      ]),
      'broken',
      /adding\/large on native: the base has it, and the candidate no longer does/,
    ],
  ];
  for (const [what, quad, verdict, reason] of cases) {
    test(what, () => {
      const state = addQuad(startGate(RULES), quad);
      assert.deepEqual(nextStep(state, 0), { kind: 'stop', because: 'failure' });
      assert.equal(outcomeOf(state).verdict, verdict);
      const outcome = outcomeOf(addMany(state, 10, even));
      assert.equal(outcome.verdict, verdict);
      assert.match(outcome.reasons.join('\n'), reason);
    });
  }
});

describe('what cannot be compared is not gated, and said', () => {
  test('a case that the candidate does not have any more', () => {
    const renamed = gateQuad((side) => [gateSample(500, { scenario: side })]);
    const { verdict, notGated } = outcomeOf(addQuad(startGate(RULES), renamed));
    assert.equal(verdict, 'broken');
    assert.deepEqual(notGated, [
      'base on native: gone: the candidate does not have it',
      'candidate on native: new: the base does not have it',
    ]);
  });

  test('a case that the base does not have', () => {
    const quad = gateQuad((side) => [
      gateSample(500),
      ...(side === 'candidate' ? [gateSample(900, { scenario: 'adding/large' })] : []),
    ]);
    const { outcome } = run(RULES, () => quad);
    assert.equal(outcome.verdict, 'passed');
    assert.deepEqual(outcome.notGated, ['adding/large on native: new: the base does not have it']);
  });

  test('a scenario whose load has changed; alone, it is inconclusive after one quad', () => {
    const quad = gateQuad((side) => [gateSample(500, { load: `${side}'s` })]);
    const { state, stopped, outcome } = run(RULES, () => quad);
    assert.equal(stopped, 'decided');
    assert.equal(state.quads.length, 1);
    assert.equal(outcome.verdict, 'inconclusive');
    assert.match(outcome.notGated[0] ?? '', /load has changed: base's; candidate's/);
  });
});

describe('on machines with noise, outliers and drift', () => {
  const gates = (count: number, ratio: number, sigma: number) =>
    Array.from({ length: count }, (_, seed) => {
      const machine = new NoisyMachine(seededRandom(seed + 1), sigma);
      return run(RULES, (scenario) => machine.quad(scenario, ratio)).outcome;
    });
  const share = (outcomes: readonly { readonly verdict: string }[], verdict: string) =>
    outcomes.filter((each) => each.verdict === verdict).length / outcomes.length;

  test('at most 2 % of gates of equal code fail', () => {
    for (const sigma of [0.02, 0.1]) {
      const outcomes = gates(50, 1, sigma);
      assert.ok(share(outcomes, 'regressed') <= 0.02, `at ${sigma}`);
    }
  });

  test('what takes 10 % longer is found, and never passes', () => {
    const outcomes = gates(60, 1.1, 0.02);
    assert.ok(share(outcomes, 'regressed') >= 0.9, `${share(outcomes, 'regressed')}`);
    assert.equal(share(outcomes, 'passed'), 0);
  });

  test('of what is worse by as much as does not matter, at most one in 20 is called worse', () => {
    // Six looks at 2.5 % each would be too many.
    const outcomes = gates(100, 1.03, 0.02);
    assert.ok(share(outcomes, 'regressed') <= 0.05, `${share(outcomes, 'regressed')}`);
  });

  test('what takes 1 % longer is not called worse where the noise is more than that', () => {
    assert.ok(share(gates(50, 1.01, 0.05), 'regressed') <= 0.02);
  });

  test('no order of quads makes it look more often than it may, or measure after the end', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.double({ min: 0.9, max: 1.2, noNaN: true }),
        (seed, ratio) => {
          const machine = new NoisyMachine(seededRandom(seed), 0.05);
          const rules = { ...RULES, scenarios: ['adding', 'reading'] };
          const { state, outcome } = run(rules, (scenario) => machine.quad(scenario, ratio));
          assert.ok(state.looks <= LOOKS.length && outcome.looks <= LOOKS.length);
          assert.ok(state.quads.length * QUAD_MS <= rules.budgetMs);
          assert.equal(outcome.judgements.length, 6);
        },
      ),
      { numRuns: 10 },
    );
  });
});
