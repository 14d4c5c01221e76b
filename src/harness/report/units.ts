/**
 * Numbers as people read them: three significant digits and a unit that fits.
 *
 * The ends of an interval are written in the unit and with the decimals of its median, so that
 * they can be compared at a glance: `1.23M [1.20–1.26]`.
 */

import { isBounded } from '../stats/bootstrap.ts';

interface Scale {
  /** Names of the units, smallest first. */
  readonly units: readonly string[];
  /** How many of one unit make the next. */
  readonly step: number;
}

const TIME: Scale = { units: [' ns', ' µs', ' ms', ' s'], step: 1_000 };
const SIZE: Scale = { units: [' B', ' KiB', ' MiB', ' GiB', ' TiB'], step: 1_024 };
const COUNT: Scale = { units: ['', 'k', 'M', 'G', 'T'], step: 1_000 };

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

function formatScaled(value: number, scale: Scale): string {
  const { divisor, unit, decimals } = scaleOf(value, scale);
  const scaled = value / divisor;
  return `${scaled.toFixed(Number.isInteger(scaled) ? 0 : decimals)}${unit}`;
}

function scaleOf(value: number, { units, step }: Scale) {
  // Rounded first: 999.7 ns is 1.00 µs, not 1000 ns. But 1,024 bytes rounded are too few for 1 KiB.
  const rounded = Number(Math.abs(value).toPrecision(3));
  const size = Math.max(rounded, Math.abs(value));
  let index = 0;
  let divisor = 1;
  while (index < units.length - 1 && size >= divisor * step) {
    index++;
    divisor *= step;
  }
  return { divisor, unit: units[index] ?? '', decimals: decimalsOf(rounded / divisor) };
}

function decimalsOf(scaled: number): number {
  if (scaled >= 100) return 0;
  return scaled >= 10 ? 1 : 2;
}
