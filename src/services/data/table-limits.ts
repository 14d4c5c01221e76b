/** How large one table may be, and the check of its shape before memory is taken for it. */

import { ToolError } from '../../core/errors.ts';

export interface TableLimits {
  readonly maxRows: number;
  /** Rows × columns that may still be taken. */
  readonly maxCells: number;
}

/** @throws `ToolError` for a name that is empty, twice there or unusable as a key of a reply */
export function checkColumnNames(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    if (name === '') throw new ToolError(`column ${index + 1} has no name`);
    if (name === '__proto__') throw new ToolError("a column cannot be named '__proto__'");
    if (seen.has(name)) throw new ToolError(`two columns are named '${name}'`);
    seen.add(name);
  }
}

/** @throws `ToolError` when a table of this size is over a limit */
export function checkSize(rowCount: number, columnCount: number, limits: TableLimits): void {
  if (rowCount > limits.maxRows) {
    throw new ToolError(`more than ${limits.maxRows} rows: load fewer, or raise maxRows`);
  }
  if (rowCount * columnCount > limits.maxCells) {
    throw new ToolError(
      `${rowCount} rows × ${columnCount} columns are more than the ${limits.maxCells} cells ` +
        'that are left: drop tables, load less, or raise maxCells',
    );
  }
}
