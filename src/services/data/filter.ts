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
  const rows = new Uint32Array(table.rowCount);
  let kept = 0;
  for (let row = 0; row < table.rowCount; row++) {
    const holds = ({ column, test }: (typeof tests)[number]) => test(cellAt(column, row));
    if (match === 'all' ? tests.every(holds) : tests.some(holds)) rows[kept++] = row;
  }
  return takeRows(table, rows.subarray(0, kept));
}

function compileTest(column: Column, condition: Condition): Test {
  const { op, value } = condition;
  switch (op) {
    case 'missing':
      requireNoValue(condition);
      return (cell) => cell === null;
    case 'present':
      requireNoValue(condition);
      return (cell) => cell !== null;
    case 'in': {
      if (!isList(value)) throw unsuitable(condition, 'an array');
      const wanted = new Set(Array.from(value, (one) => suited(column, condition, one)));
      return (cell) => cell !== null && wanted.has(cell);
    }
    case 'contains': {
      const part = suited(column, condition, value);
      if (typeof part !== 'string') throw unsuitable(condition, 'a column of text');
      return (cell) => typeof cell === 'string' && cell.includes(part);
    }
    case 'eq':
    case 'ne':
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return comparison(op, suited(column, condition, value));
  }
}

function comparison(op: 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte', value: Present): Test {
  switch (op) {
    case 'eq':
      return (cell) => cell === value;
    case 'ne':
      return (cell) => cell !== null && cell !== value;
    case 'lt':
      return (cell) => cell !== null && cell < value;
    case 'lte':
      return (cell) => cell !== null && cell <= value;
    case 'gt':
      return (cell) => cell !== null && cell > value;
    case 'gte':
      return (cell) => cell !== null && cell >= value;
  }
}

function suited(column: Column, condition: Condition, value: unknown): Present {
  const wanted = column.type === 'text' ? 'string' : column.type;
  if (typeof value !== wanted) throw unsuitable(condition, `a ${wanted}`, value);
  return value as Present;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

function requireNoValue(condition: Condition): void {
  if (condition.value !== undefined) throw unsuitable(condition, 'no value');
}

function unsuitable(
  { column, op, value }: Condition,
  wanted: string,
  given: unknown = value,
): ToolError {
  return new ToolError(`'${op}' on column '${column}' needs ${wanted}, got ${inspect(given)}`);
}
