/** What an aggregate can be asked for: apart from what makes it, which needs arquero. */

export const AGGREGATE_OPERATORS = ['count', 'sum', 'mean', 'min', 'max', 'quantile'] as const;

export interface Aggregate {
  readonly op: (typeof AGGREGATE_OPERATORS)[number];
  /** A numeric column; for `count` any column, or none. */
  readonly column?: string;
  /** Probability of a `quantile`, 0 to 1. */
  readonly p?: number;
  /** Name of the result. Default: `count`, `mean_price`, `quantile_0.5_price`. */
  readonly as?: string;
}
