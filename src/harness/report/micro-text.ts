/** Micro-benchmarks as text: one table a bench. */

import Table from 'cli-table3';
import type { MicroBenchRecord } from '../results/micro-record.ts';
import { type Interval, isBounded } from '../stats/bootstrap.ts';

/** A table of one bench, with its warnings below; ends with a newline. */
export function renderMicroBench(record: MicroBenchRecord): string {
  const baseline = record.tasks[0]?.ratio.to ?? '';
  const table = new Table({
    head: [record.bench, 'ns/call', '95 % interval', `× ${baseline}`, '95 % interval'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, nsPerCall, ratio } of record.tasks) {
    table.push([
      name,
      nanoseconds(nsPerCall.median),
      range(nsPerCall, nanoseconds),
      name === ratio.to ? '1' : factor(ratio.median),
      name === ratio.to ? '' : range(ratio, factor),
    ]);
  }
  const notes = [
    `${record.rounds} rounds, ${record.warmupRounds} to warm up; ratios are paired by round`,
    ...record.warnings.map((warning) => `warning: ${warning}`),
  ];
  return `${table.toString()}\n${notes.map((note) => `  ${note}\n`).join('')}`;
}

function range(interval: Interval, format: (value: number) => string): string {
  return isBounded(interval) ? `${format(interval.low)} – ${format(interval.high)}` : 'unknown';
}

function nanoseconds(value: number): string {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function factor(value: number): string {
  return value < 10 ? value.toFixed(2) : value.toFixed(1);
}
