/** A line of text that shows how a figure went: `▁▃▂▇`. */

const LEVELS = '▁▂▃▄▅▆▇█';

/** One character a value, from the lowest to the highest; a space where there is none. */
export function sparkline(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined);
  const low = Math.min(...known);
  const range = Math.max(...known) - low;
  return values
    .map((value) => {
      if (value === undefined) return ' ';
      // All the same: in the middle, since it is neither low nor high.
      const share = range > 0 ? (value - low) / range : 0.5;
      return LEVELS.charAt(Math.min(LEVELS.length - 1, Math.floor(share * LEVELS.length)));
    })
    .join('');
}
