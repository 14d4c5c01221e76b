/**
 * Latency percentiles as cells of a table. Without a call that was timed all of them would read 0,
 * which is not very fast; where no call lies above one, it is the longest call under another name.
 */

import type { VariantRecord } from '../results/run-record.ts';
import { hasCallsAbove } from '../stats/calls-above.ts';
import { formatNs } from './units.ts';

/** Percentiles in tables, of 100. */
const SHOWN = { p50: 50, p99: 99, p999: 99.9 } as const;

const NOTHING = '–';

/** @param ns - the percentile of another time of the same calls. Default: of their latency. */
export function percentileText(
  { calls, latencyNs }: VariantRecord,
  percentile: keyof typeof SHOWN,
  ns = latencyNs[percentile],
): string {
  // The median of a single call is that call.
  const isBacked = percentile === 'p50' || hasCallsAbove(SHOWN[percentile], calls);
  return latencyNs.max > 0 && isBacked ? formatNs(ns) : NOTHING;
}

/** @param text - what a call that succeeded takes; nothing is known of it where none did. */
export function perCallText({ succeeded }: VariantRecord, text: string): string {
  return succeeded > 0 ? text : NOTHING;
}

/** How to read the percentiles that a table of these variants lacks; empty where it has all. */
export function percentileLegend(variants: readonly VariantRecord[]): string[] {
  const lacksOne = variants.some(
    ({ calls, latencyNs }) => latencyNs.max > 0 && !hasCallsAbove(SHOWN.p999, calls),
  );
  return lacksOne ? ['– is a percentile with too few calls for one to lie above it'] : [];
}
