/** What a native call pays for its metrics. */

import { MetricsCollector } from '../src/runtime/index.ts';
import { telemetryBench } from './support/telemetry-tasks.ts';

const collector = new MetricsCollector();

export const bench = telemetryBench({
  name: 'telemetry-collector',
  description: 'a native call with the MetricsCollector attached, beside one that never asks',
  listen: () => collector.start(),
  leave: () => collector.stop(),
});
