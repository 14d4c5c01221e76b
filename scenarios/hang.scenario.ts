/**
 * A service enters an endless loop: it is found out, killed and started again, while the service
 * beside it keeps its p99 within twice what it is when nothing happens.
 *
 * One caller for each: a loop takes a core, and where callers fill them all, everything that runs
 * is slower for having one less. What is asked is whether services hold each other up.
 */

import { defineScenario } from '../src/harness/index.ts';
import { chaosSource, echoOf } from './services/chaos-operations.ts';

export const scenario = defineScenario({
  name: 'hang',
  description: 'a service that loops for ever is found out and restarted; the other never notices',
  suite: 'chaos',
  services: { hanging: chaosSource(), bystander: chaosSource() },
  operations: [echoOf('hanging', 'echo'), echoOf('bystander', 'echo')],
  chaos: {
    fault: { kind: 'hang', services: ['hanging'], everyMs: 3_000, tool: 'hang' },
    expected: ['ERR_SERVICE_EXIT', 'ERR_SERVICE_NOT_FOUND', 'ERR_TIMEOUT'],
    quietMs: 5_000,
  },
  load: { concurrency: 2, durationMs: 20_000 },
  variants: ['worker', 'process'],
  thresholds: ['sparedP99Ratio <= 2', 'recoveryP99 < 3s'],
});
