/** What a chaos run found out about one variant, beside its blocks. */

import type { LatencyHistogram } from '../stats/latency-histogram.ts';

export interface ChaosOutcome {
  /** All calls, those of the warm-up and at rest included, as every count here. */
  readonly offered: number;
  readonly succeeded: number;
  readonly checksFailed: number;
  readonly errors: ReadonlyMap<string, number>;
  readonly failedAsExpected: number;
  readonly firstFailure: string | undefined;
  readonly lost: number;
  readonly answeredTwice: number;
  /** Faults that struck. */
  readonly faults: number;
  /** Services that were seen to end. */
  readonly crashes: number;
  /** Services that no fault's end had brought back when the run was over. */
  readonly unrecovered: number;
  /** From each fault, or from the end of the load, to the next right reply. Whoever receives it destroys it. */
  readonly recovery: LatencyHistogram;
  /** p99 of the services that faults spare, before the faults and while a victim was down; `undefined` where it was not looked at. */
  readonly sparedP99Ns: { readonly quiet: number; readonly disturbed: number } | undefined;
  /** Resident size of this process. */
  readonly hostRssBytes: { readonly before: number; readonly peak: number; readonly after: number };
  /** One a block, in the order of the blocks. */
  readonly samples: readonly DriftPoint[];
}

/** What may drift, at the end of a block. */
export interface DriftPoint {
  /** Monotonic. */
  readonly atMs: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
  /** Resources that keep the event loop alive: sockets, timers, child processes. */
  readonly handles: number;
}
