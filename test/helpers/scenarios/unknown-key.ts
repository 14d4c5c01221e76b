import { defineScenario } from '../../../src/harness/index.ts';
import { echo } from './troubled-service.ts';

export const scenario = defineScenario({
  name: 'unknown-key',
  description: 'thresholds, misspelled',
  services: {},
  operations: [echo],
  // @ts-expect-error -- the point of it
  treshholds: ['p99 < 5ms'],
});
