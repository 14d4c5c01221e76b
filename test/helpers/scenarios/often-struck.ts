import { chaosSource, echoOf } from '../../../scenarios/services/chaos-operations.ts';
import { defineScenario } from '../../../src/harness/index.ts';

const SERVICES = ['first', 'second'];

/** As crash-recovery, ten times as often: some fault comes to pass, however long the machine stands still meanwhile. */
export const scenario = defineScenario({
  name: 'often-struck',
  description: 'services killed about ten times a second',
  services: Object.fromEntries(SERVICES.map((name) => [name, chaosSource()] as const)),
  operations: SERVICES.flatMap((name) => [echoOf(name, 'echo'), echoOf(name, 'echo_later')]),
  chaos: {
    fault: { kind: 'kill', services: SERVICES, everyMs: 100 },
    expected: ['ERR_SERVICE_EXIT', 'ERR_SERVICE_NOT_FOUND'],
  },
  load: { concurrency: 64, durationMs: 2_000, warmupMs: 200 },
  variants: ['native'],
});
