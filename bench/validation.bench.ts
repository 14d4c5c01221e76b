/** What checking a tool's arguments costs: ajv's compiled predicate, zod, and checks by hand. */

import * as z from 'zod';
import { defineMicroBench } from '../src/harness/load/micro-bench.ts';
import { compileSchema } from '../src/runtime/dispatch/schema.ts';

/** Fresh objects of one shape; one in sixteen is wrong, so that a check cannot be optimised into a yes. */
function makeArguments(i: number): unknown {
  return { a: i, b: (i & 15) === 15 ? 'x' : 1 };
}

function isRight(i: number, fits: boolean): boolean {
  return fits === ((i & 15) !== 15);
}

function fitsByHand(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { a, b } = value as { a?: unknown; b?: unknown };
  if (typeof a !== 'number' || typeof b !== 'number') return false;
  for (const key in value) if (key !== 'a' && key !== 'b') return false;
  return true;
}

export const bench = defineMicroBench({
  name: 'validation',
  description: 'Checking { a, b }, two numbers and nothing else',
  baseline: 'typeof',
  tasks: [
    {
      name: 'typeof',
      mode: 'sync',
      prepare: () => (calls) => {
        let right = 0;
        for (let i = 0; i < calls; i++) if (isRight(i, fitsByHand(makeArguments(i)))) right++;
        return right;
      },
    },
    {
      name: 'ajv',
      mode: 'sync',
      prepare: () => {
        const { fits } = compileSchema('the bench', {
          type: 'object',
          properties: { a: { type: 'number' }, b: { type: 'number' } },
          required: ['a', 'b'],
          additionalProperties: false,
        });
        return (calls) => {
          let right = 0;
          for (let i = 0; i < calls; i++) if (isRight(i, fits(makeArguments(i)))) right++;
          return right;
        };
      },
    },
    {
      name: 'zod',
      mode: 'sync',
      prepare: () => {
        const schema = z.strictObject({ a: z.number(), b: z.number() });
        return (calls) => {
          let right = 0;
          for (let i = 0; i < calls; i++) {
            if (isRight(i, schema.safeParse(makeArguments(i)).success)) right++;
          }
          return right;
        };
      },
    },
  ],
});
