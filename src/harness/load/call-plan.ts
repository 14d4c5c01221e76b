/**
 * The calls of a case, made before the clock starts: which operation comes next, and with what
 * input. All variants walk the same plan, so they are asked the same things in the same order.
 *
 * A slow variant gets through less of it than a fast one, and must not be asked another mix for
 * that. So the plan is made of decks: each holds every operation as often as its weight says, and
 * any stretch of the plan has the mix of the whole but for one deck.
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

/** Where another thread gets the same plan from: checks are functions, which it cannot be sent. */
export interface PlanSource {
  /** URL of the scenario's module. */
  readonly module: string;
  /** What the scenario is made from, where it is a function; survives a structured clone. */
  readonly options?: unknown;
  readonly caseName: string;
  readonly seed: number;
}

const DEFAULT_INPUTS = 1_024;

/**
 * Draws the plan of a case; the same seed gives the same plan.
 *
 * @throws `ERR_USAGE` when an operation's `input` throws
 */
export function planCalls(each: ScenarioCase, random: () => number): CallPlan {
  const { operations, order = 'shuffled', inputs = DEFAULT_INPUTS } = each;
  const deck = operations.flatMap((operation) =>
    Array.from({ length: operation.weight ?? 1 }, () => operation),
  );
  // Whole decks, so that a plan that starts over keeps the mix.
  const decks = Array.from({ length: Math.ceil(inputs / deck.length) }, () =>
    order === 'in-order' ? deck : shuffled(deck, random),
  );
  return decks.flat().map((operation, index) => {
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

/** Fisher and Yates's shuffle, in Durstenfeld's form (CACM 7, 1964, algorithm 235). */
function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}
