/** What `/status` answers and `toolrig status` shows: the application at one moment, as plain data. */

import type {
  ChildNode,
  HealthStatus,
  Placement,
  ServiceReference,
  ServiceStatus,
} from '../../runtime/index.ts';
import { type Activity, type ActivityReport, IDLE } from './activity-window.ts';

/** `draining`: takes no more calls and finishes those it has. */
export type ServingState = 'starting' | 'running' | 'draining' | 'stopped';

export interface ServiceRow extends Activity {
  readonly name: string;
  /** `down`: it should be there and is not. */
  readonly status: ServiceStatus | 'down';
  readonly placement: Placement | null;
  /** Requests waiting now. */
  readonly mailboxLength: number;
  /** Requests being handled now. */
  readonly inFlight: number;
  /** Since its start. */
  readonly requestCount: number;
  readonly errorCount: number;
  /** How often its supervisor has restarted it. */
  readonly restarts: number;
}

export interface StatusDocument {
  readonly schemaVersion: 1;
  readonly tool: { readonly name: string; readonly version: string };
  readonly pid: number;
  readonly port: number;
  readonly state: ServingState;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly uptimeSeconds: number;
  readonly health: HealthStatus;
  readonly tree: ChildNode;
  readonly services: readonly ServiceRow[];
  /** Of all services together. */
  readonly total: Activity;
}

/** The rows of the services in a tree, in order of start. */
export function serviceRows(
  tree: ChildNode,
  lookup: (name: string) => ServiceReference | undefined,
  { byService }: ActivityReport,
): ServiceRow[] {
  const beneath = (tree.children ?? []).flatMap((child) =>
    serviceRows(child, lookup, { byService, total: IDLE }),
  );
  if (tree.service === undefined) return beneath;
  const name = tree.service;
  const reference = lookup(name);
  const stats = reference?.stats();
  const row: ServiceRow = {
    name,
    status: reference?.status ?? 'down',
    placement: reference?.placement ?? null,
    mailboxLength: stats?.mailboxLength ?? 0,
    inFlight: stats?.inFlight ?? 0,
    requestCount: stats?.requestCount ?? 0,
    errorCount: stats?.errorCount ?? 0,
    restarts: tree.restarts,
    ...(byService.get(name) ?? IDLE),
  };
  return [row, ...beneath];
}
