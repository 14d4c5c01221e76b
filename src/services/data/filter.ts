/**
 * Filtering by conditions that are data – column, operator, value – and never code.
 *
 * A comparison with a missing cell is false, `ne` included, as in SQL: only `missing` finds it.
 * Text is compared by UTF-16 code units. A value must have its column's type.
 */

import { inspect } from 'node:util';
import { ToolError } from '../../core/errors.ts';
import { type Cell, type Column, cellAt, requireColumn, type Table, takeRows } from './table.ts';

export const OPERATORS = [
  'eq',
  'ne',
  'lt',
  'lte',
  'gt',
  'gte',
  'in',
  'contains',
  'missing',
  'present',
] as const;

export interface Condition {
  readonly column: string;
  readonly op: (typeof OPERATORS)[number];
  /** An array for `in`; none for `missing` and `present`. */
  readonly value?: unknown;
}

type Present = Exclude<Cell, null>;
type Test = (cell: Cell) => boolean;

const COMPARISONS = {
  eq: (cell: Present, value: Present) => cell === value,
  ne: (cell: Present, value: Present) => cell !== value,
  lt: (cell: Present, value: Present) => cell < value,
  lte: (cell: Present, value: Present) => cell <= value,
  gt: (cell: Present, value: Present) => cell > value,
  gte: (cell: Present, value: Present) => cell >= value,
};

/**
 * The rows for which all of the conditions hold, or any of them.
 *
 * @throws `ToolError` for an unknown column and a value that does not suit column and operator
 */
export function filterTable(
  table: Table,
  conditions: readonly Condition[],
  match: 'all' | 'any',
): Table {
  const tests = conditions.map((condition) => {
    const column = requireColumn(table, condition.column);
    return { column, test: compileTest(column, condition) };
  });
  // One condition that holds decides `any`, one that does not decides `all`.
  const decisive = match === 'any';
  const rows = new Uint32Array(table.rowCount);
  let kept = 0;
  for (let row = 0; row < table.rowCount; row++) {
    let isKept = !decisive;
    for (const { column, test } of tests) {
      if (test(cellAt(column, row)) === decisive) {
        isKept = decisive;
        break;
      }
    }
    if (isKept) rows[kept++] = row;
  }
  return takeRows(table, rows.subarray(0, kept));
}

function compileTest(column: Column, condition: Condition): Test {
  const { op, value } = condition;
  if (op === 'missing' || op === 'present') {
    if (value !== undefined) throw unsuitable(condition, 'no value');
    return op === 'missing' ? (cell) => cell === null : (cell) => cell !== null;
  }
  if (op === 'in') {
    if (!isList(value)) throw unsuitable(condition, 'an array');
    const wanted = new Set(Array.from(value, (one) => suited(column, condition, one)));
    return (cell) => cell !== null && wanted.has(cell);
  }
  const given = suited(column, condition, value);
  if (op === 'contains') {
    if (typeof given !== 'string') throw unsuitable(condition, 'a column of text');
    return (cell) => typeof cell === 'string' && cell.includes(given);
  }
  const compare = COMPARISONS[op];
  return (cell) => cell !== null && compare(cell, given);
}

function suited(column: Column, condition: Condition, value: unknown): Present {
  const wanted = column.type === 'text' ? 'string' : column.type;
  const isPlain =
    typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean';
  if (isPlain && typeof value === wanted) return value;
  throw unsuitable(condition, `a ${wanted}`, value);
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

function unsuitable(
  { column, op, value }: Condition,
  wanted: string,
  given: unknown = value,
): ToolError {
  return new ToolError(`'${op}' on column '${column}' needs ${wanted}, got ${inspect(given)}`);
}
