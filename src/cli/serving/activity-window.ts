/**
 * Calls a second and p99 of the last seconds, by service: the difference between the metrics now
 * and those of a while ago. It owns no timer and reads no clock.
 */

import { estimateQuantileNs, type MetricsSnapshot } from '../../runtime/index.ts';

export interface Activity {
  readonly callsPerSecond: number;
  /** An estimate, no finer than a bucket of the metrics; `null` when nothing was called. */
  readonly p99Ns: number | null;
}

export interface ActivityReport {
  /** Of services that were called; for the others {@link IDLE} holds. */
  readonly byService: ReadonlyMap<string, Activity>;
  readonly total: Activity;
}

interface Sample {
  readonly atMs: number;
  /** Calls in each bucket of duration since counting began. */
  readonly byService: ReadonlyMap<string, readonly number[]>;
}

type Durations = Pick<MetricsSnapshot, 'mcp.service.call.duration'>;

export const IDLE: Activity = { callsPerSecond: 0, p99Ns: null };

export class ActivityWindow {
  readonly #windowMs: number;
  /** The oldest first; of those older than the window only the youngest is kept. */
  #samples: Sample[] = [];

  /** @param windowMs - how far it looks back; further when it was not told anything for longer */
  constructor(windowMs = 10_000) {
    this.#windowMs = windowMs;
  }

  /**
   * Takes the metrics of this moment in. To be told every second or so.
   *
   * @param nowMs - monotonic; never earlier than the one before
   */
  record(nowMs: number, snapshot: Durations): void {
    const firstInside = this.#samples.findIndex(({ atMs }) => nowMs - atMs < this.#windowMs);
    const dropped = firstInside === -1 ? this.#samples.length - 1 : firstInside - 1;
    if (dropped > 0) this.#samples = this.#samples.slice(dropped);
    this.#samples.push({ atMs: nowMs, byService: bucketsByService(snapshot) });
  }

  /** What happened since the oldest moment that it remembers. */
  report(nowMs: number, snapshot: Durations): ActivityReport {
    const [oldest] = this.#samples;
    if (oldest === undefined || nowMs <= oldest.atMs) return { byService: new Map(), total: IDLE };
    const elapsedMs = nowMs - oldest.atMs;
    let all: readonly number[] = [];
    const byService = new Map<string, Activity>();
    for (const [service, counts] of bucketsByService(snapshot)) {
      const before = oldest.byService.get(service);
      const since = counts.map((count, bucket) => count - (before?.[bucket] ?? 0));
      byService.set(service, activityOf(since, elapsedMs));
      all = sum(all, since);
    }
    return { byService, total: activityOf(all, elapsedMs) };
  }
}

function bucketsByService(snapshot: Durations): Map<string, readonly number[]> {
  const found = new Map<string, readonly number[]>();
  for (const { tags, value } of snapshot['mcp.service.call.duration']) {
    found.set(tags.service, sum(found.get(tags.service) ?? [], value.bucketCounts));
  }
  return found;
}

function sum(one: readonly number[], other: readonly number[]): readonly number[] {
  return other.map((count, bucket) => count + (one[bucket] ?? 0));
}

function activityOf(bucketCounts: readonly number[], elapsedMs: number): Activity {
  const calls = bucketCounts.reduce((total, count) => total + count, 0);
  return {
    callsPerSecond: (calls * 1_000) / elapsedMs,
    p99Ns: estimateQuantileNs(bucketCounts, 0.99) ?? null,
  };
}
