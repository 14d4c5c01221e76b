/**
 * A table: named columns of one length, each of one type.
 *
 *   number    Float64Array             missing: NaN
 *   text      (string | null)[]        missing: null
 *   boolean   (boolean | null)[]       missing: null
 *
 * Numbers are finite or missing, so `NaN` has one meaning and arithmetic may skip it. A table is
 * never changed: every operation makes a new one, and what leaves the service is a copy, because a
 * reply belongs to the caller, who may change it or transfer its buffers to another thread.
 */

import { ToolError } from '../../core/errors.ts';
import { didYouMean } from '../../core/nearest.ts';

export type ColumnType = 'number' | 'text' | 'boolean';
export type Cell = number | string | boolean | null;
export type Values = Float64Array | (string | null)[] | (boolean | null)[];

export type Column =
  | { readonly type: 'number'; readonly values: Float64Array }
  | { readonly type: 'text'; readonly values: (string | null)[] }
  | { readonly type: 'boolean'; readonly values: (boolean | null)[] };

export interface Table {
  readonly columns: ReadonlyMap<string, Column>;
  readonly rowCount: number;
}

/** @throws `ToolError` naming the nearest column, when the table has no such column */
export function requireColumn(table: Table, name: string): Column {
  const column = table.columns.get(name);
  if (column !== undefined) return column;
  throw new ToolError(`unknown column '${name}'.${didYouMean(name, table.columns.keys())}`);
}

/** @throws `ToolError` when the column is missing or not numeric */
export function requireNumbers(table: Table, name: string, purpose: string): Float64Array {
  const column = requireColumn(table, name);
  if (column.type === 'number') return column.values;
  throw new ToolError(`${purpose} needs a numeric column; '${name}' holds ${column.type}`);
}

/** The value of a cell; `null` when it is missing. */
export function cellAt(column: Column, row: number): Cell {
  const value = column.values[row];
  return value === undefined || Number.isNaN(value) ? null : value;
}

/** How many cells are missing. Walks the column. */
export function countMissing(column: Column): number {
  let missing = 0;
  for (let row = 0; row < column.values.length; row++) if (cellAt(column, row) === null) missing++;
  return missing;
}

/** Copies of the values in [`start`, `end`). */
export function sliceColumn(column: Column, start: number, end: number): Column {
  if (column.type === 'number') return { type: 'number', values: column.values.slice(start, end) };
  if (column.type === 'text') return { type: 'text', values: column.values.slice(start, end) };
  return { type: 'boolean', values: column.values.slice(start, end) };
}

/** The rows of `table` that `rows` names, in that order. */
export function takeRows(table: Table, rows: Uint32Array): Table {
  const columns = new Map<string, Column>();
  for (const [name, column] of table.columns) columns.set(name, takeCells(column, rows));
  return { columns, rowCount: rows.length };
}

/** The first rows as values by column name, for a reply. */
export function columnValues(table: Table, limit: number): Record<string, Values> {
  return Object.fromEntries(
    [...table.columns].map(([name, column]) => [name, sliceColumn(column, 0, limit).values]),
  );
}

/** The cells of `column` that `rows` names, in that order. */
export function takeCells(column: Column, rows: Uint32Array): Column {
  if (column.type === 'number') {
    const values = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) values[i] = column.values[rows[i] as number] as number;
    return { type: 'number', values };
  }
  if (column.type === 'text') return { type: 'text', values: pick(column.values, rows) };
  return { type: 'boolean', values: pick(column.values, rows) };
}

function pick<T>(values: readonly (T | null)[], rows: Uint32Array): (T | null)[] {
  return Array.from(rows, (row) => values[row] ?? null);
}
