/**
 * How far equal code seems to differ on this machine, now: an A/A comparison. One variant was measured
 * twice in every round, as two; whatever comes out between the two is noise, and no change below it can
 * be told from none.
 *
 * What longer runs could find is extrapolated: an interval narrows with the root of the number of rounds,
 * as long as rounds are independent. A machine whose speed drifts gains less.
 */

import { detectableChange } from '../compare/detectable.ts';
import type { Metric } from '../compare/metric.ts';
import { changeInRounds } from '../compare/suite.ts';
import type { RoundRecord } from '../results/run-record.ts';
import { isBounded } from '../stats/bootstrap.ts';
import type { Finding } from './finding.ts';

export interface NoiseReport {
  readonly rounds: number;
  /** Measured time of a block, in ms. */
  readonly roundMs: number;
  readonly metrics: readonly MetricNoise[];
}

export interface MetricNoise {
  readonly metric: Metric;
  /** How far from 1 the ratio of the variant to itself came out, its 95 % interval included: 0.03 is 3 %. */
  readonly floor: number;
  /** Smallest change for the worse that comparisons of this length find four times of five. */
  readonly detectable: readonly { readonly withinMs: number; readonly change: number }[];
}

/** Lengths of comparison that are told of: a glance, a gate, a coffee. */
const WITHIN_MS = [10_000, 60_000, 300_000];
/** Beyond this a comparison of a minute finds little that is worth finding. */
const NOISY_RATIO = 0.05;
const HOPELESS_RATIO = 0.3;

/**
 * @param own - rounds of a variant, and `twin` of the same again, measured side by side
 * @param spentMs - wall time of all of it, warm-up left out: what a round costs, overhead included
 */
export function noiseOf(
  own: readonly RoundRecord[],
  twin: readonly RoundRecord[],
  spentMs: number,
  metrics: readonly Metric[],
): NoiseReport {
  const roundMs =
    own.reduce((sum, { durationMs }) => sum + durationMs, 0) / Math.max(1, own.length);
  return {
    rounds: own.length,
    roundMs,
    metrics: metrics.flatMap((metric) => {
      const change = changeInRounds(metric, { baseline: own, candidate: twin, pairing: 'paired' });
      if (change === undefined || !isBounded(change)) return [];
      const { low, high } = change;
      const halfWidth = Math.log(high / low) / 2;
      return [
        {
          metric,
          floor: Math.max(high - 1, 1 / low - 1, 0),
          detectable: WITHIN_MS.map((withinMs) => {
            const narrowed = halfWidth * Math.sqrt(spentMs / withinMs);
            return { withinMs, change: detectableChange(narrowed, Math.expm1(narrowed)) };
          }),
        },
      ];
    }),
  };
}

/** Judges the floor of the median, on which gates decide. */
export function judgeNoise(noise: NoiseReport): Finding {
  const median = noise.metrics.find(({ metric }) => metric === 'p50');
  const tail = noise.metrics.find(({ metric }) => metric === 'p99');
  const finding = {
    check: 'noise',
    figures: Object.fromEntries(noise.metrics.map(({ metric, floor }) => [metric, floor])),
  };
  if (median === undefined) {
    return {
      ...finding,
      verdict: 'unknown',
      observed: 'too few rounds were measured',
      advice: null,
    };
  }
  const inAMinute = median.detectable.find(({ withinMs }) => withinMs === 60_000)?.change ?? 1;
  const observed =
    `equal code differs by up to ${percent(median.floor)} in p50` +
    `${tail === undefined ? '' : `, ${percent(tail.floor)} in p99`}, over ${noise.rounds} rounds of ` +
    `${noise.roundMs.toFixed(0)} ms; a minute would find ${percent(inAMinute)} in p50`;
  if (inAMinute <= NOISY_RATIO) return { ...finding, verdict: 'ok', observed, advice: null };
  return {
    ...finding,
    verdict: inAMinute > HOPELESS_RATIO ? 'problem' : 'warning',
    observed,
    advice:
      'small changes need longer comparisons than a minute here: more rounds, or a quieter machine',
  };
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(ratio < 0.1 ? 1 : 0)} %`;
}
