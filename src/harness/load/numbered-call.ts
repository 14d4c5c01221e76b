/**
 * A call that carries its number: beside its own input a tool gets `callNumber`, and gives it back
 * as `structuredContent.callNumber`.
 */

import type { CallPlan, PlannedCall } from './call-plan.ts';
import type { Operation } from './scenario.ts';

/** Params of the planned call with its number. A new object each time: what was sent is the receiver's. */
export function numberedParams({ operation, input }: PlannedCall, callNumber: number): unknown {
  return { name: operation.tool, arguments: { ...(input as object), callNumber } };
}

/** The number that a reply carries, or whatever is in its place. */
export function numberIn(reply: unknown): unknown {
  const content = (reply as { structuredContent?: { callNumber?: unknown } } | null | undefined)
    ?.structuredContent;
  return content?.callNumber;
}

/** The plan with its calls numbered from 0, whose checks want the number back: for the preflight. */
export function numberedPlan(plan: CallPlan): CallPlan {
  const wanted = new Map<Operation, { operation: Operation; callNumber: number }>();
  return plan.map((call, callNumber) => {
    let known = wanted.get(call.operation);
    if (known === undefined) {
      known = { operation: wantingNumber(call.operation, callNumber), callNumber };
      wanted.set(call.operation, known);
    }
    const params = numberedParams(call, known.callNumber);
    return { operation: known.operation, input: call.input, params };
  });
}

function wantingNumber(operation: Operation, callNumber: number): Operation {
  return {
    ...operation,
    check(reply, input) {
      if (numberIn(reply) === callNumber) return operation.check(reply, input);
      return `its tool must give back the argument callNumber as structuredContent.callNumber, got ${String(numberIn(reply))}`;
    },
  };
}
