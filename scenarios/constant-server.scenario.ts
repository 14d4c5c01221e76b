/** A server that takes 50 ms for every call: every percentile must read 50 ms and what the way there takes. */

import { defineScenario } from '../src/harness/index.ts';
import { askOf, truthSource } from './services/truth-operations.ts';

export const scenario = defineScenario({
  name: 'constant-server',
  description: 'a server that takes 50 ms for every call: p50 to p99 must read 50 ms',
  suite: 'truth',
  services: { constant: truthSource('constantService', { serviceMs: 50 }) },
  operations: [askOf('constant')],
  load: { ratePerSecond: 200, durationMs: 10_000 },
  variants: ['native', 'stdio', 'http'],
});
