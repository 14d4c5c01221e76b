/**
 * A service that answers with what it was given, until it gets into one kind of trouble; and a
 * scenario around it. The other modules here are scenarios that people get wrong.
 */

import {
  defineScenario,
  type Operation,
  type Scenario,
  type ScenarioSpec,
} from '../../../src/harness/index.ts';
import { defineService, type ServiceDefinition } from '../../../src/runtime/index.ts';

export interface Trouble {
  /**
   * `dies`: the handler throws; `exits`: the process ends; `quits`: it ends as if all were well; `lies`: the reply is wrong; `leaks`: an
   * error is thrown outside any call; `hangs`: no reply comes; `lingers`: a timer stays behind;
   * `stillborn`: `init` throws.
   */
  readonly kind: 'dies' | 'exits' | 'quits' | 'lies' | 'leaks' | 'hangs' | 'lingers' | 'stillborn';
  /** Calls answered well before. */
  readonly afterCalls: number;
}

interface Input {
  readonly value: number;
}

interface Reply {
  readonly structuredContent: Input;
}

export function troubledService({ kind, afterCalls }: Trouble): ServiceDefinition<void> {
  let calls = 0;
  return defineService({
    name: 'troubled',
    init() {
      if (kind === 'stillborn') throw new Error('no room at the inn');
      if (kind === 'lingers') setInterval(() => {}, 1_000);
    },
    tools: {
      echo: {
        description: 'gives back its value',
        inputSchema: {
          type: 'object',
          properties: { value: { type: 'number' } },
          required: ['value'],
        },
        handler({ value }: Input) {
          calls++;
          const isTroubled = calls > afterCalls;
          if (isTroubled && kind === 'dies') throw new Error('out of breath');
          if (isTroubled && kind === 'exits') process.exit(7);
          if (isTroubled && kind === 'quits') process.exit(0);
          if (isTroubled && kind === 'leaks') {
            setImmediate(() => {
              throw new Error('nobody catches this');
            });
          }
          if (isTroubled && kind === 'hangs') {
            process.stderr.write('hanging\n');
            return new Promise(() => {});
          }
          const given = isTroubled && kind === 'lies' ? value + 1 : value;
          return { content: [], structuredContent: { value: given } };
        },
      },
    },
  });
}

export const echo: Operation = {
  name: 'echo',
  service: 'troubled',
  tool: 'echo',
  input: (_random, index) => ({ value: index }),
  check({ structuredContent }: Reply, { value }: Input) {
    return structuredContent.value === value ? undefined : `${structuredContent.value} ≠ ${value}`;
  },
};

/** A scenario that calls {@link troubledService}, with parts of its own. */
export function troubledScenario(trouble: Trouble, parts: Partial<ScenarioSpec> = {}): Scenario {
  return defineScenario({
    name: trouble.kind,
    description: 'a service in trouble',
    services: {
      troubled: { module: import.meta.url, export: 'troubledService', options: trouble },
    },
    operations: [echo],
    load: { concurrency: 1, durationMs: 100, rounds: 2, warmupMs: 20 },
    variants: ['native'],
    ...parts,
  });
}
