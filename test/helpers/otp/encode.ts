/** What our supervisor says, in the notation of the traces. */

import { type ListedChild, type RunningChild, ToolrigError } from '../../../src/runtime/index.ts';
import { toTerm } from './actor.ts';
import type { ScenarioChild, Term } from './scenario.ts';

/** `data` of a refused spec or option. */
interface Refusal {
  readonly child?: string;
  readonly option?: string;
  readonly isDuplicate?: boolean;
  readonly isCombination?: boolean;
  readonly isRunning?: boolean;
  readonly status?: string;
}

const FLAG_PROBLEMS: Readonly<Record<string, string>> = {
  strategy: 'invalid_strategy',
  maxRestarts: 'invalid_intensity',
  maxSeconds: 'invalid_period',
  autoShutdown: 'invalid_auto_shutdown',
};

const SPEC_PROBLEMS: Readonly<Record<string, string>> = {
  id: 'missing_id',
  start: 'missing_start',
  restart: 'invalid_restart_type',
  shutdown: 'invalid_shutdown',
  type: 'invalid_child_type',
  significant: 'invalid_significant',
};

export type LabelOf = (child: RunningChild) => string;

/** Why `start_link` of a supervisor failed, or the start of one as a child. */
export function startLinkError(error: unknown, specs: readonly ScenarioChild[]): Term {
  if (!(error instanceof ToolrigError)) return toTerm(error);
  const data = (error.data ?? {}) as Refusal;
  if (error.code === 'ERR_CHILD_START') {
    const failed = specs.find(({ id }) => id === data.child);
    const reason = startLinkError(error.cause, failed?.children ?? []);
    return ['shutdown', ['failed_to_start_child', data.child ?? null, reason]];
  }
  if (data.option === 'init') return 'bad_return';
  if (data.child !== undefined) return ['start_spec', specProblem(data, specs)];
  return ['supervisor_data', FLAG_PROBLEMS[data.option ?? ''] ?? error.message];
}

/** Why an operation on a supervisor was refused. */
export function callError(
  error: unknown,
  spec: ScenarioChild | undefined,
  runningLabel: string | undefined,
  wasAlive: boolean,
): Term {
  if (!(error instanceof ToolrigError)) return toTerm(error);
  const data = (error.data ?? {}) as Refusal;
  switch (error.code) {
    case 'ERR_CHILD_START':
      return startLinkError(error.cause, spec?.children ?? []);
    case 'ERR_CHILD_EXISTS':
      return data.isRunning === true
        ? ['already_started', runningLabel ?? null]
        : 'already_present';
    case 'ERR_CHILD_NOT_FOUND':
      return 'not_found';
    case 'ERR_CHILD_RUNNING':
      return data.status ?? null;
    case 'ERR_SUPERVISOR_EXIT':
      // A call that waits when the supervisor ends fails with the reason of that end.
      return wasAlive ? toTerm(error.cause) : 'noproc';
    case 'ERR_INVALID_OPTION':
      return specProblem(data, spec === undefined ? [] : [spec]);
    default:
      return error.message;
  }
}

/** `{tag, value}` where the value is an atom, else the tag alone: so the traces have it. */
function specProblem(data: Refusal, specs: readonly ScenarioChild[]): Term {
  const { child = '', option = '' } = data;
  if (data.isDuplicate === true) return ['duplicate_child_name', child];
  if (data.isCombination === true) return 'bad_combination';
  const problem = SPEC_PROBLEMS[option] ?? option;
  const given = specs.find(({ id }) => id === child)?.[option as keyof ScenarioChild];
  return problem.startsWith('invalid_') && typeof given === 'string' ? [problem, given] : problem;
}

/** Answer of `start_child` and `restart_child`. */
export function startedChild(child: RunningChild | undefined, labelOf: LabelOf): Term {
  if (child === undefined) return ['ok', 'undefined'];
  const label = labelOf(child);
  return child.info === undefined ? ['ok', label] : ['ok', label, child.info as Term];
}

/** A row of `which_children`; dynamic children have no id. */
export function listedChild(listed: ListedChild, isDynamic: boolean, labelOf: LabelOf): Term {
  const { id, child, status, type } = listed;
  const state = child === undefined ? status.replace('stopped', 'undefined') : labelOf(child);
  return [isDynamic ? null : id, state, type];
}
