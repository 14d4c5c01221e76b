/**
 * Sorting by one or more columns: stable, text by UTF-16 code units, `false` before `true`. A
 * missing cell counts as less than any value: first in ascending order, last in descending.
 */

import { desc } from 'arquero';
import { keyOf, viewOf } from './arquero-view.ts';
import { requireColumn, type Table, takeRows } from './table.ts';

export interface SortKey {
  readonly column: string;
  /** Default: `'ascending'`. */
  readonly order?: 'ascending' | 'descending';
}

/** The table in another order. Throws `ToolError` for an unknown column. */
export function sortTable(table: Table, keys: readonly SortKey[]): Table {
  const view = viewOf(
    table.rowCount,
    keys.map(({ column }) => requireColumn(table, column).values),
  );
  const order = keys.map(({ order: direction }, index) =>
    direction === 'descending' ? desc(keyOf(index)) : keyOf(index),
  );
  return takeRows(table, Uint32Array.from(view.orderby(...order).indices()));
}
