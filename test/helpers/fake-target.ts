/** Targets and operations without a service behind them, for tests of the load and of runs. */

import type { ReadyCall } from '../../src/harness/load/closed-executor.ts';
import type { Operation, ScenarioCase } from '../../src/harness/load/scenario.ts';
import type { BlockOrder, Invoker, Target, Variant } from '../../src/harness/load/target.ts';
import { NO_USAGE } from '../../src/harness/load/target.ts';

/** An operation of the tool `echo`, whose check wants the reply to be the input. */
export function echoOperation(overrides: Partial<Operation> = {}): Operation {
  return {
    name: 'echo',
    service: 'echo',
    tool: 'echo',
    input: (_random, index) => index,
    check: (reply: unknown, input: unknown) =>
      reply === input ? undefined : `expected ${String(input)}, got ${String(reply)}`,
    ...overrides,
  };
}

export function echoCase(overrides: Partial<ScenarioCase> = {}): ScenarioCase {
  return { name: '', operations: [echoOperation()], order: 'in-order', inputs: 4, ...overrides };
}

/** The argument in the params of a call of `echo`. */
export function argumentOf(params: unknown): unknown {
  return (params as { arguments: unknown }).arguments;
}

/** A target that answers on the spot with the argument; `close` may be called often. */
export function echoTarget(overrides: Partial<Target> = {}): Target {
  const invoke: Invoker = async (params) => argumentOf(params);
  return {
    call: (_service, _method, params) => invoke(params),
    prepare: () => invoke,
    usage: async () => NO_USAGE,
    close: async () => {},
    ...overrides,
  };
}

export function echoVariant(name: string, target: Target = echoTarget()): Variant {
  return { name, open: async () => target };
}

/** A call of `echo` that is sent by `invoke`. */
export function readyCall(invoke: Invoker, overrides: Partial<ReadyCall> = {}): ReadyCall {
  const operation = echoOperation();
  return { operation, input: 1, params: { name: 'echo', arguments: 1 }, invoke, ...overrides };
}

/** One caller, one call at a time, until told otherwise. */
export function blockOrder(overrides: Partial<BlockOrder> = {}): BlockOrder {
  return {
    concurrency: 1,
    batch: 1,
    firstCall: 0,
    durationMs: Number.POSITIVE_INFINITY,
    calls: Number.POSITIVE_INFINITY,
    signal: new AbortController().signal,
    ...overrides,
  };
}
