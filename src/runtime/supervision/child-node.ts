/** The supervision tree as plain data, for a status page or a health monitor. */

/**
 * `starting` and `restarting` children should run and do not yet; `stopped` ones should not: they
 * ended as they may, were stopped by hand or chose not to start.
 */
export type ChildStatus = 'starting' | 'running' | 'restarting' | 'stopped';

export interface ChildNode {
  readonly id: string;
  readonly type: 'worker' | 'supervisor';
  readonly status: ChildStatus;
  /** How often its supervisor has tried to restart it. */
  readonly restarts: number;
  /** When this incarnation started, ISO 8601; `undefined` while it does not run. */
  readonly startedAt: string | undefined;
  /** The name that this child keeps registered, if it is a service; known while it is down, too. */
  readonly service?: string;
  /** Of a supervisor: its children, in order of start. */
  readonly children?: readonly ChildNode[];
}

/** The names of the services beneath `node` that should be running now. */
export function expectedServices(node: ChildNode): string[] {
  if (node.status === 'stopped') return [];
  const beneath = (node.children ?? []).flatMap(expectedServices);
  return node.service === undefined ? beneath : [node.service, ...beneath];
}
