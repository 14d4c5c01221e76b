import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defineScenario } from '../../../../src/harness/load/scenario.ts';
import type { Variant } from '../../../../src/harness/load/target.ts';
import { requireShareable } from '../../../../src/harness/load/worker-requirements.ts';
import { loadVariant, VARIANTS } from '../../../../src/harness/variants/variants.ts';
import { echoOperation, echoVariant } from '../../../helpers/fake-target.ts';

const scenario = {
  ...defineScenario({
    name: 'mine',
    description: 'Echoes',
    services: {},
    operations: [echoOperation()],
  }),
  module: 'file:///mine.scenario.js',
};
const NETWORKED: Variant = { ...echoVariant('networked'), reach: 'network' };

function assertRefuses(variants: Variant[], message: RegExp, from = scenario): void {
  assert.throws(() => requireShareable(from, variants, 2), { code: 'ERR_USAGE', message });
}

describe('requireShareable', () => {
  test('lets any variant be called by one worker, and those over the network by several', async () => {
    const all = await Promise.all(VARIANTS.map(({ name }) => loadVariant(name)));
    requireShareable(scenario, all, 1);
    requireShareable(scenario, [NETWORKED], 64);
    assert.deepEqual(
      all.filter(({ reach }) => reach === 'network').map(({ name }) => name),
      ['http'],
    );
  });

  test('refuses a variant whose server is not one for all, and says why', () => {
    const mine = echoVariant('mine');
    assertRefuses(
      [NETWORKED, mine],
      /'mine' .* 2 workers: .* through the thread that started them/,
    );
    assertRefuses([{ ...mine, reach: 'pipe' }], /one pipe, for one client.*Leave out --workers/);
  });

  test('refuses a scenario that another thread cannot load', () => {
    const { module: _nowhere, ...made } = scenario;
    assertRefuses(
      [NETWORKED],
      /scenario 'mine' was not loaded from a module/,
      made as typeof scenario,
    );
  });
});
