/**
 * Charts as data: a {@link Chart} says what is to be drawn, the script of the page draws it with
 * uPlot, and its figures stand below it as a table for those who cannot see it, or want to copy them.
 *
 * Numbers are written with four digits: more cannot be seen, and a page of many charts stays small.
 */

import { inertText } from '../plain-text.ts';
import { formatAxis } from './axis-format.ts';
import { renderTable } from './data-table.ts';
import type { Axis, DrawnChart } from './drawn-chart.ts';
import { type Html, html, jsonIsland } from './markup.ts';

export interface Series {
  /** Whose figure it is, such as a variant: all series of a group have its colour. */
  readonly group: string;
  /** Which of a group's figures, where it has several: `p99`. Default: it has one. */
  readonly figure?: string;
  /** Number of the colour; the same thing has the same one in all charts of a page. */
  readonly colour: number;
  /** One for each of `x`; `null` where there is none. */
  readonly values: readonly (number | null)[];
  /** Shaded around the line. Default: nothing. */
  readonly band?: {
    readonly low: readonly (number | null)[];
    readonly high: readonly (number | null)[];
  };
  /** Default: `line`. */
  readonly style?: 'line' | 'dashed' | 'dots' | 'triangles' | 'diamonds';
}

export interface Chart {
  readonly title: string;
  /** How to read it. */
  readonly about: string;
  readonly xAxis: Axis;
  readonly yAxis: Axis;
  readonly x: readonly number[];
  readonly series: readonly Series[];
  /** A line across, at what all is set against. Default: none. */
  readonly level?: { readonly y: number; readonly text: string };
  /** Indices of `x` that the table shows. Default: all. */
  readonly tableRows?: readonly number[];
}

const MAX_TABLE_ROWS = 80;
/** As many as the style sheet has. */
const COLOUR_COUNT = 10;

/** The chart with its caption and its table. */
export function renderFigure(chart: Chart): Html {
  const { title, about, series } = chart;
  const names = [...new Set(series.map(({ group }) => group))].join(', ');
  return html`<figure class="chart">
<figcaption><strong>${title}</strong> ${about}</figcaption>
<div class="plot" role="img" tabindex="0" aria-label="${`Chart: ${title}. ${chart.yAxis.label} over ${chart.xAxis.label} of ${names}. The figures are in the table below; arrow keys read them out.`}"></div>
<div class="legend"></div>
<p class="readout" aria-live="polite"></p>
<details class="figures"><summary>Figures of the chart: ${title}</summary>${tableOf(chart)}</details>
${jsonIsland('chart-data', drawn(chart))}
</figure>
`;
}

function tableOf({ title, x, xAxis, yAxis, series, tableRows }: Chart): Html {
  const cell = (value: number | null | undefined) =>
    value === null || value === undefined ? '–' : formatAxis(value, yAxis.unit);
  return renderTable({
    caption: `${title}: ${yAxis.label}`,
    header: [xAxis.label, ...series.map(({ group, figure }) => nameOf(group, figure))],
    rows: (tableRows ?? evenly(x.length, MAX_TABLE_ROWS)).map((i) => [
      formatAxis(x[i] as number, xAxis.unit),
      ...series.map(({ values, band }) => {
        const [low, high] = [band?.low[i], band?.high[i]];
        const isBand = typeof low === 'number' && typeof high === 'number';
        return isBand ? `${cell(values[i])} [${cell(low)} – ${cell(high)}]` : cell(values[i]);
      }),
    ]),
  });
}

function nameOf(group: string, figure: string | undefined): string {
  return figure === undefined ? group : `${group} ${figure}`;
}

/** What the script of the page needs to draw it. */
function drawn({ title, xAxis, yAxis, x, series, level }: Chart): DrawnChart {
  return {
    title,
    xAxis,
    yAxis,
    x: x.map((value) => shortened(value) ?? 0),
    series: series.map(({ group, figure = '', colour, values, band, style = 'line' }) => ({
      group: inertText(group),
      figure: inertText(figure),
      colour: colour % COLOUR_COUNT,
      style,
      values: values.map(shortened),
      ...(band === undefined
        ? {}
        : { band: { low: band.low.map(shortened), high: band.high.map(shortened) } }),
    })),
    ...(level === undefined ? {} : { level }),
  };
}

function shortened(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(4));
}

/** At most `most` of the numbers below `count`, the first and the last among them. */
function evenly(count: number, most: number): number[] {
  const shown = Math.min(count, most);
  if (shown < 2) return shown === 1 ? [0] : [];
  return Array.from({ length: shown }, (_, i) => Math.round((i * (count - 1)) / (shown - 1)));
}
