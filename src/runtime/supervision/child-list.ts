/** What `whichChildren` and `countChildren` say, made from a supervisor's table. */

import type { ChildEntry } from './child-entry.ts';
import type { ChildType } from './child-spec.ts';
import type { RunningChild } from './running-child.ts';

export interface ListedChild {
  readonly id: string;
  /** The incarnation that runs. */
  readonly child: RunningChild | undefined;
  /** `restarting`: a restart failed and is tried again. */
  readonly status: 'running' | 'restarting' | 'stopped';
  readonly type: ChildType;
}

export interface ChildCounts {
  /** Child specs; of a dynamic supervisor 1, its template. */
  readonly specs: number;
  /** Children that run. */
  readonly active: number;
  /** Children of type `supervisor`, running or not. */
  readonly supervisors: number;
  /** Children of type `worker`, running or not. */
  readonly workers: number;
}

export function listChild({ spec, child, isRestarting }: ChildEntry): ListedChild {
  const status = isRestarting ? 'restarting' : child === undefined ? 'stopped' : 'running';
  return { id: spec.id, child, status, type: spec.type };
}

export function countChildren(entries: readonly ChildEntry[]): ChildCounts {
  const supervisors = entries.filter(({ spec }) => spec.type === 'supervisor').length;
  return {
    specs: entries.length,
    active: entries.filter(({ child }) => child !== undefined).length,
    supervisors,
    workers: entries.length - supervisors,
  };
}
