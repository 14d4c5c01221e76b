/**
 * Columns handed over natively to a table: copied, because what a caller passes is the caller's
 * again as soon as the service has replied. In a typed array `NaN` is a missing value.
 */

import { ToolError } from '../../core/errors.ts';
import { ColumnBuilder } from './column-builder.ts';
import type { Column, Table } from './table.ts';
import { checkColumnNames, checkSize, type TableLimits } from './table-limits.ts';

/** @throws `ToolError` for columns of different lengths and values that are no cells */
export function copyColumns(
  given: Readonly<Record<string, ArrayLike<unknown>>>,
  limits: TableLimits,
): Table {
  const entries = Object.entries(given);
  checkColumnNames(entries.map(([name]) => name));
  const rowCount = entries[0]?.[1].length ?? 0;
  checkSize(rowCount, entries.length, limits);
  const columns = new Map<string, Column>();
  for (const [name, values] of entries) {
    if (values.length !== rowCount) {
      throw new ToolError(
        `column '${name}' has ${values.length} rows and '${entries[0]?.[0]}' ${rowCount}: ` +
          'all columns must be of one length',
      );
    }
    columns.set(name, copyColumn(name, values));
  }
  return { columns, rowCount };
}

function copyColumn(name: string, given: ArrayLike<unknown>): Column {
  if (!ArrayBuffer.isView(given)) {
    const builder = new ColumnBuilder(name, given.length, undefined);
    for (let row = 0; row < given.length; row++) builder.addValue(row, given[row]);
    return builder.build();
  }
  const values = Float64Array.from(given as ArrayLike<number>);
  const row = values.findIndex((value) => value === Infinity || value === -Infinity);
  if (row === -1) return { type: 'number', values };
  throw new ToolError(`row ${row + 1}, column '${name}': ${values[row]} is not a finite number`);
}
