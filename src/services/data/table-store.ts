/** The tables of a data service by name, and how much they may hold together. */

import { ToolError } from '../../core/errors.ts';
import { didYouMean } from '../../core/nearest.ts';
import type { Table } from './table.ts';
import { checkSize, type TableLimits } from './table-limits.ts';

export interface StoreLimits {
  readonly maxTables: number;
  /** Rows of one table. */
  readonly maxRows: number;
  /** Rows × columns of all tables together. */
  readonly maxCells: number;
}

export class TableStore {
  readonly #limits: StoreLimits;
  readonly #tables = new Map<string, Table>();
  #cellCount = 0;

  constructor(limits: StoreLimits) {
    this.#limits = limits;
  }

  entries(): IterableIterator<[string, Table]> {
    return this.#tables.entries();
  }

  /** @throws `ToolError` naming the nearest table, when there is none of this name */
  require(name: string): Table {
    const table = this.#tables.get(name);
    if (table !== undefined) return table;
    throw new ToolError(`unknown table '${name}'.${didYouMean(name, this.#tables.keys())}`);
  }

  /** What a table that is to be kept under `name` may take, the one it replaces given back. */
  limitsFor(name: string): TableLimits {
    const { maxTables, maxRows, maxCells } = this.#limits;
    if (!this.#tables.has(name) && this.#tables.size >= maxTables) {
      throw new ToolError(`there are ${maxTables} tables, the most allowed: drop one first`);
    }
    return { maxRows, maxCells: maxCells - this.#cellCount + cells(this.#tables.get(name)) };
  }

  /** Keeps `table`, in place of the one that had the name. Throws `ToolError` over a limit. */
  set(name: string, table: Table): void {
    checkSize(table.rowCount, table.columns.size, this.limitsFor(name));
    this.#cellCount += cells(table) - cells(this.#tables.get(name));
    this.#tables.set(name, table);
  }

  /** Forgets a table. Idempotent; `false` when there was none. */
  delete(name: string): boolean {
    this.#cellCount -= cells(this.#tables.get(name));
    return this.#tables.delete(name);
  }
}

function cells(table: Table | undefined): number {
  return table === undefined ? 0 : table.rowCount * table.columns.size;
}
