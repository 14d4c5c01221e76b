/**
 * The data service: tables by name, kept as columns, and the operations on them.
 *
 * An operation reads `table` and gives its result back or, with `into`, keeps it as another table:
 * a pipeline moves names, not rows. Numeric columns are `Float64Array`s and travel as they are.
 * Requests are handled one at a time, so that a pipeline sees the tables it made; the work is
 * synchronous and holds up its thread: large tables are for a service on a thread of its own.
 *
 * A missing value is `NaN` in a numeric column and `null` in the others; JSON shows both as `null`.
 */

import { requireInteger, requireKnownKeys, requireName } from '../../core/options.ts';
import {
  type CallContext,
  defineService,
  type ServiceDefinition,
  type ToolResult,
} from '../../runtime/index.ts';
import { BaseDirectory } from '../file/base-directory.ts';
import type { Aggregate } from './aggregate-request.ts';
import * as schemas from './data-schemas.ts';
import { type Condition, filterTable } from './filter.ts';
import { type HistogramRequest, histogramOf } from './histogram.ts';
import { checkSource, type LoadRequest, readSource, tableOf } from './load.ts';
import { readColumn, readRows } from './read-back.ts';
import type { SortKey } from './sort.ts';
import { columnValues, countMissing, type Table } from './table.ts';
import { TableStore } from './table-store.ts';

export interface DataServiceOptions {
  /** Directory that `load` reads files from. Default: it reads none. */
  readonly basePath?: string;
  /** Most bytes of a file. Default: 16,777,216 (16 MiB). */
  readonly maxFileBytes?: number;
  /** Tables kept at the same time. Default: 100. */
  readonly maxTables?: number;
  /** Rows of one table. Default: 1,000,000. */
  readonly maxRows?: number;
  /** Rows × columns of all tables together; a number takes 8 bytes. Default: 20,000,000. */
  readonly maxCells?: number;
  /** Requests that may wait before the next is refused with `ERR_OVERLOADED`. Default: the runtime's. */
  readonly maxMailbox?: number;
}

/** What a data service keeps; opaque outside of it. */
export interface DataServiceState {
  readonly tables: TableStore;
  readonly base: BaseDirectory | undefined;
  readonly operations: ArqueroOperations;
}

type ArqueroOperations = Awaited<ReturnType<typeof loadArqueroOperations>>;

type DataContext = CallContext<DataServiceState>;

interface TableRequest {
  readonly table: string;
}

interface ResultRequest extends TableRequest {
  readonly into?: string;
  readonly limit?: number;
}

interface RangeRequest extends TableRequest {
  readonly offset?: number;
  readonly limit?: number;
}

const READS = { readOnlyHint: true, idempotentHint: true, openWorldHint: false };
const KEEPS = { readOnlyHint: false, destructiveHint: false, idempotentHint: true };
/** Rows that a reply holds unless it says otherwise. */
const DEFAULT_LIMIT = 100;

/**
 * The service `data`: `load`, `list_tables`, `drop`, `describe`, `filter`, `sort`,
 * `group_aggregate`, `histogram`, `column` and `rows`.
 *
 * @throws `ERR_INVALID_OPTION` for an unknown or impossible option; at its start, as the cause of
 *   `ERR_SERVICE_EXIT`, when `basePath` is no directory
 */
export function dataService(options: DataServiceOptions = {}): ServiceDefinition<DataServiceState> {
  const { basePath, maxMailbox, maxFileBytes = 16 * 1024 * 1024 } = options;
  const { maxTables = 100, maxRows = 1_000_000, maxCells = 20_000_000 } = options;
  requireKnownKeys('options', options, [
    'basePath',
    'maxFileBytes',
    'maxTables',
    'maxRows',
    'maxCells',
    'maxMailbox',
  ]);
  if (basePath !== undefined) requireName('basePath', basePath);
  requireInteger('maxFileBytes', maxFileBytes, 1);
  const limits = {
    maxTables: requireInteger('maxTables', maxTables, 1),
    maxRows: requireInteger('maxRows', maxRows, 1, 2 ** 32 - 1),
    maxCells: requireInteger('maxCells', maxCells, 1),
  };
  return defineService<DataServiceState>({
    name: 'data',
    ...(maxMailbox === undefined ? {} : { maxMailbox }),
    init: async () => ({
      tables: new TableStore(limits),
      base: basePath === undefined ? undefined : await BaseDirectory.open(basePath),
      operations: await loadArqueroOperations(),
    }),
    tools: {
      load: tool('Load a table from CSV or JSON records', schemas.LOAD, KEEPS, (request, context) =>
        load(request, context.state, maxFileBytes),
      ),
      list_tables: tool('List the tables', schemas.LIST_TABLES, READS, listTables),
      drop: tool('Forget a table', schemas.DROP, KEEPS, drop),
      describe: tool('Summarise each column of a table', schemas.DESCRIBE, READS, describe),
      filter: tool('Keep the rows that meet conditions', schemas.FILTER, KEEPS, filter),
      sort: tool('Order the rows by columns', schemas.SORT, KEEPS, sort),
      group_aggregate: tool(
        'Aggregate columns over groups of rows',
        schemas.GROUP_AGGREGATE,
        KEEPS,
        aggregate,
      ),
      histogram: tool(
        'Count the values of a numeric column by bin',
        schemas.HISTOGRAM,
        READS,
        histogram,
      ),
      column: tool('Read the values of a column', schemas.COLUMN, READS, column),
      rows: tool('Read rows as records', schemas.ROWS, READS, rows),
    },
  });
}

