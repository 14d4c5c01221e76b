/**
 * One call of every operation before the clock starts. Whatever cannot work at all ends the run
 * here, with the reason, instead of as a table full of failures.
 */

import { type ErrorCode, ToolrigError } from '../../core/errors.ts';
import { type CallPlan, methodOf, type PlannedCall } from './call-plan.ts';
import { problemWith } from './check-reply.ts';
import type { Target } from './target.ts';

/** Failures that say the scenario is wrong, not the target. */
const SCENARIO_FAULTS: ReadonlySet<ErrorCode> = new Set([
  'ERR_SERVICE_NOT_FOUND',
  'ERR_UNKNOWN_TOOL',
  'ERR_INVALID_REQUEST',
  'ERR_INVALID_PARAMS',
] satisfies ErrorCode[]);

/**
 * Calls the first planned call of each operation, in the order of the plan.
 *
 * @throws `ERR_USAGE` when the scenario asks for what does not exist or is refused, `ERR_TARGET`
 *   when the target fails, `ERR_INVALID_MEASUREMENT` when a reply is wrong
 */
export async function preflight(plan: CallPlan, variant: string, target: Target): Promise<void> {
  const seen = new Set<PlannedCall['operation']>();
  for (const call of plan) {
    if (seen.has(call.operation)) continue;
    seen.add(call.operation);
    await tryCall(call, variant, target);
  }
}

async function tryCall(call: PlannedCall, variant: string, target: Target): Promise<void> {
  const { operation, params } = call;
  const where = `operation '${operation.name}' on variant '${variant}'`;
  let reply: unknown;
  try {
    reply = await (target.drive === undefined
      ? target.prepare(operation)(params)
      : target.call(operation.service, methodOf(operation), params));
  } catch (cause) {
    const code = cause instanceof ToolrigError ? cause.code : undefined;
    const message = cause instanceof Error ? cause.message : String(cause);
    const isScenarioFault = code !== undefined && SCENARIO_FAULTS.has(code);
    throw new ToolrigError(
      isScenarioFault ? 'ERR_USAGE' : 'ERR_TARGET',
      `${where} failed before the measurement: ${message}`,
      { cause },
    );
  }
  const problem = problemWith(call, reply);
  if (problem === undefined) return;
  throw new ToolrigError(
    'ERR_INVALID_MEASUREMENT',
    `${where} gave a wrong reply before the measurement: ${problem}`,
  );
}
