/**
 * The clock that every latency comes from: how fine it is, what a read costs, whether it ever runs
 * backwards, and whether it keeps pace with the kernel's other monotonic clock.
 */

import type { Finding } from './finding.ts';

export interface ClockFigures {
  /** Smallest step between two reads that differ, in ns. */
  readonly resolutionNs: number;
  /** Mean time of a read, in ns. */
  readonly readNs: number;
  /** Reads that were earlier than the one before. */
  readonly backwards: number;
  /** Longest time between two neighbouring reads, in ns: somebody else had the core. */
  readonly longestGapNs: number;
  /** Reads made. */
  readonly reads: number;
}

const NS_PER_MS = 1e6;
/** A clock coarser than this cannot time the calls that this harness is for. */
const COARSE_NS = 1_000;
/** Coarser than a microsecond still tells calls over a socket apart; a millisecond tells nothing. */
const USELESS_NS = 1e6;
/** Twenty of these are the shortest median that is not the clock's own: `latencyVerdict`. */
const SLOW_READ_NS = 200;

/**
 * Reads a clock again and again.
 *
 * @param nowMs - the clock, in ms with fractions
 * @param reads - how many; a million take some 50 ms
 */
export function probeClock(nowMs: () => number, reads: number): ClockFigures {
  let resolutionMs = Number.POSITIVE_INFINITY;
  let longestGapMs = 0;
  let backwards = 0;
  const startedAtMs = nowMs();
  let lastMs = startedAtMs;
  for (let read = 0; read < reads; read++) {
    const readMs = nowMs();
    const stepMs = readMs - lastMs;
    if (stepMs < 0) backwards++;
    else if (stepMs > 0 && stepMs < resolutionMs) resolutionMs = stepMs;
    if (stepMs > longestGapMs) longestGapMs = stepMs;
    lastMs = readMs;
  }
  return {
    resolutionNs: resolutionMs * NS_PER_MS,
    readNs: ((lastMs - startedAtMs) * NS_PER_MS) / reads,
    backwards,
    longestGapNs: longestGapMs * NS_PER_MS,
    reads,
  };
}

/** Judges the clock by what {@link probeClock} saw. */
export function judgeClock(figures: ClockFigures): Finding {
  const { resolutionNs, readNs, backwards, reads } = figures;
  const finding = {
    check: 'clock',
    figures: { ...figures, resolutionNs: Number.isFinite(resolutionNs) ? resolutionNs : null },
  };
  if (backwards > 0) {
    return {
      ...finding,
      verdict: 'problem',
      observed: `it ran backwards ${backwards} times in ${reads.toLocaleString('en-US')} reads`,
      advice:
        'no latency measured with it holds: look at the clock source of the (virtual) machine',
    };
  }
  if (!(resolutionNs < USELESS_NS)) {
    return {
      ...finding,
      verdict: 'problem',
      observed: Number.isFinite(resolutionNs)
        ? `it steps by ${Math.round(resolutionNs).toLocaleString('en-US')} ns`
        : 'it stands still',
      advice: 'calls of less than its step cannot be timed: look at the clock source',
    };
  }
  const observed = `steps of ${resolutionNs.toFixed(0)} ns, ${readNs.toFixed(0)} ns a read, never backwards`;
  if (resolutionNs > COARSE_NS || readNs > SLOW_READ_NS) {
    return {
      ...finding,
      verdict: 'warning',
      observed,
      advice: `latencies below ${((20 * Math.max(readNs, resolutionNs)) / 1e3).toFixed(0)} µs are mostly the clock's: use calls/s, or a clock source that is read without a system call (tsc, kvm-clock)`,
    };
  }
  return { ...finding, verdict: 'ok', observed, advice: null };
}
