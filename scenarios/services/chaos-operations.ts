/** Operations on the service of `chaos.ts`, for the scenarios that trouble it. */

import type { Operation, ServiceSource } from '../../src/harness/index.ts';
import { digestOf } from './digest.ts';

interface Value {
  readonly value: number;
}

interface Work {
  readonly text: string;
  readonly times: number;
}

/** The service, with options of `ChaosServiceOptions`. */
export function chaosSource(options: object = {}): ServiceSource {
  const module = new URL('./chaos.js', import.meta.url).href;
  return { module, export: 'chaosService', options };
}

/**
 * Echoes a number. `echo` replies at once; `echo_later` a turn of the event loop later, so that
 * calls of it are under way, or waiting, when something happens to their service.
 */
export function echoOf(service: string, tool: 'echo' | 'echo_later'): Operation {
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

/** Digests a text `times` over: about a microsecond each. The digests are known beforehand. */
export function digestOn(service: string, times: number): Operation {
  const expected = new Map<string, string>();
  return {
    name: `digest ${service}`,
    service,
    tool: 'digest',
    input(_random, index): Work {
      const text = `text ${index}`;
      expected.set(text, digestOf(text, times));
      return { text, times };
    },
    check(
      { structuredContent: { digest } }: { structuredContent: { digest: string } },
      { text }: Work,
    ) {
      return digest === expected.get(text) ? undefined : `a wrong digest of '${text}'`;
    },
  };
}
