import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineScenario } from '../../../src/harness/load/scenario.ts';
import { measureCapacity } from '../../../src/harness/measure-capacity.ts';
import { echoOperation, echoTarget, echoVariant } from '../../helpers/fake-target.ts';

test('a variant that makes its load itself cannot be asked for a rate, and is closed', async () => {
  let closed = 0;
  const target = echoTarget({
    drive: () => assert.fail('driven'),
    close: async () => void closed++,
  });
  const scenario = defineScenario({
    name: 'mine',
    description: 'Echoes',
    services: {},
    operations: [echoOperation()],
  });
  const measured = measureCapacity(echoVariant('driver', target), scenario, {
    objectives: [],
    pointMs: 1,
    seed: 1,
    signal: new AbortController().signal,
    onStep: () => {},
  });
  const message = /variant 'driver' makes its load itself, and cannot be asked for a rate/;
  await assert.rejects(measured, { code: 'ERR_USAGE', message });
  assert.equal(closed, 1);
});
