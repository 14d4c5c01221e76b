/**
 * Thresholds: what a scenario declares acceptable.
 *
 *   [variant.]metric  operator  value[unit]        p99 < 5ms    native.errors <= 0.1%
 *
 * One without a variant applies to every variant of the run. One that matches nothing is an error,
 * never a pass.
 */

import { ToolrigError } from '../../core/errors.ts';
import { didYouMean } from '../../core/nearest.ts';

/** What a threshold can look at in every scenario: latencies in ns, a rate per second, a share of the calls. */
const COST_METRICS = [
  'min',
  'mean',
  'p50',
  'p75',
  'p90',
  'p95',
  'p99',
  'p999',
  'p9999',
  'max',
  'throughput',
  'errors',
] as const;

/** What it can look at in scenarios with chaos: counts, times in ns, ratios, bytes, and drifts per hour. */
const CHAOS_METRICS = [
  'lost',
  'answeredTwice',
  'crashes',
  'unrecovered',
  'recoveryP50',
  'recoveryP99',
  'recoveryMax',
  'sparedP99Ratio',
  'memoryGrowth',
  'memoryPeak',
  'heapDrift',
  'rssDrift',
  'handlesDrift',
  'p99Drift',
] as const;
export type ChaosMetric = (typeof CHAOS_METRICS)[number];

export const THRESHOLD_METRICS = [...COST_METRICS, ...CHAOS_METRICS] as const;
export type ThresholdMetric = (typeof THRESHOLD_METRICS)[number];

export const THRESHOLD_OPERATORS = ['<=', '>=', '<', '>'] as const;

export interface Threshold {
  /** As it was written. */
  readonly expression: string;
  /** `undefined`: every variant. */
  readonly variant: string | undefined;
  readonly metric: ThresholdMetric;
  readonly operator: (typeof THRESHOLD_OPERATORS)[number];
  /** In ns, bytes, per second, as a count or a ratio; of a drift, per hour. */
  readonly limit: number;
}

const SHAPE = /^\s*(?:([\w-]+)\.)?(\w+)\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)?)\s*([\w%/µ]*)\s*$/;

const LATENCY_UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
};
const RATE_UNITS: Readonly<Record<string, number>> = { '': 1, '/s': 1 };
const RATIO_UNITS: Readonly<Record<string, number>> = { '': 1, '%': 0.01 };
const COUNT_UNITS: Readonly<Record<string, number>> = { '': 1 };
const SIZE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1_024,
  MiB: 1_048_576,
  GiB: 1_073_741_824,
};

/**
 * Reads a threshold.
 *
 * @throws `ERR_USAGE` naming what is wrong with it
 */
export function parseThreshold(expression: string): Threshold {
  const match = SHAPE.exec(expression);
  if (match === null) {
    throw usage(expression, "write it as '[variant.]metric operator value', as in 'p99 < 5ms'");
  }
  const [, variant, name = '', operator = '', value = '', unit = ''] = match;
  const metric = THRESHOLD_METRICS.find((known) => known === name);
  if (metric === undefined) {
    throw usage(expression, `there is no metric '${name}'.${didYouMean(name, THRESHOLD_METRICS)}`);
  }
  const units = unitsOf(metric);
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (factor === undefined) {
    const known = Object.keys(units).map((each) => (each === '' ? 'none' : each));
    throw usage(expression, `the unit of ${metric} must be one of ${known.join(', ')}`);
  }
  if (metric === 'errors' && operator.startsWith('>')) {
    throw usage(expression, 'it would ask for errors: give an upper bound, with < or <=');
  }
  return {
    expression: expression.trim(),
    variant,
    metric,
    operator: operator as Threshold['operator'],
    limit: Number(value) * factor,
  };
}

/** Whether `observed` keeps to the threshold. */
export function holds(threshold: Threshold, observed: number): boolean {
  switch (threshold.operator) {
    case '<':
      return observed < threshold.limit;
    case '<=':
      return observed <= threshold.limit;
    case '>':
      return observed > threshold.limit;
    case '>=':
      return observed >= threshold.limit;
  }
}

/**
 * The variants of a run that a threshold applies to.
 *
 * @throws `ERR_USAGE` when it names one that does not run
 */
export function variantsOf(threshold: Threshold, running: readonly string[]): readonly string[] {
  const { variant } = threshold;
  if (variant === undefined) return running;
  if (running.includes(variant)) return [variant];
  throw usage(
    threshold.expression,
    `variant '${variant}' is not in this run.${didYouMean(variant, running)}`,
  );
}

function unitsOf(metric: ThresholdMetric): Readonly<Record<string, number>> {
  switch (metric) {
    case 'throughput':
      return RATE_UNITS;
    case 'errors':
    case 'sparedP99Ratio':
    case 'memoryGrowth':
      return RATIO_UNITS;
    case 'lost':
    case 'answeredTwice':
    case 'crashes':
    case 'unrecovered':
    case 'handlesDrift':
      return COUNT_UNITS;
    case 'memoryPeak':
    case 'heapDrift':
    case 'rssDrift':
      return SIZE_UNITS;
    default:
      return LATENCY_UNITS;
  }
}

/** Whether only scenarios with chaos have this metric. */
export function isChaosMetric(metric: ThresholdMetric): metric is ChaosMetric {
  return CHAOS_METRICS.some((known) => known === metric);
}

function usage(expression: string, what: string): ToolrigError {
  return new ToolrigError('ERR_USAGE', `threshold '${expression}' cannot be used: ${what}`);
}
