/** Reading a table back: one column as values, or some rows as records. */

import {
  type Cell,
  type Column,
  type ColumnType,
  cellAt,
  requireColumn,
  sliceColumn,
  type Table,
  type Values,
} from './table.ts';

export interface ColumnSlice {
  readonly type: ColumnType;
  /** Rows of the table. */
  readonly rowCount: number;
  /** Row of the first value. */
  readonly offset: number;
  /** A copy: a `Float64Array` with `NaN` for missing numbers, or an array with `null`. */
  readonly values: Values;
}

/** A range of a column; beyond the end it is cut short. Throws `ToolError` for an unknown column. */
export function readColumn(table: Table, name: string, offset: number, limit: number): ColumnSlice {
  const column = requireColumn(table, name);
  const start = Math.min(offset, table.rowCount);
  const { type, values } = sliceColumn(column, start, start + limit);
  return { type, rowCount: table.rowCount, offset: start, values };
}

export interface RowSlice {
  readonly rowCount: number;
  readonly offset: number;
  /** Missing cells are `null`. */
  readonly rows: readonly Readonly<Record<string, Cell>>[];
  /** There are rows after these. */
  readonly truncated: boolean;
}

/** A range of rows as records of the columns `names`; without names, of all. */
export function readRows(
  table: Table,
  names: readonly string[] | undefined,
  offset: number,
  limit: number,
): RowSlice {
  const columns: [string, Column][] =
    names === undefined
      ? [...table.columns]
      : names.map((name) => [name, requireColumn(table, name)]);
  const start = Math.min(offset, table.rowCount);
  const end = Math.min(start + limit, table.rowCount);
  const rows: Record<string, Cell>[] = [];
  for (let row = start; row < end; row++) {
    const record: Record<string, Cell> = {};
    for (const [name, column] of columns) record[name] = cellAt(column, row);
    rows.push(record);
  }
  return { rowCount: table.rowCount, offset: start, rows, truncated: end < table.rowCount };
}
