/**
 * The calls of a case, made before the clock starts: which operation comes next, and with what
 * input. All variants walk the same plan, so they are asked the same things in the same order.
 */

import { ToolrigError } from '../../core/errors.ts';
import type { Operation, ScenarioCase } from './scenario.ts';

/** One call to make. */
export interface PlannedCall {
  readonly operation: Operation;
  /** What `input` made: the check gets it back. */
  readonly input: unknown;
  /** Params of the request, with the tool's name around the input. */
  readonly params: unknown;
}

export type CallPlan = readonly PlannedCall[];

const DEFAULT_INPUTS = 1_024;

/**
 * Draws the plan of a case; the same seed gives the same plan.
 *
 * @throws `ERR_USAGE` when an operation's `input` throws
 */
export function planCalls(each: ScenarioCase, random: () => number): CallPlan {
  const { operations, order = 'shuffled', inputs = DEFAULT_INPUTS } = each;
  const weighted = operations.flatMap((operation) =>
    Array.from({ length: operation.weight ?? 1 }, () => operation),
  );
  // Whole turns, so that a plan that starts over keeps the order.
  const length =
    order === 'in-order' ? Math.ceil(inputs / weighted.length) * weighted.length : inputs;
  return Array.from({ length }, (_, index) => {
    const place = order === 'in-order' ? index % weighted.length : pick(weighted.length, random);
    const operation = weighted[place] as Operation; // in range: never empty
    const input = inputOf(operation, random, index);
    return { operation, input, params: paramsOf(operation, input) };
  });
}

/** Method of the request that an operation sends. */
export function methodOf(operation: Operation): string {
  return operation.method ?? 'tools/call';
}

function inputOf(operation: Operation, random: () => number, index: number): unknown {
  try {
    return operation.input(random, index);
  } catch (cause) {
    throw new ToolrigError(
      'ERR_USAGE',
      `input of operation '${operation.name}' threw ${String(cause)}`,
      { cause },
    );
  }
}

function paramsOf(operation: Operation, input: unknown): unknown {
  return operation.tool === undefined ? input : { name: operation.tool, arguments: input };
}

function pick(count: number, random: () => number): number {
  return Math.floor(random() * count);
}
