import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defineScenario, type ScenarioSpec } from '../../../../src/harness/load/scenario.ts';
import { echoCase, echoOperation } from '../../../helpers/fake-target.ts';

const SPEC: ScenarioSpec = {
  name: 'mine',
  description: 'Echoes',
  services: { echo: { module: 'file:///echo.js', export: 'echo' } },
  operations: [echoOperation()],
};

/** SPEC with what a person wrote by mistake. */
function wrong(overrides: object): ScenarioSpec {
  return { ...SPEC, ...overrides };
}

function wrongOperation(overrides: object): ScenarioSpec {
  return wrong({ operations: [{ ...echoOperation(), ...overrides }] });
}

function wrongFault(overrides: object): ScenarioSpec {
  const fault = { kind: 'kill', services: ['echo'], everyMs: 1_000, ...overrides };
  return wrong({ chaos: { fault } });
}

describe('defineScenario', () => {
  test('takes checks that annotate nothing, as that of the README', () => {
    const { cases } = defineScenario({
      ...SPEC,
      operations: [
        {
          name: 'greet',
          service: 'greeter',
          tool: 'greet',
          input: () => ({ who: 'Ada' }),
          check: ({ content }, { who }) => (content[0].text === who ? undefined : 'not greeted'),
        },
      ],
    });
    const reply = { content: [{ type: 'text', text: 'Ada' }] };
    assert.equal(cases[0]?.operations[0]?.check(reply, { who: 'Bob' }), 'not greeted');
  });

  test('makes one case without a name of plain operations, and fills in the rest', () => {
    const scenario = defineScenario({ ...SPEC, order: 'in-order' });
    assert.deepEqual(scenario.cases, [
      { name: '', operations: SPEC.operations, order: 'in-order' },
    ]);
    assert.deepEqual([scenario.load, scenario.thresholds, scenario.suite], [{}, [], 'cost']);
  });

  test('gives back what it made, when that is defined again', () => {
    const scenario = defineScenario(SPEC);
    assert.deepEqual(defineScenario(scenario), scenario);
  });

  test('keeps cases as they are', () => {
    const { operations: _none, ...rest } = SPEC;
    const cases = [echoCase({ name: 'small', payloadBytes: 64 }), echoCase({ name: 'big' })];
    assert.deepEqual(defineScenario({ ...rest, cases }).cases, cases);
  });

  test('gives its chaos to every case that has none of its own', () => {
    const { operations: _none, ...rest } = SPEC;
    const own = { restMs: 5 };
    const chaos = { expected: ['ERR_OVERLOADED'] } as const;
    const cases = [echoCase({ name: 'a' }), echoCase({ name: 'b', chaos: own })];
    const scenario = defineScenario({ ...rest, cases, chaos });
    assert.deepEqual(
      scenario.cases.map((each) => each.chaos),
      [chaos, own],
    );
    assert.deepEqual(defineScenario(scenario), scenario);
  });

  const { operations: _none, ...withoutOperations } = SPEC;
  const refused: Readonly<Record<string, readonly [ScenarioSpec, RegExp]>> = {
    'a name that reads as a case': [wrong({ name: 'mine/a' }), /'\/' separates a case/],
    'a misspelled key': [wrong({ tresholds: [] }), /unknown key 'tresholds'.*'thresholds'/],
    'a misspelled key of the load': [wrong({ load: { rouns: 3 } }), /'rouns'.*'rounds'/],
    'a misspelled key of an operation': [wrongOperation({ tol: 'x' }), /'tol'.*'tool'/],
    'a misspelled key of a case': [
      { ...withoutOperations, cases: [{ ...echoCase(), payload: 1 } as never] },
      /unknown key 'payload'/,
    ],
    'no name': [wrong({ name: '' }), /name must be/],
    'no description': [wrong({ description: undefined }), /description of scenario 'mine'/],
    'neither operations nor cases': [withoutOperations, /either operations or cases/],
    'operations and cases': [wrong({ cases: [echoCase()] }), /either operations or cases/],
    'no operations': [wrong({ operations: [] }), /operations of scenario 'mine'/],
    'a case without operations': [
      { ...withoutOperations, cases: [{ name: 'a' } as never] },
      /operations of scenario 'mine'/,
    ],
    'no cases': [{ ...withoutOperations, cases: [] }, /cases of scenario 'mine'/],
    'cases that are no list': [{ ...withoutOperations, cases: {} as never }, /cases of/],
    'two cases of one name': [
      { ...withoutOperations, cases: [echoCase({ name: 'a' }), echoCase({ name: 'a' })] },
      /two cases named 'a'/,
    ],
    'an order that is none': [wrong({ order: 'random' }), /order of scenario 'mine'/],
    'both tool and method': [wrongOperation({ method: 'ping' }), /either tool or method/],
    'neither tool nor method': [wrongOperation({ tool: undefined }), /either tool or method/],
    'an input that is no function': [wrongOperation({ input: {} }), /input of operation 'echo'/],
    'a held time that is none': [wrongOperation({ heldMs: 5 }), /heldMs of operation 'echo'/],
    'a check that is missing': [wrongOperation({ check: undefined }), /check of operation 'echo'/],
    'half a weight': [wrongOperation({ weight: 0.5 }), /weight of operation 'echo'/],
    'no callers': [wrong({ load: { concurrency: 0 } }), /load.concurrency/],
    'a suite that is none': [wrong({ suite: 'costs' }), /suite .*Did you mean 'cost'/],
    'a misspelled key of chaos': [wrong({ chaos: { faults: {} } }), /'faults'.*'fault'/],
    'chaos that is none': [wrong({ chaos: 'total' }), /chaos of scenario 'mine' must be an object/],
    'a code that no call fails with': [
      wrong({ chaos: { expected: ['ERR_USAGE'] } }),
      /expected .*got 'ERR_USAGE'/,
    ],
    'a rest of less than nothing': [wrong({ chaos: { restMs: -1 } }), /restMs/],
    'chaos with an operation that calls no tool': [
      wrong({
        chaos: {},
        operations: [echoOperation({ method: 'ping', tool: undefined as never })],
      }),
      /must call a tool/,
    ],
    'an unknown kind of fault': [wrongFault({ kind: 'kil' }), /Did you mean 'kill'/],
    'a fault that strikes nobody': [wrongFault({ services: [] }), /at least one of services/],
    'a fault that never comes': [wrongFault({ everyMs: 0 }), /everyMs/],
    'a fault that comes half a time': [wrongFault({ times: 0.5 }), /times/],
    'a misspelled key of a fault': [wrongFault({ service: 'echo' }), /'service'.*'services'/],
    'a kill by a tool': [wrongFault({ tool: 'die' }), /a kill, which takes no tool/],
    'a hang by no tool': [
      wrongFault({ kind: 'hang' }),
      /needs the tool that brings the hang about/,
    ],
    'two kinds of load': [
      wrong({ load: { ratePerSecond: 5, thinkMs: 5 } }),
      /load of scenario 'mine': thinkMs and ratePerSecond exclude each other/,
    ],
    'a part of an open loop without a rate': [
      wrong({ load: { arrivals: 'poisson' } }),
      /arrivals is for calls that start on a schedule: give ratePerSecond or stages/,
    ],
    'a way to think without a time': [
      wrong({ load: { thinkTime: 'exponential' } }),
      /thinkTime needs thinkMs/,
    ],
    'arrivals that are none': [wrong({ load: { arrivals: 'even' } }), /load.arrivals/],
    'stages that are none': [wrong({ load: { stages: [] } }), /load.stages/],
    'stages without a call': [
      wrong({ load: { stages: [{ durationMs: 5, fromPerSecond: 0, toPerSecond: 0 }] } }),
      /no stage with a rate above 0/,
    ],
    'a stage without an end': [
      wrong({ load: { stages: [{ durationMs: Infinity, fromPerSecond: 0, toPerSecond: 9 }] } }),
      /durationMs of load.stages/,
    ],
    'a misspelled key of a stage': [
      wrong({ load: { stages: [{ durationMs: 5, from: 0, toPerSecond: 1 }] } }),
      /unknown key 'from'/,
    ],
    'a time that is none': [wrong({ load: { durationMs: Number.NaN } }), /load.durationMs/],
  };
  for (const [what, [spec, message]] of Object.entries(refused)) {
    test(`refuses ${what}`, () => {
      assert.throws(() => defineScenario(spec), { code: 'ERR_INVALID_OPTION', message });
    });
  }
});
