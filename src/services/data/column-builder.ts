/**
 * Builds one column, cell by cell, and holds it to one type.
 *
 * The first cell that is present decides the type, unless it was given; a later cell of another
 * type is an error that names its row and column, never a silent conversion. A column without any
 * value is text. Rows count from 1, the header not included.
 *
 * In CSV everything is text, so a cell is read: `-1.5e3` is a number, `true` and `false` are
 * booleans. Digits after a leading zero are text: a postal code is no number.
 */

import { inspect } from 'node:util';
import { ToolError } from '../../core/errors.ts';
import type { Column, ColumnType } from './table.ts';

const NUMBER = /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** As above, where the column is declared a number and leading zeros do not matter. */
const DECLARED_NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

export class ColumnBuilder {
  readonly name: string;
  readonly #rowCount: number;
  readonly #declared: ColumnType | undefined;
  #column: Column | undefined;
  /** Row that decided the type. */
  #decidedAt = 0;

  constructor(name: string, rowCount: number, declared: ColumnType | undefined) {
    this.name = name;
    this.#rowCount = rowCount;
    this.#declared = declared;
    if (declared !== undefined) this.#column = emptyColumn(declared, rowCount);
  }

  /** Sets the cell of `row` (from 0) to what `text` reads as. */
  addText(row: number, text: string): void {
    const type = this.#column?.type ?? typeOfText(text);
    if (type === 'text') return this.addValue(row, text);
    const trimmed = text.trim();
    if (type === 'boolean') {
      if (trimmed !== 'true' && trimmed !== 'false') throw this.#mismatch(row, text);
      return this.addValue(row, trimmed === 'true');
    }
    if (!DECLARED_NUMBER.test(trimmed)) throw this.#mismatch(row, text);
    return this.addValue(row, Number(trimmed));
  }

  /** Sets the cell of `row` (from 0); `null` and `undefined` leave it missing. */
  addValue(row: number, value: unknown): void {
    if (value === null || value === undefined) return;
    const type = typeOfValue(value);
    if (type === undefined) throw this.#bad(row, `${inspect(value, { depth: 0 })} is no value`);
    if (this.#column === undefined) {
      this.#column = emptyColumn(type, this.#rowCount);
      this.#decidedAt = row + 1;
    }
    const column = this.#column;
    if (column.type !== type) throw this.#mismatch(row, value);
    if (type === 'number' && !Number.isFinite(value)) {
      throw this.#bad(row, `${inspect(value)} is not a finite number`);
    }
    column.values[row] = value as never; // `type` says that it fits
  }

  /** The column; cells never set are missing. */
  build(): Column {
    return this.#column ?? emptyColumn('text', this.#rowCount);
  }

  #mismatch(row: number, value: unknown): ToolError {
    const type = this.#column?.type ?? 'number';
    const since =
      this.#declared === undefined ? `holds ${type} since row ${this.#decidedAt}` : `is ${type}`;
    return this.#bad(
      row,
      `${inspect(value)} does not fit: the column ${since}. Correct the cell, list it under ` +
        "missing, or declare the column in types, as in { price: 'text' }",
    );
  }

  #bad(row: number, what: string): ToolError {
    return new ToolError(`row ${row + 1}, column '${this.name}': ${what}`);
  }
}

function emptyColumn(type: ColumnType, rowCount: number): Column {
  if (type === 'number') return { type, values: new Float64Array(rowCount).fill(Number.NaN) };
  return { type, values: Array.from({ length: rowCount }, () => null) };
}

function typeOfText(text: string): ColumnType {
  const trimmed = text.trim();
  if (trimmed === 'true' || trimmed === 'false') return 'boolean';
  return NUMBER.test(trimmed) ? 'number' : 'text';
}

function typeOfValue(value: unknown): ColumnType | undefined {
  if (typeof value === 'number') return 'number';
  if (typeof value === 'string') return 'text';
  return typeof value === 'boolean' ? 'boolean' : undefined;
}
