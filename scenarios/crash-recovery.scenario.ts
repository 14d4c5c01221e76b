/**
 * Services are killed at random, about one a second, while callers keep them as busy as they can:
 * every call is answered exactly once, and a killed service soon answers again.
 */

import { defineScenario } from '../src/harness/index.ts';
import { chaosSource, echoOf } from './services/chaos-operations.ts';

const SERVICES = ['first', 'second'];

export const scenario = defineScenario({
  name: 'crash-recovery',
  description: 'services killed at random under full load, about one a second',
  suite: 'chaos',
  services: Object.fromEntries(SERVICES.map((name) => [name, chaosSource()] as const)),
  operations: SERVICES.flatMap((name) => [echoOf(name, 'echo'), echoOf(name, 'echo_later')]),
  chaos: {
    fault: { kind: 'kill', services: SERVICES, everyMs: 1_000 },
    // Until a killed service is back, nobody has its name.
    expected: ['ERR_SERVICE_EXIT', 'ERR_SERVICE_NOT_FOUND'],
  },
  load: { concurrency: 64, durationMs: 60_000 },
  variants: ['native', 'worker', 'process'],
  thresholds: ['recoveryP99 < 150ms'],
});
