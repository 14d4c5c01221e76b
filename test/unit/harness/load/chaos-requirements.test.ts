import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Chaos } from '../../../../src/harness/load/chaos.ts';
import {
  chaosThresholds,
  hasChaos,
  requireFitting,
} from '../../../../src/harness/load/chaos-requirements.ts';
import type { Load } from '../../../../src/harness/load/load.ts';
import { defineScenario } from '../../../../src/harness/load/scenario.ts';
import type { Variant } from '../../../../src/harness/load/target.ts';
import { parseThreshold } from '../../../../src/harness/load/threshold.ts';
import { mortalTarget } from '../../../helpers/chaos-target.ts';
import { echoOperation, echoVariant } from '../../../helpers/fake-target.ts';

const HANG: Chaos = { fault: { kind: 'hang', services: ['echo'], everyMs: 10, tool: 'hang' } };
const HARDY: Variant = {
  ...echoVariant('hardy'),
  supervision: { survives: ['kill', 'hang'], open: async () => mortalTarget(1) },
};
const FRAIL: Variant = {
  ...echoVariant('frail'),
  supervision: { survives: ['kill'], open: async () => mortalTarget(1) },
};

function scenario(chaos?: Chaos) {
  return defineScenario({
    name: 'mine',
    description: 'Echoes',
    services: {},
    operations: [echoOperation()],
    ...(chaos === undefined ? {} : { chaos }),
  });
}

function check(
  chaos: Chaos | undefined,
  variants: Variant[],
  load: Load,
  thresholds: string[] = [],
) {
  requireFitting(scenario(chaos), variants, load, thresholds.map(parseThreshold));
}

describe('A scenario with chaos', () => {
  test('is one that has a case with it', () => {
    assert.equal(hasChaos(scenario()), false);
    assert.equal(hasChaos(scenario({})), true);
  });

  test('runs on variants that survive its faults', () => {
    assert.doesNotThrow(() => check(HANG, [HARDY], { durationMs: 5 }, ['lost <= 0']));
  });

  test('refuses variants that nobody restarts, or that would take the run down', () => {
    const code = 'ERR_USAGE';
    assert.throws(() => check(HANG, [HARDY, echoVariant('http')], {}), {
      code,
      message: /on variant 'http' nobody restarts/,
    });
    assert.throws(() => check(HANG, [FRAIL], {}), { code, message: /'hang', .*'frail' would end/ });
  });

  test('runs anywhere when it breaks nothing', () => {
    assert.doesNotThrow(() => check({ restMs: 5 }, [echoVariant('http')], {}));
  });

  test('refuses calls by count or in batches', () => {
    for (const load of [{ calls: 5 }, { batch: 2 }]) {
      assert.throws(() => check({}, [HARDY], load), { code: 'ERR_USAGE', message: /--duration/ });
    }
  });

  test('has thresholds of its own, in the place of which those given stand', () => {
    const expressions = (given: string[]) =>
      chaosThresholds(given.map(parseThreshold)).map(({ expression }) => expression);
    assert.deepEqual(expressions([]), ['lost <= 0', 'answeredTwice <= 0', 'unrecovered <= 0']);
    assert.deepEqual(expressions(['lost <= 3', 'x.unrecovered <= 1']), [
      'answeredTwice <= 0',
      'unrecovered <= 0',
    ]);
  });
});

test('a scenario without chaos refuses thresholds on what it does not have', () => {
  assert.throws(() => check(undefined, [HARDY], { calls: 5 }, ['p99 < 1s', 'lost <= 0']), {
    code: 'ERR_USAGE',
    message: /'lost <= 0' cannot be used: only scenarios with chaos have lost, and 'mine' has none/,
  });
  assert.doesNotThrow(() => check(undefined, [HARDY], { calls: 5, batch: 2 }, ['p99 < 1s']));
});
