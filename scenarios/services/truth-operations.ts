/** The operation on the services of `truth.ts`, for the scenarios that know what it takes. */

import type { Operation, ServiceSource } from '../../src/harness/index.ts';

interface Numbered {
  readonly number: number;
}

interface Answered extends Numbered {
  readonly heldMs: number;
}

/** A service of `truth.ts`, by the name of its export, with its options. */
export function truthSource(name: string, options: object): ServiceSource {
  return { module: new URL('./truth.js', import.meta.url).href, export: name, options };
}

/** Asks for a number back. */
export function askOf(service: string): Operation {
  return {
    name: 'ask',
    service,
    tool: 'ask',
    input: (_random, index): Numbered => ({ number: index }),
    check({ structuredContent }: { structuredContent: Numbered }, { number }: Numbered) {
      return structuredContent.number === number ? undefined : `${structuredContent.number}`;
    },
    heldMs: ({ structuredContent }: { structuredContent: Answered }) => structuredContent.heldMs,
  };
}
