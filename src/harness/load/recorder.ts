/**
 * What a block of calls came to: latencies, failures by code, and the first thing that went wrong.
 *
 * A latency is the time to a right reply. A call that failed has none: a refusal takes a microsecond, and
 * thousands of those would make a service look the faster the less of it there is. What ran into its
 * deadline counts with the time that its caller waited, since its reply would have taken longer still.
 *
 * `record` is on the measured path: it must stay free of allocation. Everything else about a call
 * (was the reply right, what did it fail with) is the executor's and the failure's cost.
 */

import { isCallErrorCode, messageOf, ToolrigError } from '../../core/errors.ts';
import { LatencyCounts, type PackedCounts } from '../stats/latency-counts.ts';
import { LatencyTally } from '../stats/latency-tally.ts';

/** What a recorder has counted, as a plain value, which another thread can be sent. */
export interface BlockTotals {
  readonly succeeded: number;
  readonly checksFailed: number;
  readonly errors: ReadonlyMap<string, number>;
  readonly firstFailure: string | undefined;
  readonly latency: PackedCounts;
  readonly batchLatency: PackedCounts;
}

export class BlockRecorder {
  readonly latency = new LatencyTally();
  readonly batchLatency = new LatencyTally();
  readonly errors = new Map<string, number>();
  succeeded = 0;
  checksFailed = 0;
  firstFailure: string | undefined;

  get failed(): number {
    let failed = this.checksFailed;
    for (const count of this.errors.values()) failed += count;
    return failed;
  }

  get calls(): number {
    return this.succeeded + this.failed;
  }

  /** A call came back with a reply that its check found right. */
  success(latencyNs: number): void {
    this.succeeded++;
    this.latency.record(latencyNs);
  }

  /** A call came back with a wrong reply. */
  wrongReply(operation: string, problem: string): void {
    this.checksFailed++;
    this.firstFailure ??= `${operation}: wrong reply: ${problem}`;
  }

  /**
   * A call was rejected.
   *
   * @returns whether the time is among the latencies
   */
  failure(latencyNs: number, operation: string, thrown: unknown): boolean {
    const code =
      thrown instanceof ToolrigError && isCallErrorCode(thrown.code) ? thrown.code : 'ERR_UNKNOWN';
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
    const isTimeout = code === 'ERR_TIMEOUT';
    if (isTimeout) this.latency.record(latencyNs);
    this.firstFailure ??= `${operation}: ${messageOf(thrown)}`;
    return isTimeout;
  }

  /** All calls of a batch have come back, each with a time that is among the latencies. */
  batch(latencyNs: number): void {
    this.batchLatency.record(latencyNs);
  }

  /** Takes out what was counted; the recorder is to be emptied next. */
  take(): BlockTotals {
    return {
      succeeded: this.succeeded,
      checksFailed: this.checksFailed,
      errors: new Map(this.errors),
      firstFailure: this.firstFailure,
      latency: this.latency.take().pack(),
      batchLatency: this.batchLatency.take().pack(),
    };
  }

  /** Adds what another recorder has counted. */
  add(totals: BlockTotals): void {
    this.succeeded += totals.succeeded;
    this.checksFailed += totals.checksFailed;
    for (const [code, count] of totals.errors) {
      this.errors.set(code, (this.errors.get(code) ?? 0) + count);
    }
    this.firstFailure ??= totals.firstFailure;
    this.latency.add(LatencyCounts.unpack(totals.latency));
    this.batchLatency.add(LatencyCounts.unpack(totals.batchLatency));
  }

  /** Empties everything, for the next block. */
  reset(): void {
    this.latency.clear();
    this.batchLatency.clear();
    this.errors.clear();
    this.succeeded = 0;
    this.checksFailed = 0;
    this.firstFailure = undefined;
  }
}

/**
 * What a recorder has counted, as part of a block's measurement; its latencies are taken out of it.
 * Whoever receives them destroys the histograms.
 */
export function countsOf(recorder: BlockRecorder) {
  return {
    calls: recorder.calls,
    succeeded: recorder.succeeded,
    failed: recorder.failed,
    checksFailed: recorder.checksFailed,
    errors: new Map(recorder.errors) as ReadonlyMap<string, number>,
    firstFailure: recorder.firstFailure,
    latency: recorder.latency.toHistogram(),
    batchLatency: recorder.batchLatency.toHistogram(),
  };
}
