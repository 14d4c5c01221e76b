/**
 * Aggregates of groups: one row for each combination of values in the `by` columns, in the order
 * in which they first appear; without `by`, one row for the whole table.
 *
 * Missing cells are left out of every aggregate, and a group without any value has a missing
 * result; a missing key is a group of its own. `count` counts rows or, given a column, the cells
 * that are present. `quantile` interpolates linearly between the closest ranks (Hyndman & Fan,
 * "Sample Quantiles in Statistical Packages", 1996, type 7).
 */

import { op } from 'arquero';
import { ToolError } from '../../core/errors.ts';
import type { Aggregate } from './aggregate-request.ts';
import { groupCodes, keyOf, viewOf } from './arquero-view.ts';
import { type Column, requireColumn, requireNumbers, type Table, takeCells } from './table.ts';
import { checkColumnNames } from './table-limits.ts';

/** @throws `ToolError` for unknown or unsuitable columns, names twice, and results that overflow */
export function groupAggregate(
  table: Table,
  by: readonly string[],
  aggregates: readonly Aggregate[],
): Table {
  const names = aggregates.map(nameOf);
  checkColumnNames([...by, ...names]);
  const keys = by.map((name) => requireColumn(table, name));
  const view = viewOf(table.rowCount, [
    ...keys.map(groupCodes),
    ...aggregates.map((aggregate) => valuesFor(table, aggregate)),
  ]);
  const groups = by.length === 0 ? view : view.groupby(...by.map((_, index) => keyOf(index)));
  const result = groups.rollup(
    Object.fromEntries(
      aggregates.flatMap((aggregate, index) => {
        const field = keyOf(by.length + index);
        const present = aggregate.column === undefined ? op.count() : op.valid(field);
        return [
          [keyOf(index), expressionOf(aggregate, field)],
          [`present${index}`, present],
        ];
      }),
    ),
  );
  // A group's key is that of its first row.
  const firstRows = Uint32Array.from(groups.groups()?.rows ?? []);
  // arquero has one row for no groups; only a table that is not grouped is to have it.
  const rowCount = by.length === 0 ? 1 : firstRows.length;
  const columns = new Map<string, Column>();
  for (const [index, key] of keys.entries()) {
    columns.set(by[index] ?? '', takeCells(key, firstRows));
  }
  for (const [index, name] of names.entries()) {
    const values = Float64Array.from(result.array(keyOf(index))).slice(0, rowCount);
    const present = result.array(`present${index}`);
    if (values.some((value, group) => !Number.isFinite(value) && present[group] > 0)) {
      throw new ToolError(`${name} goes beyond ±${Number.MAX_VALUE} in at least one group`);
    }
    columns.set(name, { type: 'number', values });
  }
  return { columns, rowCount };
}

function valuesFor(
  table: Table,
  { op: operator, column }: Aggregate,
): ArrayLike<unknown> | undefined {
  if (operator === 'count') {
    return column === undefined ? undefined : requireColumn(table, column).values;
  }
  if (column === undefined) throw new ToolError(`${operator} needs a column`);
  return requireNumbers(table, column, operator);
}

/** Outside of an expression arquero's operators make one; their types tell of the inside. */
function expressionOf({ op: operator, column, p }: Aggregate, field: string): object | number {
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
