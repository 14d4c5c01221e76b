/**
 * A server with a known law of latency: it answers at once, but stands still for the last second of
 * every five. At a constant rate a fifth of the calls meet a freeze, at a moment that is spread evenly over
 * it; so 1 % of all – 5 % of those – wait for 950 ms or more, whatever phase the freeze has, as long
 * as whole periods are measured.
 *
 *   response p99 = 1 s − 1 % × 5 s = 950 ms
 *
 * Callers that wait for their replies ask less while it stands still, and do not find that out; service time,
 * counted from when a call was sent, has the same blind spot when callers are few.
 */

import { defineScenario } from '../src/harness/index.ts';
import { askOf, truthSource } from './services/truth-operations.ts';

export const scenario = defineScenario({
  name: 'frozen-server',
  description: 'a server that stands still 1 s in every 5 s: response p99 must read 950 ms',
  suite: 'truth',
  services: { frozen: truthSource('frozenService', { periodMs: 5_000, freezeMs: 1_000 }) },
  operations: [askOf('frozen')],
  load: { ratePerSecond: 100, durationMs: 10_000 },
  variants: ['native', 'stdio', 'http'],
});
