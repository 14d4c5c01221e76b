/**
 * Services are killed at random, about one a second, while callers keep them as busy as they can:
 * every call is answered exactly once, and a killed service soon answers again.
 */

import { defineScenario, type Operation } from '../src/harness/index.ts';

const SERVICES = ['first', 'second'];

interface Value {
  readonly value: number;
}

/** `echo_later` is for calls that are under way, or waiting, when their service is killed. */
function echoOf(service: string, tool: 'echo' | 'echo_later'): Operation {
  return {
    name: `${tool} ${service}`,
    service,
    tool,
    input: (random): Value => ({ value: Math.floor(random() * 1e6) }),
    check({ structuredContent: { value } }: { structuredContent: Value }, given: Value) {
      return value === given.value ? undefined : `${value} instead of ${given.value}`;
    },
  };
}

const module = new URL('./services/chaos.js', import.meta.url).href;

export const scenario = defineScenario({
  name: 'crash-recovery',
  description: 'services killed at random under full load, about one a second',
  suite: 'chaos',
  services: Object.fromEntries(
    SERVICES.map((name) => [name, { module, export: 'chaosService' }] as const),
  ),
  operations: SERVICES.flatMap((name) => [echoOf(name, 'echo'), echoOf(name, 'echo_later')]),
  chaos: {
    fault: { kind: 'kill', services: SERVICES, everyMs: 1_000 },
    // While nobody has the name, there is no such service.
    expected: ['ERR_SERVICE_EXIT', 'ERR_SERVICE_NOT_FOUND'],
  },
  load: { concurrency: 64, durationMs: 60_000 },
  variants: ['native'],
  thresholds: ['recoveryP99 < 150ms'],
});
