/**
 * Where a table comes from: CSV or JSON text, a file of such text, records, or columns.
 */

import { ToolError, ToolrigError } from '../../core/errors.ts';
import type { BaseDirectory } from '../file/base-directory.ts';
import { readBytes, textOf } from '../file/read-file.ts';
import { copyColumns } from './copy-columns.ts';
import { type ParseOptions, parseCsv } from './parse-csv.ts';
import { parseJsonRecords, tableOfRecords } from './parse-records.ts';
import type { Table } from './table.ts';
import type { TableLimits } from './table-limits.ts';

/** Exactly one of `text`, `path`, `records` and `columns` is to be given. */
export interface LoadRequest extends ParseOptions {
  /** Name to keep the table under; one that has it is replaced. */
  readonly table: string;
  readonly text?: string;
  /** File relative to the service's base directory. */
  readonly path?: string;
  readonly records?: readonly unknown[];
  readonly columns?: Readonly<Record<string, ArrayLike<unknown>>>;
  /** Default: by the ending of `path`; required with `text`. */
  readonly format?: 'csv' | 'json';
}

/** @throws `ERR_INVALID_PARAMS` when not exactly one source is given */
export function checkSource(request: LoadRequest): void {
  const sources = ['text', 'path', 'records', 'columns'] as const;
  const given = sources.filter((source) => request[source] !== undefined);
  if (given.length === 1) return;
  throw new ToolrigError(
    'ERR_INVALID_PARAMS',
    `load needs one of ${sources.join(', ')}; got ${given.join(' and ') || 'none'}`,
  );
}

/** A table of what the request itself holds. Throws `ToolError` naming row and column. */
export function tableOf(request: LoadRequest, limits: TableLimits): Table {
  const { text = '', records, columns } = request;
  if (columns !== undefined) return copyColumns(columns, limits);
  if (records !== undefined) return tableOfRecords(records, request, limits);
  if (request.format === 'csv') return parseCsv(text, request, limits);
  if (request.format === 'json') return parseJsonRecords(text, request, limits);
  throw new ToolError("text needs a format: 'csv' or 'json'");
}

/** The request with the text of its file in place of the path. */
export async function readSource(
  request: LoadRequest,
  path: string,
  base: BaseDirectory | undefined,
  maxFileBytes: number,
): Promise<LoadRequest> {
  if (base === undefined) {
    throw new ToolError('this service reads no files: it was started without a basePath');
  }
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  const format = request.format ?? (ending === 'json' || ending === 'csv' ? ending : undefined);
  if (format === undefined) {
    throw new ToolError(`'${path}' ends in neither .csv nor .json: give a format`);
  }
  const { text } = textOf(await readBytes(base, path, {}, maxFileBytes));
  return { ...request, text, format };
}
