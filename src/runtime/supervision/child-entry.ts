/** A row of a supervisor's table: a spec, and the incarnation that runs now. */

import type { ChildNode, ChildStatus } from './child-node.ts';
import type { CheckedSpec } from './child-spec.ts';
import type { RunningChild, StartChild } from './running-child.ts';

export class ChildEntry {
  readonly spec: CheckedSpec;
  readonly start: StartChild;
  /** The incarnation that runs, or ran until its end is dealt with. */
  child: RunningChild | undefined = undefined;
  /** The incarnation before, of a child whose restart failed and will be tried again. */
  previous: RunningChild | undefined = undefined;
  /** A restart has failed and will be tried again. */
  isRestarting = false;
  /** Whether it should run, so that the tree can tell the dead from the stopped. */
  isWanted = true;
  /** Attempts of the supervisor to restart it; not those that were asked for by hand. */
  restarts = 0;
  /** Date of the start, in ms since 1970. */
  startedAtMs: number | undefined = undefined;

  constructor(spec: CheckedSpec, start: StartChild) {
    this.spec = spec;
    this.start = start;
  }

  get status(): ChildStatus {
    if (this.child !== undefined) return 'running';
    if (!this.isWanted) return 'stopped';
    return this.startedAtMs === undefined ? 'starting' : 'restarting';
  }

  toNode(): ChildNode {
    const { id, type, service, outline } = this.spec;
    const { status, child, restarts, startedAtMs } = this;
    const children = child?.tree?.().children ?? outline?.();
    return {
      id,
      type,
      status,
      restarts,
      startedAt:
        child === undefined || startedAtMs === undefined
          ? undefined
          : new Date(startedAtMs).toISOString(),
      ...(service === undefined ? {} : { service }),
      ...(children === undefined ? {} : { children }),
    };
  }
}
