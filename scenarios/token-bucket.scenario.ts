/** A server that answers 500 calls a second and no more: the highest rate that keeps an objective must read 500. */

import { defineScenario } from '../src/harness/index.ts';
import { askOf, truthSource } from './services/truth-operations.ts';

export const scenario = defineScenario({
  name: 'token-bucket',
  description: 'a server that answers 500 calls/s and no more: the highest rate must read 500',
  suite: 'truth',
  services: { bucket: truthSource('tokenBucketService', { ratePerSecond: 500, burst: 5 }) },
  operations: [askOf('bucket')],
  load: { ratePerSecond: 'max', slo: 'p99<50ms, errors<0.1%', durationMs: 10_000 },
  variants: ['native'],
});
