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

/** At most `columns` values: where there are more, the means of neighbours. */
export function condensed(values: readonly number[], columns: number): number[] {
  const width = Math.min(columns, values.length);
  return Array.from({ length: width }, (_, column) => {
    const start = Math.floor((column * values.length) / width);
    const own = values.slice(start, Math.floor(((column + 1) * values.length) / width));
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  });
}
