/**
 * JSON records to a table: an array of flat objects, their keys the columns.
 *
 * A key that a record lacks is a missing cell, as is `null`; the columns are the keys of all
 * records in the order of their first appearance. A nested value is an error with row and column.
 */

import { inspect } from 'node:util';
import { ToolError } from '../../core/errors.ts';
import { ColumnBuilder } from './column-builder.ts';
import { checkDeclared, type ParseOptions, typeFor } from './parse-csv.ts';
import type { Column, Table } from './table.ts';
import { checkColumnNames, checkSize, type TableLimits } from './table-limits.ts';

type Options = Pick<ParseOptions, 'missing' | 'types'>;

/** @throws `ToolError` when the text is no JSON array of flat objects */
export function parseJsonRecords(text: string, options: Options, limits: TableLimits): Table {
  let records: unknown;
  try {
    records = JSON.parse(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new ToolError(`the text is no JSON: ${cause.message}`, { cause });
  }
  if (Array.isArray(records)) return tableOfRecords(records, options, limits);
  throw new ToolError('the JSON is no array: records are [{ column: value, … }, …]');
}

/** As {@link parseJsonRecords}, for records that are values already. */
export function tableOfRecords(
  records: readonly unknown[],
  options: Options,
  limits: TableLimits,
): Table {
  const { missing = [], types = {} } = options;
  const names = columnNames(records, limits);
  checkColumnNames(names);
  checkDeclared(types, names);
  const columns = new Map<string, Column>();
  for (const name of names) {
    const builder = new ColumnBuilder(name, records.length, typeFor(types, name));
    for (let row = 0; row < records.length; row++) {
      const record = records[row] as Record<string, unknown>;
      if (!Object.hasOwn(record, name)) continue;
      const value = record[name];
      if (typeof value !== 'string' || !missing.includes(value)) builder.addValue(row, value);
    }
    columns.set(name, builder.build());
  }
  return { columns, rowCount: records.length };
}

function columnNames(records: readonly unknown[], limits: TableLimits): string[] {
  checkSize(records.length, 1, limits);
  const names = new Set<string>();
  for (const [row, record] of records.entries()) {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      throw new ToolError(`row ${row + 1} is no object: ${inspect(record, { depth: 0 })}`);
    }
    for (const name of Object.keys(record)) names.add(name);
    // At once, not at the end: every row may bring new columns.
    checkSize(records.length, names.size, limits);
  }
  return [...names];
}
