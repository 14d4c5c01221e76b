/** A summary of each column: its type, what is missing, and its range or its variety. */

import { op } from 'arquero';
import { keyOf, viewOf } from './arquero-view.ts';
import { type Column, type ColumnType, countMissing, type Table } from './table.ts';

export interface ColumnSummary {
  readonly name: string;
  readonly type: ColumnType;
  /** Cells without a value. */
  readonly missing: number;
  /** Numeric columns only, as the three below; `null` when there are no values. */
  readonly min?: number | null;
  readonly max?: number | null;
  readonly mean?: number | null;
  /** Of the sample (n − 1); `null` for fewer than two values. */
  readonly stdev?: number | null;
  /** Different values, the missing one not counted; text and boolean columns only. */
  readonly distinct?: number;
}

/** Summarises every column, in the table's order. */
export function describeTable(table: Table): ColumnSummary[] {
  return [...table.columns].map(([name, column]) => ({
    name,
    type: column.type,
    missing: countMissing(column),
    ...(column.type === 'number' ? rangeOf(column.values) : { distinct: countDistinct(column) }),
  }));
}

function rangeOf(values: Float64Array) {
  const field = keyOf(0);
  const result = viewOf(values.length, [values]).rollup({
    min: op.min(field),
    max: op.max(field),
    mean: op.mean(field),
    stdev: op.stdev(field),
  });
  const value = (key: string): number | null => {
    const found: unknown = result.get(key, 0);
    return typeof found === 'number' && Number.isFinite(found) ? found : null;
  };
  return { min: value('min'), max: value('max'), mean: value('mean'), stdev: value('stdev') };
}

function countDistinct(column: Column): number {
  const values = new Set<unknown>(column.values);
  values.delete(null);
  return values.size;
}
