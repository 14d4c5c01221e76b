/** The services that should be there, as the supervision tree knows them. */

import type { ChildNode } from '../supervision/child-node.ts';
import type { ExpectedService } from './health-monitor.ts';

/**
 * The services beneath `node` that should be running now, in order of start; those that their
 * supervisor is starting are marked. What was stopped by hand, or has ended as it may, is not there.
 *
 * @example `new HealthMonitor(transport, () => servicesInTree(application.tree()))`
 */
export function servicesInTree(node: ChildNode): ExpectedService[] {
  if (node.status === 'stopped') return [];
  const beneath = (node.children ?? []).flatMap(servicesInTree);
  if (node.service === undefined) return beneath;
  return [{ name: node.service, isStarting: node.status !== 'running' }, ...beneath];
}
