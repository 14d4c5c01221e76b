/** A trend for the terminal and for Markdown: from the first run to the last, and the way between. */

import { escaped, table } from './markdown.ts';
import { inertText, wrapText } from './plain-text.ts';
import { sparkline } from './sparkline.ts';
import { endsOf, type Trend, type TrendLine } from './trend.ts';
import { formatNs, formatRatio, formatShort } from './units.ts';

/** The columns of a trend: names first, then figures. */
export const TREND_HEADER = ['scenario', 'variant', 'calls/s', 'last / first', 'over runs', 'p99'];

const MAX_WIDTH = 120;
const MAX_NAME_WIDTH = 32;
const CAVEAT =
  'Each run is another process at another time, so none of this is a verdict: toolrig compare gives one.';

/** Ends with a newline. */
export function renderTrendText(trend: Trend): string {
  const rows = changing(trend).map((line) =>
    trendCells(line).map((cell) => inertText(cell, MAX_NAME_WIDTH)),
  );
  const widths = TREND_HEADER.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const draw = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [
    trendTitle(trend),
    [TREND_HEADER, ...rows].map(draw).join('\n'),
    ...[onceText(trend), ...trend.warnings, CAVEAT]
      .filter((text) => text !== '')
      .map((text) => wrapText(text, MAX_WIDTH)),
    '',
  ].join('\n');
}

/** As a page of Markdown. */
export function renderTrendMarkdown(trend: Trend): string {
  const blocks = [
    `# ${escaped(trendTitle(trend))}`,
    table(
      TREND_HEADER,
      changing(trend).map((line) => trendCells(line).map((cell) => escaped(cell))),
      2,
    ),
    ...[onceText(trend), ...trend.warnings]
      .filter((text) => text !== '')
      .map((text) => `- ${escaped(text)}`),
    CAVEAT,
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** `Trend of 3 runs, 2026-11-20 to 2026-11-22`. */
export function trendTitle({ runs }: Trend): string {
  const days = [runs[0], runs.at(-1)].map((run) => inertText(run?.startedAt.slice(0, 10) ?? ''));
  return `Trend of ${runs.length} runs, ${[...new Set(days)].join(' to ')}`;
}

/** Says of lines that took part in a single run that they are left out; empty when there are none. */
export function onceText(trend: Trend): string {
  const once = trend.lines.length - changing(trend).length;
  return once === 0 ? '' : `${once} more took part in one run only, which makes no trend`;
}

function changing({ lines }: Trend): TrendLine[] {
  return lines.filter((line) => endsOf(line) !== undefined);
}

/** What a line says in each column. */
export function trendCells(line: TrendLine): string[] {
  const { scenario, variant, points } = line;
  const ends = endsOf(line);
  if (ends === undefined) return [scenario, variant, '–', '–', '–', '–'];
  const [first, last] = ends;
  const [from, to] = [first.callsPerSecond.median, last.callsPerSecond.median];
  return [
    scenario,
    variant,
    `${formatShort(from)} → ${formatShort(to)}`,
    formatRatio({ ratio: to / from, low: 0, high: Number.MAX_VALUE }),
    sparkline(points.map((point) => point?.callsPerSecond.median)),
    `${formatNs(first.p99Ns)} → ${formatNs(last.p99Ns)}`,
  ];
}
