/**
 * A server that takes 50 ms for every call: `heldNs`, by its own clock, must read 50 ms at every percentile to p99, and service time
 * 50 ms and what the way there and back takes: next to nothing on `native`.
 */

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
