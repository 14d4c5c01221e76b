/** How many calls a percentile takes: where none lies above it, it is the longest call under another name. */

/** 100 − 99.9 comes out a little less than 0.1. */
const ROUNDING = 1e-6;

/** Whether of so many calls one is expected above the percentile, which is of 100. */
export function hasCallsAbove(percentile: number, calls: number): boolean {
  return calls * (100 - percentile) >= 100 - ROUNDING;
}
