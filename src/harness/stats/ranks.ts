/** Ranks of values, the ground that the rank tests stand on. */

/** Ranks, and what ties among them take away from the variance of a rank sum. */
export interface Ranking {
  /** From 1 for the smallest, in the order of the values; tied ones share the mean of their ranks. */
  readonly ranks: readonly number[];
  /** Sum of t³ − t over groups of t tied values; 0 when no two are equal. */
  readonly tieSum: number;
}

export function rankValues(values: readonly number[]): Ranking {
  const order = values.map((_, index) => index);
  order.sort((a, b) => (values[a] as number) - (values[b] as number));
  const ranks = values.map(() => 0);
  let tieSum = 0;
  let start = 0;
  while (start < order.length) {
    const value = values[order[start] as number];
    let end = start + 1;
    while (end < order.length && values[order[end] as number] === value) end++;
    const tied = end - start;
    for (const index of order.slice(start, end)) ranks[index] = (start + 1 + end) / 2;
    tieSum += tied ** 3 - tied;
    start = end;
  }
  return { ranks, tieSum };
}
