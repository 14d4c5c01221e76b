/** Calls whose arguments are 0 to 63 in turn, and another case whose `input` throws. */

import { defineScenario } from '../../../src/harness/index.ts';
import { echoCase, echoOperation } from '../fake-target.ts';

export const PLAN_LENGTH = 64;

export const scenario = defineScenario({
  name: 'numbered',
  description: 'numbers in turn',
  services: {},
  cases: [
    echoCase({ name: 'right', inputs: PLAN_LENGTH }),
    echoCase({ name: 'wrong', operations: [echoOperation({ check: () => 'never right' })] }),
  ],
});
