/**
 * A table as arquero sees it, over the same arrays.
 *
 * arquero writes column names into code that it compiles, and joins the values of group keys with
 * `|`. Names and texts come from callers, so it gets neither: columns are called `c0`, `c1`, …, and
 * where a text decides the group a number stands for it.
 */

import { table as arqueroTable, type ColumnTable } from 'arquero';
import type { Column } from './table.ts';

/** arquero's name of the column at `index`. */
export function keyOf(index: number): string {
  return `c${index}`;
}

/** Columns of `rowCount` cells under the names of {@link keyOf}; a gap has no column. */
export function viewOf(
  rowCount: number,
  columns: readonly (ArrayLike<unknown> | undefined)[],
): ColumnTable {
  // arquero counts the rows of the first column, and there may be none.
  const named: Record<string, ArrayLike<unknown>> = { rows: new Uint8Array(rowCount) };
  for (const [index, values] of columns.entries()) {
    if (values !== undefined) named[keyOf(index)] = values;
  }
  return arqueroTable(named);
}

/** Numbers that are equal where the cells are, to group by. */
export function groupCodes(column: Column): ArrayLike<unknown> {
  if (column.type !== 'text') return column.values;
  const codes = new Map<string | null, number>();
  return Uint32Array.from(column.values, (text) => {
    const known = codes.get(text);
    if (known !== undefined) return known;
    codes.set(text, codes.size);
    return codes.size - 1;
  });
}
