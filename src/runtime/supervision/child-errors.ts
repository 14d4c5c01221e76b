/** The refusals of a supervisor, each with what was wrong, what was given and what to do. */

import { ToolrigError } from '../../core/errors.ts';
import { didYouMean } from '../../core/nearest.ts';
import { describeReason, type ExitReason } from './exit-reason.ts';

export function childNotStarted(id: string, cause: unknown): ToolrigError {
  return new ToolrigError(
    'ERR_CHILD_START',
    `child '${id}' did not start: ${describeReason(cause)}`,
    { cause, data: { child: id } },
  );
}

export function childExists(id: string, isRunning: boolean): ToolrigError {
  return new ToolrigError(
    'ERR_CHILD_EXISTS',
    isRunning
      ? `child '${id}' is running already`
      : `child '${id}' is there already and does not run: restartChild('${id}') starts it, ` +
          'deleteChild makes room for another',
    { data: { child: id, isRunning } },
  );
}

export function childNotFound(id: string, ids: Iterable<string>): ToolrigError {
  return new ToolrigError('ERR_CHILD_NOT_FOUND', `no child '${id}'.${didYouMean(id, ids)}`, {
    data: { child: id },
  });
}

export function childIsUp(id: string, status: 'running' | 'restarting'): ToolrigError {
  return new ToolrigError(
    'ERR_CHILD_RUNNING',
    `child '${id}' is ${status}: terminateChild('${id}') first`,
    { data: { child: id, status } },
  );
}

export function notAChild(): ToolrigError {
  return new ToolrigError(
    'ERR_CHILD_NOT_FOUND',
    'this is no child of the supervisor: give what startChild or whichChildren returned',
  );
}

export function tooManyChildren(maxChildren: number): ToolrigError {
  return new ToolrigError(
    'ERR_MAX_CHILDREN',
    `the supervisor has ${maxChildren} children, its maxChildren: end one first, or raise it`,
    { data: { maxChildren } },
  );
}

export function startedTwice(name: string): ToolrigError {
  return new ToolrigError(
    'ERR_INVALID_OPTION',
    `supervisor '${name}' has been started before: make another to start its children once more`,
    { data: { supervisor: name } },
  );
}

export function supervisorExit(name: string, reason: ExitReason): ToolrigError {
  return new ToolrigError(
    'ERR_SUPERVISOR_EXIT',
    `supervisor '${name}' has ended (${describeReason(reason)})`,
    { cause: reason, data: { supervisor: name } },
  );
}
