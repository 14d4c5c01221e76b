/** What a plan rests on, of one way of hosting: measured here, or read from the results of others. */

import type { CapacityOperation, CapacityRate } from '../results/capacity-record.ts';
import type { LimitFit } from './limit-fit.ts';
import type { MeasuredSweep, SweepPoint } from './measured-sweep.ts';
import type { ScalePoint } from './scalability-fit.ts';

/** Times are ns unless they say otherwise; a rate is calls per second. */
export interface VariantEvidence {
  readonly variant: string;
  readonly sweep: MeasuredSweep;
  /** Rates at which calls in flight were counted, beside those of the sweep. Default: none. */
  readonly counted?: readonly SweepPoint[];
  /** Windows by rate, of the sweep and around the limit. Default: none. */
  readonly rates?: readonly CapacityRate[];
  /** The limit by those windows; `undefined`: the sweep tells. */
  readonly limit?: LimitFit;
  /** Time of a call when nothing is in its way, by share; `undefined`: nobody knows. */
  readonly idleQuantileNs?: (share: number) => number;
  /** Servers side by side at the bottleneck. Default: 1, an event loop. */
  readonly servers?: number;
  readonly scaling: readonly ScalePoint[];
  /** Why `scaling` is empty, where that was tried. */
  readonly scalingProblem?: string;
  readonly operations: readonly CapacityOperation[];
  readonly rssBytes: number | null;
  readonly bytesPerService: number | null;
  /** Default: `null`, nobody knows. */
  readonly bytesPerSession?: number | null;
  readonly coldStartMs: number | null;
  readonly generatorLimitedPoints: number;
  readonly sharesCores: boolean;
}
