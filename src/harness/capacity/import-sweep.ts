/** Reads a sweep in whichever format it is: k6, autocannon, wrk or CSV. The content tells, not the name. */

import { CsvError, parse } from 'csv-parse/sync';
import { sweepOfAutocannon } from './import-autocannon.ts';
import { sweepOfCsv } from './import-csv.ts';
import { sweepOfK6Csv, sweepOfK6Json, sweepOfK6Summary } from './import-k6.ts';
import { sweepOfWrk } from './import-wrk.ts';
import { inOrder, type MeasuredSweep } from './measured-sweep.ts';
import { lookUp, parseJson, unusable } from './read-figure.ts';

/**
 * The sweep in a text.
 *
 * @param file - its name, for messages
 * @throws ToolrigError `ERR_USAGE` with the line or the figure that cannot be used
 */
export function parseSweep(text: string, file: string): MeasuredSweep {
  // A mark of the byte order is not part of the text.
  const content = text.replace(/^\uFEFF/, '');
  if (content.trim() === '') throw unusable(file, 'line 1', 'the file is empty');
  if (/^\s*[[{]/.test(content)) return sweepOfJson(content, file);
  if (/^Running .* test @/m.test(content)) return sweepOfWrk(content, file);
  const rows = rowsOf(content, file);
  const isK6 = rows[0]?.includes('metric_name') === true && rows[0].includes('metric_value');
  return isK6 ? sweepOfK6Csv(rows, file) : sweepOfCsv(rows, file);
}

/** One sweep of several, such as a file for each rate. */
export function mergeSweeps(sweeps: readonly [MeasuredSweep, ...MeasuredSweep[]]): MeasuredSweep {
  const [first] = sweeps;
  return {
    source: first.source,
    name: sweeps.map(({ name }) => name).join(', '),
    points: inOrder(sweeps.flatMap(({ points }) => points)),
    warnings: [...new Set(sweeps.flatMap(({ warnings }) => warnings))],
  };
}

function sweepOfJson(content: string, file: string): MeasuredSweep {
  // A line that is a JSON object by itself, with more after it: samples, one a line.
  if (/^\s*\{[^\n]*\}\s*\n\s*\{/.test(content)) return sweepOfK6Json(content, file);
  const value = parseJson(content, file);
  if (lookUp(value, ['metrics']) !== undefined) return sweepOfK6Summary(value, file);
  const run = Array.isArray(value) ? (value as unknown[])[0] : value;
  if (lookUp(run, ['requests']) !== undefined) return sweepOfAutocannon(value, file);
  throw unusable(
    file,
    'line 1',
    "it is neither a summary of k6 (no 'metrics') nor a result of autocannon (no 'requests')",
  );
}

function rowsOf(content: string, file: string): readonly (readonly string[])[] {
  try {
    return parse(content, { relax_column_count: true, skip_empty_lines: true, trim: true });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw unusable(file, 'as a table', `it is no CSV: ${cause.message}`);
  }
}
