/**
 * A table as arquero sees it, over the same arrays.
 *
 * arquero writes column names into code that it compiles, and joins the values of group keys with
 * `|`. Names and texts come from callers, so it gets neither: columns are called `c0`, `c1`, …, and
 * where a text decides the group a number stands for it.
 */

import { table as arqueroTable, type ColumnTable } from 'arquero';
import { type Column, requireColumn, type Table } from './table.ts';

export interface ArqueroView {
  readonly view: ColumnTable;
  /** arquero's name of the column that was `names[index]`. */
  nameOf(index: number): string;
}

/** The named columns of a table; a name may be there twice. Throws `ToolError` for an unknown one. */
export function viewOf(table: Table, names: readonly string[]): ArqueroView {
  const nameOf = (index: number) => `c${index}`;
  const columns: Record<string, ArrayLike<unknown>> = {
    // arquero takes the number of rows from a column, and there may be none.
    row: new Uint8Array(table.rowCount),
  };
  for (const [index, name] of names.entries()) {
    columns[nameOf(index)] = requireColumn(table, name).values;
  }
  return { view: arqueroTable(columns), nameOf };
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
