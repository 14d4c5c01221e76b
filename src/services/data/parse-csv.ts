/**
 * CSV to a table: RFC 4180 by csv-parse, types by {@link ColumnBuilder}.
 *
 * Lenient parsers pad short rows and cut long ones, and a shifted row then spoils every statistic
 * unseen; here such a row is an error with its number. Lines that are quite empty are skipped.
 */

import { CsvError, parse } from 'csv-parse/sync';
import { ToolError } from '../../core/errors.ts';
import { didYouMean } from '../../core/nearest.ts';
import { ColumnBuilder } from './column-builder.ts';
import type { ColumnType, Table } from './table.ts';
import { checkColumnNames, checkSize, type TableLimits } from './table-limits.ts';

export interface ParseOptions {
  /** Character between cells. Default: `,`. */
  readonly delimiter?: string;
  /** Cells that mean "no value". Default: `['']`. */
  readonly missing?: readonly string[];
  /** Types of columns by name. Default: the first value of a column decides. */
  readonly types?: Readonly<Record<string, ColumnType>>;
}

/** @throws `ToolError` naming row and column of what is wrong */
export function parseCsv(text: string, options: ParseOptions, limits: TableLimits): Table {
  const { missing = [''], types = {} } = options;
  const [header, ...rows] = readRecords(text, options.delimiter ?? ',', limits.maxRows);
  if (header === undefined) throw new ToolError('the CSV is empty: its first row names columns');
  checkColumnNames(header);
  checkDeclared(types, header);
  checkSize(rows.length, header.length, limits);
  const builders = header.map((name) => new ColumnBuilder(name, rows.length, typeFor(types, name)));
  const absent = new Set(missing);
  for (const [row, cells] of rows.entries()) {
    if (cells.length !== header.length) throw raggedRow(row, cells.length, header);
    for (const [index, builder] of builders.entries()) {
      const cell = cells[index] as string; // as many cells as columns
      if (!absent.has(cell)) builder.addText(row, cell);
    }
  }
  const columns = new Map(builders.map((builder) => [builder.name, builder.build()]));
  return { columns, rowCount: rows.length };
}

/** @throws `ToolError` when a type is declared for a column that is not there */
export function checkDeclared(types: object, names: readonly string[]): void {
  const known = new Set(names);
  for (const name of Object.keys(types)) {
    if (known.has(name)) continue;
    throw new ToolError(`types names an unknown column '${name}'.${didYouMean(name, names)}`);
  }
}

/** The type declared for a column, if one is. */
export function typeFor(
  types: Readonly<Record<string, ColumnType>>,
  name: string,
): ColumnType | undefined {
  return Object.hasOwn(types, name) ? types[name] : undefined;
}

function readRecords(text: string, delimiter: string, maxRows: number): string[][] {
  try {
    return parse(text, {
      bom: true,
      delimiter,
      relax_column_count: true,
      skip_empty_lines: true,
      to: maxRows + 2, // the header, and one row that is too many
    });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const { records, column } = cause;
    const where = typeof column === 'number' ? `, column ${column + 1}` : '';
    throw new ToolError(`row ${String(records)}${where} is no CSV: ${cause.message}`, { cause });
  }
}

function raggedRow(row: number, found: number, header: readonly string[]): ToolError {
  const where =
    found < header.length
      ? `nothing for column '${header[found]}'`
      : `cell ${header.length + 1} is beyond the last column '${header.at(-1)}'`;
  return new ToolError(
    `row ${row + 1} has ${found} cells and the header ${header.length}: ${where}`,
  );
}
