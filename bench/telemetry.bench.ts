/** What telemetry costs a native call while nobody is attached; somebody was, once. */

import { telemetry } from '../src/runtime/index.ts';
import { telemetryBench } from './support/telemetry-tasks.ts';

export const bench = telemetryBench({
  name: 'telemetry',
  description: 'a native call with telemetry unattached, beside one that never asks',
  listen: () => {
    telemetry.attach('once', 'mcp.service.call', () => {});
    telemetry.detach('once');
  },
});
