/**
 * Many more callers than the service can take: its mailbox fills and refuses, memory stays bounded,
 * and within a second of the load's end it answers as if nothing had been.
 *
 * Callers that are refused try again a millisecond later. The service takes about a millisecond for a call and keeps 128 waiting.
 */

import { defineScenario } from '../src/harness/index.ts';
import { chaosSource } from './services/chaos-operations.ts';

const WAIT_MS = 1;

interface Waited {
  readonly waitMs: number;
}

export const scenario = defineScenario({
  name: 'overload',
  description: 'far more calls than the service can take: refusals, bounded memory, recovery',
  suite: 'chaos',
  services: {
    slow: chaosSource({ maxMailbox: 128 }),
  },
  operations: [
    {
      name: 'wait',
      service: 'slow',
      tool: 'wait',
      input: (): Waited => ({ waitMs: WAIT_MS }),
      check({ structuredContent: { waitMs } }: { structuredContent: Waited }) {
        return waitMs === WAIT_MS ? undefined : `waited for ${waitMs} ms`;
      },
    },
  ],
  chaos: { expected: ['ERR_OVERLOADED'], restMs: 2_000 },
  load: { concurrency: 512, durationMs: 10_000 },
  variants: ['native', 'worker', 'process'],
  thresholds: ['recoveryMax < 1s', 'memoryPeak < 512MiB', 'memoryGrowth < 50%'],
});
