/** Two tools that wait, of a service that takes one call at a time: its capacity is known, and costs no CPU. */

import { defineScenario } from '../../../src/harness/index.ts';
import { defineService, type ServiceDefinition } from '../../../src/runtime/index.ts';

export function waitingService(): ServiceDefinition<void> {
  const waits = (ms: number) => ({
    description: `answers after ${ms} ms`,
    inputSchema: { type: 'object' },
    handler: () =>
      new Promise<{ content: [] }>((resolve) => {
        setTimeout(() => resolve({ content: [] }), ms);
      }),
  });
  return defineService({ name: 'waiting', tools: { brief: waits(1), long: waits(4) } });
}

export const scenario = defineScenario({
  name: 'two-tools',
  description: 'a brief wait and a long one, in turn',
  services: { waiting: { module: import.meta.url, export: 'waitingService' } },
  operations: ['brief', 'long'].map((tool) => ({
    name: tool,
    service: 'waiting',
    tool,
    input: () => ({}),
    check() {},
  })),
  load: { concurrency: 1 },
  variants: ['native'],
});
