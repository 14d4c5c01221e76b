/** What a measurement is asked for, what it tells while it goes on, and what it comes to. */

import type { ToolrigError } from '../../core/errors.ts';
import type { LatencyHistogram } from '../stats/latency-histogram.ts';
import type { PlanSource } from './call-plan.ts';
import type { ChaosOutcome } from './chaos-outcome.ts';
import type { MaxRateOutcome } from './max-rate-outcome.ts';
import type { OpenBlockFigures } from './open-figures.ts';
import type { ResourceUse } from './resource-meter.ts';
import type { Target } from './target.ts';

/** An open target under its variant's name. */
export interface Contestant {
  readonly variant: string;
  readonly target: Target;
}

/** What a measurement tells while it goes on. */
export interface MeasureProgress {
  readonly variant: string;
  readonly phase: 'warm-up' | 'measure';
  /** From 1; 0 while warming up. */
  readonly round: number;
  readonly callsPerSecond: number;
  readonly failed: number;
  /** Latencies of the block so far, in ns; missing while nothing has been timed. */
  readonly latencyNs?: { readonly p50: number; readonly p99: number };
  /** Share of the round that is done, with all its variants. Default: 1. */
  readonly roundRatio?: number;
  /** Arrivals of an open loop for which there was no place. */
  readonly dropped?: number;
}

export interface MeasureOptions {
  /** The variant that is measured twice a round, for the noise floor. */
  readonly reference: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: MeasureProgress) => void;
  /** Hears where the measurement has got to: `variant 'native' in round 3`. Default: nobody does. */
  readonly onStep?: (where: string) => void;
  /** Is given, when warming up begins, a function that tells at any time what has been measured. Default: nobody is. */
  readonly onBegun?: (soFar: () => CaseMeasurement) => void;
  /** Draws Poisson arrivals, the same for every variant. Default: 1. */
  readonly seed?: number;
  /** Where workers get the plan from; not needed for one. */
  readonly planSource?: PlanSource;
}

/** One block of one variant. Whoever receives it destroys the histograms. */
export interface BlockMeasurement extends ResourceUse {
  readonly round: number;
  /** ms since 1970. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly calls: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly checksFailed: number;
  readonly errors: ReadonlyMap<string, number>;
  readonly firstFailure: string | undefined;
  readonly latency: LatencyHistogram;
  readonly batchLatency: LatencyHistogram;
  /** In the open loop, where `latency` counts from the intended start. */
  readonly open?: OpenBlockFigures;
}

export interface VariantMeasurement {
  readonly variant: string;
  readonly warmupMs: number;
  readonly isSteady: boolean;
  readonly blocks: readonly BlockMeasurement[];
  /** `caller`: what it used is without what its servers did, of which nothing is known. */
  readonly usageOf?: 'caller';
  /** Where every call was accounted for. */
  readonly chaos?: ChaosOutcome;
  /** Where the highest rate was looked for; the block is then that of the last try. */
  readonly maxRate?: MaxRateOutcome;
}

export interface CaseMeasurement {
  readonly variants: readonly VariantMeasurement[];
  /** Blocks of the reference's twin; empty when there was none. */
  readonly twin: readonly BlockMeasurement[];
  /** What ended the rounds early, all of them or those of one variant, such as a target that died; `undefined` when nothing did. */
  readonly failure: ToolrigError | undefined;
}
