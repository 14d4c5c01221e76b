/** What a gate is asked, and what its parts do with it. */

import type { GateMetric } from '../../harness/compare/gate/sample.ts';
import type { ComparisonFormat } from '../../harness/report/comparison-formats.ts';
import type { Progress } from '../progress.ts';

type MetricName = 'p50' | 'p90' | 'p99' | 'p999' | 'time' | 'cpu' | 'alloc';

/** The flags, checked one by one. */
export interface GateFlags {
  readonly base?: string;
  readonly baseline?: string;
  readonly scenarios?: string[];
  readonly variants?: string[];
  readonly metrics: MetricName[];
  readonly tolerance: number;
  readonly budget: number;
  readonly 'on-inconclusive': 'pass' | 'fail';
  readonly duration?: number;
  readonly rounds?: number;
  readonly warmup?: number;
  readonly seed: number;
  readonly install?: string;
  readonly build?: string;
  readonly format?: ComparisonFormat;
  readonly json?: boolean;
  readonly junit?: string;
  readonly summary?: string;
  readonly quiet?: boolean;
}

/** What a gate has while it runs. */
export interface RunningGate {
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Told what takes a while. */
  readonly say: (text: string) => void;
}

const METRICS: Readonly<Record<MetricName, GateMetric>> = {
  p50: 'p50',
  p90: 'p90',
  p99: 'p99',
  p999: 'p999',
  time: 'nsPerCall',
  cpu: 'cpuNsPerCall',
  alloc: 'allocatedBytesPerCall',
};

/** What is gated on, and what is only shown. */
export function metricsOf({ metrics }: GateFlags): {
  readonly metrics: readonly GateMetric[];
  readonly advisory: readonly GateMetric[];
} {
  // Tails of short runs say little: shown, unless they were asked for.
  const advisory = metrics.includes('p99') ? [] : (['p99'] as const);
  return { metrics: metrics.map((name) => METRICS[name]), advisory };
}