/** Loaded by the start of a service: whoever imports the package for another one need not wait for arquero. */
async function loadArqueroOperations() {
  const [{ groupAggregate }, { describeTable }, { sortTable }] = await Promise.all([
    import('./aggregate.ts'),
    import('./describe.ts'),
    import('./sort.ts'),
  ]);
  return { groupAggregate, describeTable, sortTable };
}

function tool<TRequest>(
  description: string,
  schema: { readonly input: object; readonly output: object },
  annotations: object,
  handler: (request: TRequest, context: DataContext) => ToolResult | Promise<ToolResult>,
) {
  return {
    description,
    inputSchema: schema.input,
    outputSchema: schema.output,
    annotations,
    handler,
  };
}

function reply(text: string, structuredContent: object): ToolResult {
  return { content: [{ type: 'text', text }], structuredContent };
}

function load(
  request: LoadRequest,
  state: DataServiceState,
  maxFileBytes: number,
): ToolResult | Promise<ToolResult> {
  checkSource(request);
  const { path } = request;
  if (path === undefined) return keepLoaded(request, state);
  return readSource(request, path, state.base, maxFileBytes).then((source) =>
    keepLoaded(source, state),
  );
}

function keepLoaded(request: LoadRequest, { tables }: DataServiceState): ToolResult {
  const { table: name } = request;
  const table = tableOf(request, tables.limitsFor(name));
  tables.set(name, table);
  const columns = [...table.columns].map(([columnName, found]) => ({
    name: columnName,
    type: found.type,
    missing: countMissing(found),
  }));
  return reply(`loaded ${sizeOf(table)} as '${name}'`, {
    table: name,
    rowCount: table.rowCount,
    columns,
  });
}

function listTables(_request: object, { state }: DataContext): ToolResult {
  const tables = [...state.tables.entries()].map(([name, table]) => ({
    table: name,
    rowCount: table.rowCount,
    columnNames: [...table.columns.keys()],
  }));
  return reply(tables.map(({ table }) => table).join('\n') || 'no tables', { tables });
}

function drop({ table }: TableRequest, { state }: DataContext): ToolResult {
  const dropped = state.tables.delete(table);
  return reply(dropped ? `dropped '${table}'` : `there was no table '${table}'`, { dropped });
}

function describe({ table: name }: TableRequest, { state }: DataContext): ToolResult {
  const table = state.tables.require(name);
  const { rowCount } = table;
  return reply(`'${name}': ${sizeOf(table)}`, {
    table: name,
    rowCount,
    columns: state.operations.describeTable(table),
  });
}

function filter(
  request: ResultRequest & {
    readonly conditions: readonly Condition[];
    readonly match?: 'all' | 'any';
  },
  { state }: DataContext,
): ToolResult {
  const table = state.tables.require(request.table);
  return result(filterTable(table, request.conditions, request.match ?? 'all'), request, state);
}

function sort(
  request: ResultRequest & { readonly by: readonly SortKey[] },
  { state }: DataContext,
): ToolResult {
  const table = state.tables.require(request.table);
  return result(state.operations.sortTable(table, request.by), request, state);
}

function aggregate(
  request: ResultRequest & {
    readonly by?: readonly string[];
    readonly aggregates: readonly Aggregate[];
  },
  { state }: DataContext,
): ToolResult {
  const table = state.tables.require(request.table);
  const { groupAggregate } = state.operations;
  return result(groupAggregate(table, request.by ?? [], request.aggregates), request, state);
}

/** Keeps a table that an operation made, or returns its first rows. */
function result(table: Table, request: ResultRequest, { tables }: DataServiceState): ToolResult {
  const { into, limit = DEFAULT_LIMIT } = request;
  const { rowCount } = table;
  const columnNames = [...table.columns.keys()];
  if (into === undefined) {
    const columns = columnValues(table, limit);
    return reply(sizeOf(table), { rowCount, columnNames, columns, truncated: rowCount > limit });
  }
  tables.set(into, table);
  return reply(`${sizeOf(table)} as '${into}'`, { table: into, rowCount, columnNames });
}

function histogram(request: TableRequest & HistogramRequest, { state }: DataContext): ToolResult {
  const found = histogramOf(state.tables.require(request.table), request);
  return reply(`${found.counts.length} bins of '${request.column}'`, found);
}

function column(
  request: RangeRequest & { readonly column: string },
  { state }: DataContext,
): ToolResult {
  const { table: name, column: columnName, offset = 0, limit = Infinity } = request;
  const slice = readColumn(state.tables.require(name), columnName, offset, limit);
  return reply(`${slice.values.length} values of '${columnName}'`, {
    table: name,
    column: columnName,
    ...slice,
  });
}

function rows(
  request: RangeRequest & { readonly columns?: readonly string[] },
  { state }: DataContext,
): ToolResult {
  const { table: name, columns, offset = 0, limit = DEFAULT_LIMIT } = request;
  const slice = readRows(state.tables.require(name), columns, offset, limit);
  return reply(`${slice.rows.length} of ${slice.rowCount} rows`, { table: name, ...slice });
}

function sizeOf({ rowCount, columns }: Table): string {
  return `${rowCount} rows, ${columns.size} columns`;
}
