/**
 * Steady work for as long as it is given: do heap, memory, handles or latencies drift? Two minutes
 * show a leak that would end a service within the day; `--duration 1h` is for smaller ones.
 */

import { defineScenario } from '../src/harness/index.ts';
import { chaosSource, digestOn, echoOf } from './services/chaos-operations.ts';

export const scenario = defineScenario({
  name: 'soak',
  description: 'steady work for as long as it is given: what drifts, and how fast',
  suite: 'chaos',
  services: { steady: chaosSource(), busy: chaosSource() },
  operations: [echoOf('steady', 'echo'), echoOf('steady', 'echo_later'), digestOn('busy', 50)],
  chaos: {},
  load: { concurrency: 12, durationMs: 120_000, warmupMs: 5_000 },
  variants: ['native', 'worker', 'process'],
});
