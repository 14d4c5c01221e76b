/**
 * Aggregates of groups: one row for each combination of values in the `by` columns, in the order
 * in which they first appear; without `by`, one row for the whole table.
 *
 * Missing cells are left out of every aggregate, and a group without any value has a missing
 * result; a missing key is a group of its own. `count` counts rows or, given a column, the cells
 * that are present. `quantile` interpolates linearly between the closest ranks (Hyndman & Fan,
 * "Sample Quantiles in Statistical Packages", 1996, type 7).
 */

import { table as arqueroTable, type ColumnTable, op } from 'arquero';
import { ToolError } from '../../core/errors.ts';
import { groupCodes } from './arquero-view.ts';
import { type Column, requireColumn, requireNumbers, type Table, takeCells } from './table.ts';
import { checkColumnNames } from './table-limits.ts';

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

/** @throws `ToolError` for unknown or unsuitable columns, names twice, and results that overflow */
export function groupAggregate(
  table: Table,
  by: readonly string[],
  aggregates: readonly Aggregate[],
): Table {
  const names = aggregates.map(nameOf);
  checkColumnNames([...by, ...names]);
  const view = groupedView(table, by, aggregates);
  const { rows } = view.groups() ?? { rows: [0] };
  const columns = new Map<string, Column>();
  for (const name of by) {
    columns.set(name, takeCells(requireColumn(table, name), Uint32Array.from(rows)));
  }
  const result = view.rollup(
    Object.fromEntries(
      aggregates.map((aggregate, index) => [`r${index}`, reduce(aggregate, index)]),
    ),
  );
  for (const [index, name] of names.entries()) {
    const values = result.array(`r${index}`, Float64Array) as Float64Array;
    if (values.some((value) => value === Infinity || value === -Infinity)) {
      throw new ToolError(`${name} is beyond ±${Number.MAX_VALUE} in at least one group`);
    }
    columns.set(name, { type: 'number', values });
  }
  return { columns, rowCount: result.numRows() };
}

/** The columns under names of our own: `k…` to group by, `v…` to aggregate. */
function groupedView(
  table: Table,
  by: readonly string[],
  aggregates: readonly Aggregate[],
): ColumnTable {
  const columns: Record<string, ArrayLike<unknown>> = { row: new Uint8Array(table.rowCount) };
  for (const [index, name] of by.entries()) {
    columns[`k${index}`] = groupCodes(requireColumn(table, name));
  }
  for (const [index, aggregate] of aggregates.entries()) {
    const values = valuesFor(table, aggregate);
    if (values !== undefined) columns[`v${index}`] = values;
  }
  const view = arqueroTable(columns);
  return by.length === 0 ? view : view.groupby(...by.map((_name, index) => `k${index}`));
}

function valuesFor(table: Table, { op: operator, column }: Aggregate) {
  if (operator !== 'count') {
    if (column === undefined) throw new ToolError(`${operator} needs a column`);
    return requireNumbers(table, column, operator);
  }
  return column === undefined ? undefined : requireColumn(table, column).values;
}

function reduce({ op: operator, column, p }: Aggregate, index: number) {
  const field = `v${index}`;
  if (operator === 'count') return column === undefined ? op.count() : op.valid(field);
  if (operator !== 'quantile') return op[operator](field);
  if (p === undefined) throw new ToolError('quantile needs p, a probability from 0 to 1');
  return op.quantile(field, p);
}

function nameOf({ op: operator, column, p, as }: Aggregate): string {
  if (as !== undefined) return as;
  const prefix = operator === 'quantile' ? `quantile_${p}` : operator;
  return column === undefined ? prefix : `${prefix}_${column}`;
}
