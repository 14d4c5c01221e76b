/**
 * A service level objective: what a rate must keep to in order to count. `p99<5ms, errors<0.1%`.
 *
 * Whatever it says, a rate does not hold where arrivals were dropped, answers lagged behind, or the generator
 * could not keep to its schedule: what was measured was then another rate.
 */

import { ToolrigError } from '../../core/errors.ts';
import type { BlockMeasurement } from './measurement.ts';
import { holds, isChaosMetric, parseThreshold, type Threshold } from './threshold.ts';

/** Answers that a rate needs, as a share of those that were asked for. */
const LEAST_DONE = 0.99;

/** Lateness of the generator above this share of a limit that was broken is what broke it. */
const GENERATOR_SHARE = 0.5;
/** So much more time than the schedule gave, and the rate was another one. */
const LATE_SHARE = 0.01;

/** What kept a rate from holding when it was the generator. */
export const GENERATOR_LIMITED = 'generator-limited';

/** What kept a rate from holding: an expression of the objective, or what the checks below say. */
export type SloFailure = string;

export interface Slo {
  /** As it was written. */
  readonly text: string;
  readonly thresholds: readonly Threshold[];
}

/**
 * Reads the parts of an objective, separated by commas. Where none is on errors, no call may fail: a service
 * that refuses fast would keep any latency at any rate.
 *
 * @throws `ERR_USAGE` for a part that cannot be used
 */
export function parseSlo(text: string): Slo {
  const thresholds = text.split(',').map((part) => {
    const threshold = parseThreshold(part);
    const { metric, variant, expression, operator } = threshold;
    if (operator.startsWith('>')) {
      throw new ToolrigError(
        'ERR_USAGE',
        `slo '${expression}' cannot be used: a service that is slow enough keeps it at any rate; give an upper bound, with < or <=`,
      );
    }
    if (metric !== 'throughput' && variant === undefined && !isChaosMetric(metric)) {
      return threshold;
    }
    throw new ToolrigError(
      'ERR_USAGE',
      `slo '${expression}' cannot be used: it must bound a latency or errors, of every variant, as in 'p99<5ms, errors<0.1%'`,
    );
  });
  const isOnErrors = thresholds.some(({ metric }) => metric === 'errors');
  return {
    text: text.trim(),
    thresholds: isOnErrors ? thresholds : [...thresholds, parseThreshold('errors <= 0%')],
  };
}

/** What kept a block's rate from holding, or `null` when it held. */
export function sloFailureOf(
  { thresholds }: Slo,
  block: BlockMeasurement | undefined,
): SloFailure | null {
  const open = block?.open;
  if (block === undefined || open === undefined) return 'no call was answered';
  // Whatever errors are allowed: calls that all failed have no latency, and none is below any limit.
  if (block.succeeded === 0) return 'no call succeeded';
  const { scheduleMs, pacedMs, dropped } = open;
  const responseNs = block.latency.summary();
  const broken = thresholds.find((threshold) => {
    const { metric } = threshold;
    if (metric === 'errors') return !holds(threshold, block.failed / block.calls);
    return (
      metric !== 'throughput' && !isChaosMetric(metric) && !holds(threshold, responseNs[metric])
    );
  });
  if (broken !== undefined) {
    // A response contains the generator's lateness: an objective that is kept is kept in spite of it.
    const isLate = open.pacing.valueAtPercentile(99) > GENERATOR_SHARE * broken.limit;
    return broken.metric !== 'errors' && isLate ? GENERATOR_LIMITED : broken.expression;
  }
  if (dropped > 0) return 'arrivals were dropped';
  if (pacedMs > scheduleMs * (1 + LATE_SHARE)) return GENERATOR_LIMITED;
  // An answer to the last call that is as late as it may be makes nobody fall behind.
  const latenciesNs = thresholds
    .filter(({ metric }) => metric !== 'errors')
    .map((each) => each.limit);
  const allowedMs = Math.max(
    (1 / LEAST_DONE - 1) * scheduleMs,
    ...latenciesNs.map((ns) => ns / 1e6),
  );
  return block.durationMs > scheduleMs + allowedMs ? 'answers fell behind' : null;
}
