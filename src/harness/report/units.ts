/**
 * Numbers as people read them: three significant digits and a unit that fits.
 *
 * The ends of an interval are written in the unit and with the decimals of its median, so that
 * they can be compared at a glance: `1.23M [1.20–1.26]`.
 */

import { isBounded } from '../stats/bootstrap.ts';
import { COUNT, formatScaled, type Scale, SIZE, scaleOf, TIME } from './scaled-number.ts';

/** A duration given in ns: `48.2 ns`, `5.21 µs`, `1.64 ms`, `2 s`. */
export function formatNs(ns: number): string {
  return formatScaled(ns, TIME);
}

/** A size: `512 B`, `1.70 KiB`, `1 MiB`. */
export function formatBytes(bytes: number): string {
  return formatScaled(Math.round(bytes), SIZE);
}

/** A number in thousands and millions: `999`, `1.23k`, `20.7M`. */
export function formatShort(value: number): string {
  return formatScaled(value, COUNT);
}

/** A whole number with separators: `1,000,000`. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** A number of unknown meaning: separators, four significant digits. */
export function formatNumber(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
}

/** Median and interval: `1.23M [1.20–1.26]`. After a single round the median alone. */
export function formatInterval(interval: { median: number; low: number; high: number }): string {
  return formatIntervalIn(interval, COUNT);
}

/** Median and interval of a time given in ns: `106 ns [98–113]`. */
export function formatNsInterval(interval: { median: number; low: number; high: number }): string {
  return formatIntervalIn(interval, TIME);
}

/**
 * How many times as fast: `×33.8 [32.8–34.8]`, or, when it is slower beyond doubt, how many times
 * as slow: `÷268 [260–277]`.
 */
export function formatRatio(comparison: { ratio: number; low: number; high: number }): string {
  const { ratio, low, high } = comparison;
  const isSlower = isBounded(comparison) ? high < 1 : ratio < 1;
  if (!isSlower) return `×${formatInterval({ median: ratio, low, high })}`;
  // Without an interval `low` is 0 and `high` stays what marks that.
  const inverse = isBounded(comparison) ? { low: 1 / high, high: 1 / low } : { low, high };
  return `÷${formatInterval({ median: 1 / ratio, ...inverse })}`;
}

function formatIntervalIn(interval: { median: number; low: number; high: number }, scale: Scale) {
  const { median, low, high } = interval;
  const { divisor, unit, decimals } = scaleOf(median, scale);
  const figure = (value: number) => (value / divisor).toFixed(decimals);
  const middle = `${figure(median)}${unit}`;
  return isBounded(interval) ? `${middle} [${figure(low)}–${figure(high)}]` : middle;
}
