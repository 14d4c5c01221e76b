/** What a block of the open loop has beside what every block has. */

import type { LatencyHistogram } from '../stats/latency-histogram.ts';
import type { PlacedSlice } from './slice-series.ts';

/** A slice of a block, and what held up the calling event loop meanwhile. */
export interface OpenBlockSlice extends PlacedSlice {
  readonly gcPauseMaxNs: number;
  readonly eventLoopDelayMaxNs: number;
}

/** What a block of the open loop has beside what every block has. */
export interface OpenBlockFigures {
  /** Calls that were to start. */
  readonly scheduled: number;
  readonly dropped: number;
  /** Calls that waited in line until the schedule was over, and were sent then. */
  readonly sentLate: number;
  /** How long the schedule lasts, in ms. */
  readonly scheduleMs: number;
  /** Until the generator had come to the last arrival. */
  readonly pacedMs: number;
  readonly service: LatencyHistogram;
  readonly lag: LatencyHistogram;
  /** Without a value where replies do not tell. */
  readonly held: LatencyHistogram;
  readonly pacing: LatencyHistogram;
  readonly slices: readonly OpenBlockSlice[];
}
