/**
 * A service takes memory until there is none, in each of the ways that end a process differently,
 * 20 times each: it dies alone, and the host has its memory back.
 *
 * By default in a process of its own, the one placement that contains them all. `--variants worker`
 * shows which a thread contains; the others end the run, and the program with it.
 */

import { defineScenario } from '../src/harness/index.ts';
import { chaosSource, echoOf } from './services/chaos-operations.ts';
import { GROWTH_KINDS } from './services/growth.ts';

const MEMORY_LIMIT_BYTES = 64 * 1_048_576;

export const scenario = defineScenario({
  name: 'oom',
  description: 'a service of 64 MiB that takes all the memory it can, in five ways, 20 times each',
  suite: 'chaos',
  services: {
    greedy: { ...chaosSource(), memoryLimitBytes: MEMORY_LIMIT_BYTES },
    bystander: chaosSource(),
  },
  cases: GROWTH_KINDS.map((kind) => ({
    name: kind,
    operations: [echoOf('greedy', 'echo'), echoOf('bystander', 'echo')],
    chaos: {
      fault: {
        kind: 'oom',
        services: ['greedy'],
        everyMs: 200,
        tool: 'grow',
        arguments: { kind },
        times: 20,
      },
      expected: ['ERR_SERVICE_EXIT', 'ERR_SERVICE_NOT_FOUND', 'ERR_TIMEOUT'],
      // The calling process has grown to what the load alone takes by then.
      quietMs: 3_000,
      restMs: 1_000,
    },
  })),
  load: { concurrency: 2, durationMs: 120_000 },
  variants: ['process'],
  thresholds: ['crashes >= 20', 'memoryGrowth <= 10%'],
});
