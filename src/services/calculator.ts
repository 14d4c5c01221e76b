/**
 * The calculator: the smallest useful service, and the hot path of the benchmarks.
 *
 * `add` and `multiply` are those of the guide this transport follows, schemas and texts included;
 * `subtract`, `divide` and `sum` complete them, with the typographic signs that `×` began (`−` is
 * U+2212). Every handler is synchronous and allocates its result and nothing else.
 *
 * A result is always finite: input that is not a finite number is refused by the schema with
 * `ERR_INVALID_PARAMS`; division by zero and overflow are tool errors. Numbers are JavaScript's:
 * 64-bit, added from left to right, not rounded for display.
 */

import { ToolError } from '../core/errors.ts';
import { requireKnownKeys } from '../core/options.ts';
import { defineService, type ServiceDefinition, type ToolResult } from '../runtime/index.ts';

export interface CalculatorServiceOptions {
  /** Requests that may wait before the next is refused with `ERR_OVERLOADED`. Default: the runtime's. */
  readonly maxMailbox?: number;
}

interface Pair {
  readonly a: number;
  readonly b: number;
}

const PAIR = {
  type: 'object',
  properties: { a: { type: 'number' }, b: { type: 'number' } },
  required: ['a', 'b'],
};

const RESULT = {
  type: 'object',
  properties: { result: { type: 'number' } },
  required: ['result'],
};

const PURE = { readOnlyHint: true, idempotentHint: true, openWorldHint: false };

function refuseOverflow(expression: string): never {
  throw new ToolError(
    `${expression} is no finite number: the result is beyond ±${Number.MAX_VALUE}`,
  );
}

function add({ a, b }: Pair): ToolResult {
  const result = a + b;
  if (!Number.isFinite(result)) refuseOverflow(`${a} + ${b}`);
  return {
    content: [{ type: 'text', text: `${a} + ${b} = ${result}` }],
    structuredContent: { result },
  };
}

function subtract({ a, b }: Pair): ToolResult {
  const result = a - b;
  if (!Number.isFinite(result)) refuseOverflow(`${a} − ${b}`);
  return {
    content: [{ type: 'text', text: `${a} − ${b} = ${result}` }],
    structuredContent: { result },
  };
}

function multiply({ a, b }: Pair): ToolResult {
  const result = a * b;
  if (!Number.isFinite(result)) refuseOverflow(`${a} × ${b}`);
  return {
    content: [{ type: 'text', text: `${a} × ${b} = ${result}` }],
    structuredContent: { result },
  };
}

function divide({ a, b }: Pair): ToolResult {
  if (b === 0) throw new ToolError(`${a} ÷ 0: division by zero has no result; give another b`);
  const result = a / b;
  if (!Number.isFinite(result)) refuseOverflow(`${a} ÷ ${b}`);
  return {
    content: [{ type: 'text', text: `${a} ÷ ${b} = ${result}` }],
    structuredContent: { result },
  };
}

/** A typed array passes the schema unseen, so its `NaN` and `Infinity` are found in the total. */
function sum({ numbers }: { readonly numbers: ArrayLike<number> }): ToolResult {
  let result = 0;
  for (let i = 0; i < numbers.length; i++) result += numbers[i] as number;
  if (!Number.isFinite(result)) {
    throw new ToolError(
      `the sum of these ${numbers.length} numbers is ${result}, no finite number: ` +
        `one of them is not finite, or a partial sum is beyond ±${Number.MAX_VALUE}`,
    );
  }
  return {
    content: [{ type: 'text', text: `sum of ${numbers.length} numbers = ${result}` }],
    structuredContent: { result },
  };
}

/**
 * The service `calculator`: `add`, `subtract`, `multiply`, `divide` of `{ a, b }` and `sum` of
 * `{ numbers }`; the structured result is `{ result }`. It keeps no state.
 *
 * @throws `ERR_INVALID_OPTION` for an unknown or impossible option
 */
export function calculatorService(options: CalculatorServiceOptions = {}): ServiceDefinition {
  const { maxMailbox } = options;
  requireKnownKeys('options', options, ['maxMailbox']);
  const pairTool = (description: string, handler: (args: Pair) => ToolResult) => ({
    description,
    inputSchema: PAIR,
    outputSchema: RESULT,
    annotations: PURE,
    handler,
  });
  return defineService<unknown>({
    name: 'calculator',
    ...(maxMailbox === undefined ? {} : { maxMailbox }),
    tools: {
      add: pairTool('Add two numbers', add),
      subtract: pairTool('Subtract the second number from the first', subtract),
      multiply: pairTool('Multiply two numbers', multiply),
      divide: pairTool('Divide the first number by the second', divide),
      sum: {
        description: 'Add up a list of numbers; an empty list adds up to 0',
        inputSchema: {
          type: 'object',
          properties: { numbers: { type: 'array', items: { type: 'number' } } },
          required: ['numbers'],
        },
        outputSchema: RESULT,
        annotations: PURE,
        handler: sum,
      },
    },
  });
}
