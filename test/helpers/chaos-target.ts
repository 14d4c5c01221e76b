/** Operations whose tool gives the number of its call back, and targets that do so, or fail to. */

import { ToolrigError } from '../../src/core/errors.ts';
import type { Operation } from '../../src/harness/load/scenario.ts';
import type { Invoker, SupervisedTarget, Target } from '../../src/harness/load/target.ts';
import { argumentOf, echoTarget } from './fake-target.ts';

interface Arguments {
  readonly value: number;
  readonly callNumber: number;
}

/** An operation that wants its value back. */
export function numberedEcho(service = 'echo', overrides: Partial<Operation> = {}): Operation {
  return {
    name: `echo ${service}`,
    service,
    tool: 'echo',
    input: (_random, index) => ({ value: index }),
    check: ({ structuredContent }: { structuredContent: Arguments }, input: { value: number }) =>
      structuredContent.value === input.value ? undefined : `not ${input.value}`,
    ...overrides,
  };
}

/** The reply that such an operation wants. */
export function numberedReply(params: unknown): { structuredContent: Arguments } {
  return { structuredContent: argumentOf(params) as Arguments };
}

/** A target that answers on the spot, or as `invoke` does. */
export function numberedTarget(
  invoke: Invoker = async (params) => numberedReply(params),
  overrides: Partial<Target> = {},
): Target {
  return echoTarget({
    call: (_service, _method, params) => invoke(params),
    prepare: () => invoke,
    ...overrides,
  });
}

/** A target whose services can be killed, and of which each is back after so many more calls. */
export function mortalTarget(
  downCalls: number,
  overrides: Partial<SupervisedTarget> = {},
): SupervisedTarget & { readonly kills: string[] } {
  const kills: string[] = [];
  const down = new Map<string, number>();
  const listeners = new Set<(service: string) => void>();
  return {
    ...numberedTarget(),
    prepare:
      ({ service }) =>
      async (params) => {
        const left = down.get(service) ?? 0;
        if (left === 0) return numberedReply(params);
        down.set(service, left - 1);
        throw exited(service);
      },
    kills,
    kill(service) {
      kills.push(service);
      down.set(service, downCalls);
      for (const listener of listeners) listener(service);
      return true;
    },
    onExit(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ...overrides,
  };
}

function exited(service: string): ToolrigError {
  return new ToolrigError('ERR_SERVICE_EXIT', `${service} has ended`);
}
