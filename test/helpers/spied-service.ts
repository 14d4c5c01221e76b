/** A service that tells when it ends, for tests of those who start and stop services. */

import type { ServiceSource } from '../../src/harness/load/scenario.ts';
import { defineService, type ServiceDefinition } from '../../src/runtime/index.ts';

/** Names of the services of this module that have ended, in order; the test empties it. */
export const spiedEnds: string[] = [];

export interface SpiedOptions {
  readonly name: string;
  /** Makes the start fail with this message. */
  readonly failStart?: string;
}

export function spiedSource(name: string, options: Omit<SpiedOptions, 'name'> = {}): ServiceSource {
  return { module: import.meta.url, export: 'spiedService', options: { name, ...options } };
}

/** Has one tool, `add`, and one method, `whoami`. */
export function spiedService({
  name,
  failStart,
}: SpiedOptions): ServiceDefinition<{ calls: number }> {
  return defineService<{ calls: number }>({
    name,
    init() {
      if (failStart !== undefined) throw new Error(failStart);
      return { calls: 0 };
    },
    tools: {
      add: {
        description: 'Adds, and counts its calls',
        inputSchema: { type: 'object' },
        handler({ a, b }: { a: number; b: number }, { state }) {
          state.calls++;
          return { content: [], structuredContent: { sum: a + b, calls: state.calls } };
        },
      },
    },
    methods: { whoami: () => name },
    terminate: () => void spiedEnds.push(name),
  });
}

export function throwing(): never {
  throw new Error('no such options');
}
