/** Figures of charts in words, the same in the table below a chart and at its axes. */

import { COUNT, formatScaled, SIZE, TIME } from '../scaled-number.ts';

/** What the values of an axis are; `tail`: 1 / (1 − p), shown as percentiles; `whole`: numbers of something that is counted. */
export type AxisUnit =
  | 'ns'
  | 'seconds'
  | 'per second'
  | 'bytes'
  | 'times'
  | 'tail'
  | 'number'
  | 'whole';

/** `1.64 ms`, `×2.10`, `p99.9` … */
export function formatAxis(value: number, unit: AxisUnit): string {
  switch (unit) {
    case 'ns':
      return formatScaled(value, TIME);
    case 'seconds':
      return value === 0 ? '0 s' : formatScaled(value * 1e9, TIME);
    case 'per second':
      return `${formatScaled(value, COUNT)}/s`;
    case 'bytes':
      return formatScaled(value, SIZE);
    case 'times':
      return value >= 1 || value <= 0
        ? `×${formatScaled(value, COUNT)}`
        : `÷${formatScaled(1 / value, COUNT)}`;
    case 'tail':
      return percentileName(value);
    case 'number':
    case 'whole':
      return formatScaled(value, COUNT);
  }
}

/** `p50` for 2, `p99.9` for 1,000: as many nines as it takes. */
function percentileName(tail: number): string {
  const decimals = Math.max(0, Math.ceil(Math.log10(tail) - 1e-9) - 2);
  return `p${Number((100 * (1 - 1 / tail)).toFixed(decimals))}`;
}
