/**
 * The diagnostics channels of supervision:
 * `diagnostics_channel.subscribe('mcp.supervisor.child.exit', (event) => …)`.
 */

import { channel } from 'node:diagnostics_channel';

/** What a subscriber of `mcp.supervisor.child.start`, `.exit` and `.restart` receives. */
export interface SupervisedChildEvent {
  /** The supervisor's name. */
  readonly supervisor: string;
  readonly child: string;
  /** How often this child has been restarted. */
  readonly restarts: number;
  /** Why it ended; only on `.exit`. */
  readonly reason?: unknown;
}

/** What a subscriber of `mcp.supervisor.exit` receives. */
export interface SupervisorExitEvent {
  readonly supervisor: string;
  readonly reason: unknown;
}

/** A child has started, for the first time or again. */
export const CHILD_START = channel('mcp.supervisor.child.start');
/** A child has ended, by itself or because it was stopped. */
export const CHILD_EXIT = channel('mcp.supervisor.child.exit');
/** A child has been started again by its supervisor; follows its start. */
export const CHILD_RESTART = channel('mcp.supervisor.child.restart');
/** A supervisor has ended, and its children with it. */
export const SUPERVISOR_EXIT = channel('mcp.supervisor.exit');
