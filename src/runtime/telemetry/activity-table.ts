/**
 * What happened between two snapshots, as lines of text for people: the busiest series first, each
 * with its rate, quantiles and failures.
 *
 * A function of its arguments. Quantiles are estimates, no finer than a bucket.
 */

import { estimateQuantileNs } from './duration-buckets.ts';
import type { MetricsSnapshot } from './metrics-collector.ts';

interface Activity {
  readonly tags: readonly string[];
  readonly calls: number;
  readonly bucketCounts: readonly number[];
  /** Of the outcomes that are not `ok`: name and count. */
  readonly failures: readonly (readonly [string, number])[];
}

const HEADINGS = ['service', 'method', 'tool', 'calls', 'calls/s', 'p50', 'p99', 'failed'];
/** Columns that hold words; the others are numbers, set to the right. */
const WORDS = new Set(['service', 'method', 'tool', 'failed']);

/**
 * The table, with a line above it that sums it up; ends with a newline.
 *
 * @param before - `undefined` for the time since counting began
 * @param elapsedMs - between the two
 * @param maxRows - how many series are shown; the others are counted in a last line
 */
export function renderActivity(
  before: MetricsSnapshot | undefined,
  after: MetricsSnapshot,
  elapsedMs: number,
  maxRows: number,
): string {
  const activities = activitiesBetween(before, after).toSorted((a, b) => b.calls - a.calls);
  const shown = activities.slice(0, maxRows);
  const lines = [summaryLine(activities, after, elapsedMs)];
  if (shown.length > 0) {
    lines.push(...alignColumns([HEADINGS, ...shown.map((one) => rowOf(one, elapsedMs))]));
  }
  const hidden = activities.length - shown.length;
  if (hidden > 0) lines.push(`… and ${hidden} more`);
  return `${lines.join('\n')}\n`;
}

function activitiesBetween(before: MetricsSnapshot | undefined, after: MetricsSnapshot) {
  const bucketsBefore = new Map(
    before?.['mcp.service.call.duration'].map(({ tags, value }) => [keyOf(tags), value]),
  );
  const countsBefore = new Map(
    before?.['mcp.service.call.count'].map(({ tags, value }) => [keyOf(tags, tags.outcome), value]),
  );
  const failures = new Map<string, [string, number][]>();
  for (const { tags, value } of after['mcp.service.call.count']) {
    const count = value - (countsBefore.get(keyOf(tags, tags.outcome)) ?? 0);
    if (tags.outcome === 'ok' || count === 0) continue;
    const key = keyOf(tags);
    failures.set(key, [...(failures.get(key) ?? []), [tags.outcome, count]]);
  }
  return after['mcp.service.call.duration']
    .map(({ tags, value }): Activity => {
      const key = keyOf(tags);
      const earlier = bucketsBefore.get(key);
      return {
        tags: [tags.service, tags.method, tags.tool],
        calls: value.count - (earlier?.count ?? 0),
        bucketCounts: value.bucketCounts.map(
          (count, bucket) => count - (earlier?.bucketCounts[bucket] ?? 0),
        ),
        failures: failures.get(key) ?? [],
      };
    })
    .filter(({ calls }) => calls > 0);
}

function keyOf(
  { service, method, tool }: { service: string; method: string; tool: string },
  outcome = '',
): string {
  return JSON.stringify([service, method, tool, outcome]);
}

function summaryLine(
  activities: readonly Activity[],
  after: MetricsSnapshot,
  elapsedMs: number,
): string {
  const calls = sumOf(activities.map((one) => one.calls));
  const failed = sumOf(activities.flatMap(({ failures }) => failures.map(([, count]) => count)));
  const gauge = (status: string) =>
    after['mcp.service.count'].find(({ tags }) => tags.status === status)?.value;
  const total = gauge('total');
  const services = total === undefined ? '' : `; ${gauge('healthy')} of ${total} services healthy`;
  return `${formatNumber(elapsedMs / 1_000)} s: ${formatNumber(calls)} calls, ${formatNumber(failed)} failed${services}`;
}

function rowOf({ tags, calls, bucketCounts, failures }: Activity, elapsedMs: number): string[] {
  const quantile = (q: number) => formatDuration(estimateQuantileNs(bucketCounts, q) ?? 0);
  return [
    ...tags.map(withoutControls),
    formatNumber(calls),
    elapsedMs > 0 ? formatNumber((calls * 1_000) / elapsedMs) : '',
    quantile(0.5),
    quantile(0.99),
    failures.map(([outcome, count]) => `${outcome} ${formatNumber(count)}`).join(', '),
  ];
}

function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADINGS.map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  return rows.map((cells) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return WORDS.has(HEADINGS[column] ?? '') ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Three significant digits below a thousand, whole numbers above. */
function formatNumber(value: number): string {
  return value < 1_000
    ? String(Number(value.toPrecision(3)))
    : Math.round(value).toLocaleString('en-US');
}

function formatDuration(durationNs: number): string {
  if (durationNs < 1e6) return `${formatNumber(durationNs / 1e3)} µs`;
  if (durationNs < 1e9) return `${formatNumber(durationNs / 1e6)} ms`;
  return `${formatNumber(durationNs / 1e9)} s`;
}

/** A name that a caller made up must not reach the terminal's controls. */
function withoutControls(name: string): string {
  return name.replace(/\p{C}/gu, '?');
}
