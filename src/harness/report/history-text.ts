/** A history as text: a line for each series, and below it the change points. */

import Table from 'cli-table3';
import type { History, HistoryChange, HistoryMetric, HistorySeries } from '../compare/history.ts';
import { inertText } from './plain-text.ts';
import { condensed, sparkline } from './sparkline.ts';
import { formatBytes, formatNs, formatShort } from './units.ts';

const SPARKLINE_COLUMNS = 40;
const COMMIT_LENGTH = 7;
const TITLES: Readonly<Record<HistoryMetric, string>> = {
  ns: 'time per call',
  p50: 'p50',
  p99: 'p99',
  cpu: 'CPU time per call',
  alloc: 'bytes allocated per call',
  throughput: 'calls per second',
};

/** The tables and what is to be known of them; ends with a newline. */
export function renderHistory(history: History): string {
  const { metric, runs, from, to, series } = history;
  const title = `${TITLES[metric]}: ${runs} runs from ${dateOf(from)} to ${dateOf(to)}`;
  const changed = series.filter(({ changes }) => changes.length > 0);
  const changes =
    changed.length === 0 ? 'No change points.' : changesTable(changed, metric).toString();
  const notes = notesOf(history).map((note) => `  ${note}\n`);
  return `${title}\n${seriesTable(series, metric).toString()}\n\n${changes}\n${notes.join('')}`;
}

function seriesTable(series: readonly HistorySeries[], metric: HistoryMetric) {
  const table = newTable(['scenario', 'variant', 'runs', 'latest', 'history'], [2, 3]);
  for (const { scenario, variant, values } of series) {
    table.push([
      inertText(scenario),
      inertText(variant),
      String(values.length),
      format(values.at(-1) ?? 0, metric),
      sparkline(condensed(values, SPARKLINE_COLUMNS)),
    ]);
  }
  return table;
}

function changesTable(series: readonly HistorySeries[], metric: HistoryMetric) {
  const table = newTable(
    ['change point', 'since', 'run', 'commit', 'before → after', 'change', 'p', ''],
    [4, 5, 6],
  );
  for (const { scenario, variant, changes } of series) {
    for (const change of changes) {
      table.push([
        inertText(`${scenario} on ${variant}`),
        dateOf(change.startedAt),
        inertText(change.runId),
        inertText(change.gitCommit ?? '–').slice(0, COMMIT_LENGTH),
        `${format(change.before, metric)} → ${format(change.after, metric)}`,
        percentOf(change),
        change.pValue < 0.0001 ? '<0.0001' : change.pValue.toFixed(4),
        change.verdict,
      ]);
    }
  }
  return table;
}

function newTable(head: string[], rightColumns: readonly number[]) {
  return new Table({
    head,
    colAligns: head.map((_, column) => (rightColumns.includes(column) ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
}

function notesOf({ leftOut, fewestRuns, series }: History): string[] {
  const { otherEnvironment, invalid } = leftOut;
  const short = series.filter(({ values }) => values.length < fewestRuns).length;
  const otherLoad = series.filter((each) => each.otherLoad > 0);
  const dependent = series.filter(({ dependence }) => dependence !== null);
  return [
    ...(otherEnvironment > 0
      ? [`left out: ${countOf(otherEnvironment, 'run')} of another environment than the newest`]
      : []),
    ...(invalid > 0 ? [`left out: ${countOf(invalid, 'invalid run')}`] : []),
    ...otherLoad.map(
      (each) => `left out: ${countOf(each.otherLoad, 'run')} of ${nameOf(each)} with another load`,
    ),
    ...(short > 0
      ? [
          `${countOf(short, 'scenario and variant', 'scenarios and variants')} with fewer than ` +
            `${fewestRuns} runs: too few for a change point`,
        ]
      : []),
    ...dependent.map(
      (each) =>
        `warning: runs of ${nameOf(each)} depend on those before (${each.values.length} count for ` +
        `${Math.round(each.dependence?.effectiveSize ?? 0)}): p-values are too small`,
    ),
  ];
}

function nameOf({ scenario, variant }: HistorySeries): string {
  return inertText(`${scenario} on ${variant}`);
}

function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function percentOf({ ratio }: HistoryChange): string {
  if (ratio === null) return 'from 0';
  const percent = (ratio - 1) * 100;
  return `${percent > 0 ? '+' : '−'}${Math.abs(percent).toFixed(1)} %`;
}

function format(value: number, metric: HistoryMetric): string {
  if (metric === 'alloc') return formatBytes(value);
  return metric === 'throughput' ? formatShort(value) : formatNs(value);
}

function dateOf(iso: string): string {
  return inertText(iso).slice(0, 10);
}
