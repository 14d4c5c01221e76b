/**
 * Most of the time that a service takes to start in a new isolate goes into loading Toolrig and the
 * validator of schemas. So the programs of guests do that before they are asked for anything: a
 * thread, or a process, that waits for its service is warm.
 */

import { defineService } from '../index.ts';

/** Takes the validator through its first compilation; no service is started. */
export function warmUp(): void {
  defineService({
    name: 'warm-up',
    tools: {
      any: {
        description: 'Compiles the first schema',
        inputSchema: {
          type: 'object',
          properties: { number: { type: 'number' }, text: { type: 'string' } },
          required: ['number'],
          additionalProperties: false,
        },
        handler: () => ({ content: [] }),
      },
    },
  });
}
