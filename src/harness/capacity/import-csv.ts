/**
 * A table of anybody's: a row for each rate, columns by name.
 *
 *   rate,throughput,p50_ms,p99_ms,errors,cores
 *   1000,999,0.8,2.1,0,0.31
 *
 * `rate` (calls/s asked for) or `throughput` (answered) is needed. Latencies (`mean`, `p50` … `p999`, `max`) have
 * their unit in the name (`p99_us`) or in the cell (`2.1ms`); without one they are milliseconds. Further:
 * `errors` (ratio, or `0.1%`), `concurrency`, `cores` (busy), `elu` (0 to 1), `in_flight`.
 */

import { nearest } from '../../core/nearest.ts';
import {
  inOrder,
  type MeasuredSweep,
  SWEEP_QUANTILES,
  type SweepPoint,
  type SweepQuantile,
  sweepPoint,
} from './measured-sweep.ts';
import { unusable } from './read-figure.ts';

const NS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };
const PLAIN = ['rate', 'throughput', 'errors', 'concurrency', 'cores', 'elu', 'in_flight'] as const;
const LATENCIES: readonly string[] = ['mean', ...SWEEP_QUANTILES];

interface Column {
  readonly name: string;
  /** ns of one unit; 1 for what is no latency. */
  readonly factor: number;
}

/** @throws ToolrigError `ERR_USAGE` naming the line and column that cannot be used */
export function sweepOfCsv(rows: readonly (readonly string[])[], file: string): MeasuredSweep {
  const [header, ...body] = rows;
  if (header === undefined) throw unusable(file, 'line 1', 'the file is empty');
  const columns = header.map((name) => columnOf(name, file));
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw unusable(file, 'line 1', `there are two columns ${twice}`);
  if (!names.includes('rate') && !names.includes('throughput')) {
    throw unusable(file, 'line 1', "it needs a column 'rate' or 'throughput', in calls/s");
  }
  if (body.length === 0) throw unusable(file, 'line 2', 'there are no rows');
  const points = body.map((cells, index) => pointOf(cells, columns, `line ${index + 2}`, file));
  return { source: 'csv', name: file, points: inOrder(points), warnings: [] };
}

function columnOf(raw: string, file: string): Column {
  const written = raw.trim().toLowerCase();
  const [, name = written, unit = 'ms'] = /^(.+?)(?:_(ns|us|ms|s))?$/.exec(written) ?? [];
  if (LATENCIES.includes(name)) return { name, factor: NS[unit] as number };
  if (PLAIN.some((known) => known === written)) return { name: written, factor: 1 };
  const known = [...PLAIN, ...LATENCIES];
  const found = nearest(name, known);
  const hint = found === undefined ? '' : ` Did you mean '${found}'?`;
  throw unusable(file, 'line 1', `there is no column '${raw}': use ${known.join(', ')}.${hint}`);
}

function pointOf(
  cells: readonly string[],
  columns: readonly Column[],
  place: string,
  file: string,
): SweepPoint {
  if (cells.length !== columns.length) {
    throw unusable(file, place, `${cells.length} cells, but ${columns.length} columns`);
  }
  const values = new Map<string, number>();
  for (const [index, column] of columns.entries()) {
    const cell = (cells[index] as string).trim();
    if (cell !== '') values.set(column.name, figureOf(cell, column, place, file));
  }
  const rate = values.get('rate');
  const throughput = values.get('throughput') ?? rate;
  if (throughput === undefined) throw unusable(file, place, 'it has neither rate nor throughput');
  const latencyNs: Partial<Record<SweepQuantile, number>> = {};
  for (const quantile of SWEEP_QUANTILES) {
    const value = values.get(quantile);
    if (value !== undefined) latencyNs[quantile] = value;
  }
  return sweepPoint({
    offeredPerSecond: rate ?? null,
    throughputPerSecond: throughput,
    concurrency: values.get('concurrency') ?? null,
    latencyNs,
    meanNs: values.get('mean') ?? null,
    errorRatio: values.get('errors') ?? 0,
    busyCores: values.get('cores') ?? null,
    eventLoopUtilization: values.get('elu') ?? null,
    inFlight: values.get('in_flight') ?? null,
  });
}

function figureOf(cell: string, { name, factor }: Column, place: string, file: string): number {
  const [, digits, unit = ''] =
    /^(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*(ns|us|µs|ms|s|%)?$/i.exec(cell) ?? [];
  const value = digits === undefined ? Number.NaN : Number(digits);
  const scale = scaleOf(name, unit.replace('µ', 'u'), factor);
  const figure = value * (scale ?? Number.NaN);
  if (!Number.isFinite(figure)) throw unusable(file, place, `${name} cannot be '${cell}'`);
  if ((name === 'errors' || name === 'elu') && figure > 1) {
    throw unusable(file, place, `${name} is a ratio from 0 to 1 (or a %), got '${cell}'`);
  }
  return figure;
}

/** What to multiply a cell by; `undefined` when the unit does not go with the column. */
function scaleOf(name: string, unit: string, factor: number): number | undefined {
  if (unit === '') return factor;
  if (unit === '%') return name === 'errors' || name === 'elu' ? 0.01 : undefined;
  return LATENCIES.includes(name) ? NS[unit] : undefined;
}
