import { chaosSource, echoOf } from '../../../scenarios/services/chaos-operations.ts';
import { defineScenario } from '../../../src/harness/index.ts';

/** Its first fault is half an hour away. */
export const scenario = defineScenario({
  name: 'not-struck',
  description: 'a service that would be killed once an hour',
  services: { first: chaosSource() },
  operations: [echoOf('first', 'echo')],
  chaos: {
    fault: { kind: 'kill', services: ['first'], everyMs: 3_600_000 },
    expected: ['ERR_SERVICE_EXIT'],
  },
  load: { concurrency: 2, durationMs: 50, warmupMs: 20 },
  variants: ['native'],
});
