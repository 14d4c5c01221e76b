/**
 * Three significant digits and a unit that fits. Imports nothing, since the script of a page is made
 * from it too.
 */

export interface Scale {
  /** Names of the units, smallest first. */
  readonly units: readonly string[];
  /** How many of one unit make the next. */
  readonly step: number;
}

export const TIME: Scale = { units: [' ns', ' µs', ' ms', ' s'], step: 1_000 };
export const SIZE: Scale = { units: [' B', ' KiB', ' MiB', ' GiB', ' TiB'], step: 1_024 };
export const COUNT: Scale = { units: ['', 'k', 'M', 'G', 'T'], step: 1_000 };

/** `48.2 ns`, `1.70 KiB`, `20.7M`; no decimals for what is whole. */
export function formatScaled(value: number, scale: Scale): string {
  const { divisor, unit, decimals } = scaleOf(value, scale);
  const scaled = value / divisor;
  return `${scaled.toFixed(Number.isInteger(scaled) ? 0 : decimals)}${unit}`;
}

/** The unit that fits a value, and how many decimals three digits leave. */
export function scaleOf(value: number, { units, step }: Scale) {
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
