/**
 * Work for a processor, about 50 µs a call, by a service with 1, 2, … copies behind its name: what
 * each further thread or process adds. `native` has one thread for everything, whatever is asked.
 */

import { availableParallelism } from 'node:os';
import { defineScenario } from '../src/harness/index.ts';
import { chaosSource, digestOn } from './services/chaos-operations.ts';

const WORK_TIMES = 50;
const REPLICAS = Array.from({ length: availableParallelism() }, (_, index) => index + 1);

export const scenario = defineScenario({
  name: 'worker-scaling',
  description: 'work of 50 µs on 1, 2, … schedulers: what each further one adds',
  suite: 'chaos',
  services: Object.fromEntries(
    REPLICAS.map((replicas) => [`digest-${replicas}`, { ...chaosSource(), replicas }] as const),
  ),
  cases: REPLICAS.map((replicas) => ({
    name: replicas === 1 ? '1-copy' : `${replicas}-copies`,
    operations: [digestOn(`digest-${replicas}`, WORK_TIMES)],
    chaos: {},
  })),
  load: { concurrency: 16, durationMs: 5_000, rounds: 10 },
  variants: ['native', 'worker', 'process'],
});
