/** Several runs as one page: how each variant's figures went from run to run. */

import { isBounded } from '../../stats/bootstrap.ts';
import { endsOf, type Trend, type TrendLine } from '../trend.ts';
import { onceText, TREND_HEADER, trendCells, trendTitle } from '../trend-text.ts';
import { renderTable } from './data-table.ts';
import { type Chart, renderFigure } from './figure.ts';
import { type Html, html } from './markup.ts';
import { anchorOf, type PageAssets, renderPage } from './page.ts';
import { dayAndTime } from './run-page.ts';
import { colourOfVariant } from './variant-colour.ts';

/** @param above - what stands above all, such as a way back. Default: nothing. */
export function renderTrendHtml(trend: Trend, assets: PageAssets, above?: Html): string {
  const scenarios = [...new Set(trend.lines.map(({ scenario }) => scenario))];
  return renderPage(
    {
      title: trendTitle(trend),
      lead: html`${above}
${trend.warnings.map((text) => html`<div class="verdict warn"><p>${text}</p></div>`)}
<p>Each run is another process at another time, so none of this is a verdict: <code>toolrig compare</code> gives one.</p>
${renderTable({
  caption: 'From the first run to the last',
  header: TREND_HEADER,
  wordColumns: 2,
  rows: trend.lines.filter((line) => endsOf(line) !== undefined).map(trendCells),
})}
${onceText(trend) === '' ? undefined : html`<p class="soft">${onceText(trend)}</p>`}`,
      sections: [
        ...scenarios.map((scenario, index) => ({
          id: anchorOf('scenario', index, scenario),
          heading: scenario,
          body: html`${chartsOf(
            trend,
            trend.lines.filter((line) => line.scenario === scenario),
          ).map(renderFigure)}`,
        })),
        { id: 'runs', heading: 'The runs', body: runsTable(trend) },
      ],
      footer: html`Runs are numbered in the order of their time.`,
    },
    assets,
  );
}

function chartsOf({ runs }: Trend, lines: readonly TrendLine[]): Chart[] {
  const shared = {
    about: 'By run, from the oldest to the newest.',
    xAxis: { label: 'run', scale: 'linear', unit: 'whole' },
    x: runs.map((_, index) => index + 1),
  } as const;
  const base = (line: TrendLine, index: number) => ({
    group: line.variant,
    colour: colourOfVariant(line.variant, index),
  });
  const edge = (line: TrendLine, pick: 'low' | 'high') =>
    line.points.map((point) =>
      point !== undefined && isBounded(point.callsPerSecond) ? point.callsPerSecond[pick] : null,
    );
  return [
    {
      ...shared,
      title: 'Throughput',
      about: `${shared.about} The band is the 95 % interval over the rounds of a run, and says nothing of what differs between runs.`,
      yAxis: { label: 'calls per second', scale: 'log', unit: 'per second' },
      series: lines.map((line, index) => ({
        ...base(line, index),
        values: line.points.map((point) => point?.callsPerSecond.median ?? null),
        band: { low: edge(line, 'low'), high: edge(line, 'high') },
      })),
    },
    {
      ...shared,
      title: 'Latency',
      yAxis: { label: 'latency', scale: 'log', unit: 'ns' },
      series: (['p99Ns', 'p50Ns'] as const).flatMap((figure) =>
        lines.map((line, index) => ({
          ...base(line, index),
          figure: figure === 'p99Ns' ? 'p99' : 'p50',
          style: figure === 'p99Ns' ? ('line' as const) : ('dashed' as const),
          values: line.points.map((point) => point?.[figure] || null),
        })),
      ),
    },
  ];
}

function runsTable({ runs }: Trend): Html {
  return renderTable({
    caption: 'The runs of the trend',
    header: ['number', 'run', 'started (UTC)', 'commit', 'validity'],
    wordColumns: 5,
    rows: runs.map(({ runId, startedAt, gitCommit, validity }, index) => [
      String(index + 1),
      runId,
      dayAndTime(startedAt),
      gitCommit?.slice(0, 12) ?? '–',
      validity,
    ]),
  });
}
