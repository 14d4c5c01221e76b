/**
 * One call of every operation before the clock starts. Whatever cannot work at all ends the run
 * here, with the reason, instead of as a table full of failures.
 */

import { inspect } from 'node:util';
import { type ErrorCode, messageOf, ToolrigError } from '../../core/errors.ts';
import { GIVE_UP_MS } from './answer-watch.ts';
import { type CallPlan, methodOf, type PlannedCall } from './call-plan.ts';
import { problemWith } from './check-reply.ts';
import { spentBufferIn } from './spent-input.ts';
import type { Target } from './target.ts';

/** Failures that say the scenario is wrong, not the target. */
const SCENARIO_FAULTS: ReadonlySet<ErrorCode> = new Set([
  'ERR_SERVICE_NOT_FOUND',
  'ERR_UNKNOWN_TOOL',
  'ERR_INVALID_REQUEST',
  'ERR_INVALID_PARAMS',
] satisfies ErrorCode[]);

export interface PreflightOptions {
  /** Time that each call has to be answered, in ms. Default: the target's, or 6,000. */
  readonly giveUpMs?: number;
  /** Hears which variant is tried: `variant 'native' in its preflight`. Default: nobody does. */
  readonly onStep?: ((where: string) => void) | undefined;
}

/**
 * Calls the first planned call of each operation on each target, in the order of the plan.
 *
 * Every target is tried before the worst is said: what one refuses with a reason, another that
 * does not validate may merely choke on.
 *
 * @throws `ERR_USAGE` when the scenario asks for what does not exist or is refused, or else the first
 *   of `ERR_TARGET` when a target fails and `ERR_INVALID_MEASUREMENT` when a reply is wrong
 */
export async function preflight(
  plan: CallPlan,
  contestants: readonly { readonly variant: string; readonly target: Target }[],
  options: PreflightOptions = {},
): Promise<void> {
  const problems: ToolrigError[] = [];
  for (const { variant, target } of contestants) {
    options.onStep?.(`variant '${variant}' in its preflight`);
    const giveUpMs = options.giveUpMs ?? target.giveUpMs ?? GIVE_UP_MS;
    const problem = await tryEach(plan, variant, target, giveUpMs);
    if (problem !== undefined) problems.push(problem);
  }
  const worst = problems.find(({ code }) => code === 'ERR_USAGE') ?? problems[0];
  if (worst !== undefined) throw worst;
}

/** Tries each operation until one does not work. */
async function tryEach(
  plan: CallPlan,
  variant: string,
  target: Target,
  giveUpMs: number,
): Promise<ToolrigError | undefined> {
  const seen = new Set<PlannedCall['operation']>();
  for (const call of plan) {
    if (seen.has(call.operation)) continue;
    seen.add(call.operation);
    const problem = await tryCall(call, variant, target, giveUpMs);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

async function tryCall(
  call: PlannedCall,
  variant: string,
  target: Target,
  giveUpMs: number,
): Promise<ToolrigError | undefined> {
  const { operation, params } = call;
  const where = `operation '${operation.name}' on variant '${variant}'`;
  let reply: unknown;
  try {
    reply = await within(
      giveUpMs,
      target.drive === undefined
        ? target.prepare(operation)(params)
        : target.call(operation.service, methodOf(operation), params),
    );
  } catch (cause) {
    const code = cause instanceof ToolrigError ? cause.code : undefined;
    const isScenarioFault = code !== undefined && SCENARIO_FAULTS.has(code);
    return new ToolrigError(
      isScenarioFault ? 'ERR_USAGE' : 'ERR_TARGET',
      `${where} failed before the measurement: ${messageOf(cause)}`,
      { cause },
    );
  }
  const spent = spentBufferIn(params);
  if (spent !== undefined) {
    return new ToolrigError(
      'ERR_USAGE',
      `${where} takes ${spent} away with the call, and inputs are sent again and again: make large ones of shared ` +
        'memory, as new Uint8Array(new SharedArrayBuffer(size))',
    );
  }
  const problem: unknown = problemWith(call, reply);
  if (problem === undefined) return undefined;
  if (typeof problem !== 'string') {
    return new ToolrigError(
      'ERR_USAGE',
      `check of operation '${operation.name}' must return what is wrong as a string, or undefined ` +
        `when nothing is, got ${inspect(problem)}`,
    );
  }
  return new ToolrigError(
    'ERR_INVALID_MEASUREMENT',
    `${where} gave a wrong reply before the measurement: ${problem}`,
  );
}

/** The reply, or a rejection when it has not come in time: what never answers would be waited for for ever. */
async function within<T>(ms: number, reply: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new ToolrigError('ERR_TIMEOUT', `it was not answered within ${ms} ms`));
    }, ms);
  });
  try {
    return await Promise.race([reply, late]);
  } finally {
    clearTimeout(timer);
  }
}
