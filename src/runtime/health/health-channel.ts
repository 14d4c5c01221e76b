/** The diagnostics channel of health: `diagnostics_channel.subscribe('mcp.service.health', …)`. */

import { channel } from 'node:diagnostics_channel';
import type { ServiceHealth } from './service-health.ts';

/** What a subscriber receives each time a service's status, or the reason for it, changes. */
export interface HealthEvent {
  readonly service: string;
  readonly previous: ServiceHealth;
  readonly current: ServiceHealth;
}

const HEALTH = channel('mcp.service.health');

/** Tells the subscribers, if there are any. */
export function publishHealth(previous: ServiceHealth, current: ServiceHealth): void {
  if (!HEALTH.hasSubscribers) return;
  HEALTH.publish({ service: current.name, previous, current } satisfies HealthEvent);
}
