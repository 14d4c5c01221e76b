/** What a native call pays for being observed: two clock reads, an event, and a handler that does nothing. */

import { telemetry } from '../src/runtime/index.ts';
import { telemetryBench } from './support/telemetry-tasks.ts';

export const bench = telemetryBench({
  name: 'telemetry-noop',
  description:
    'a native call with a handler attached that does nothing, beside one that never asks',
  listen: () => telemetry.attach('noop', 'mcp.service.call', () => {}),
  leave: () => {
    telemetry.detach('noop');
  },
});
