/** A comparison as a page: the verdict, a spectrum of changes for each thing compared, and every figure. */

import type { ComparedSide, ComparisonReport } from '../../compare/comparison-report.ts';
import { PERCENTILES } from '../../compare/metric.ts';
import type { SubjectComparison } from '../../compare/suite.ts';
import { isBounded } from '../../stats/bootstrap.ts';
import { countVerdicts } from '../comparison-text.ts';
import {
  changeTitle,
  formatChangeInterval,
  formatMetric,
  formatShare,
  formatVerdict,
  metricTitle,
} from '../metric-text.ts';
import { renderTable } from './data-table.ts';
import { type Chart, renderFigure } from './figure.ts';
import { type Html, html } from './markup.ts';
import { anchorOf, type PageAssets, renderPage } from './page.ts';
import { dayAndTime } from './run-page.ts';
import { colourOfVariant } from './variant-colour.ts';

const LOOKS = {
  regressed: { box: 'bad', text: 'fail' },
  improved: { box: 'good', text: 'pass' },
  unchanged: { box: 'good', text: 'soft' },
  inconclusive: { box: 'warn', text: 'doubt' },
} as const;
const TAILS = [2, 4, 10, 20, 100, 1_000];

/** @param above - what stands above all, such as a way back. Default: nothing. */
export function renderComparisonHtml(
  report: ComparisonReport,
  assets: PageAssets,
  above?: Html,
): string {
  const { baseline, candidate, subjects, tolerance, verdict } = report;
  const remarks = [
    ...report.problems.map(({ kind, text }) => html`<strong>${kind}</strong>: ${text}`),
    ...report.warnings.map((text) => html`${text}`),
  ];
  const scenarios = [...new Set(subjects.map(({ scenario }) => scenario))];
  return renderPage(
    {
      title: `${candidate.name} against ${baseline.name}`,
      kicker: 'Comparison',
      lead: html`${above}
<div class="verdict ${LOOKS[verdict].box}"><p><strong>${verdict}</strong>: ${countVerdicts(report)}</p>${
        remarks.length === 0
          ? undefined
          : html`<ul>${remarks.map((remark) => html`<li>${remark}</li>`)}</ul>`
      }</div>
<p>The baseline is ${sideText(baseline)}, the candidate ${sideText(candidate)}. Changes up to ${formatShare(tolerance)} do not matter.</p>`,
      sections: scenarios.map((scenario, index) => {
        const own = subjects.filter((each) => each.scenario === scenario);
        return {
          id: anchorOf('scenario', index, scenario),
          heading: scenario,
          body: html`${spectrumOf(own).map(renderFigure)}${metricsTable(scenario, own, report)}`,
        };
      }),
      footer: html`How verdicts are reached is in docs/METHODOLOGY.md.`,
    },
    assets,
  );
}

function sideText({ name, startedAt, gitCommit }: ComparedSide): string {
  const commit = gitCommit === null ? '' : `, commit ${gitCommit.slice(0, 12)}`;
  return `${name} (${dayAndTime(startedAt)} UTC${commit})`;
}

function spectrumOf(subjects: readonly SubjectComparison[]): Chart[] {
  const series = subjects.flatMap(({ variant, metrics }, index) => {
    const points = PERCENTILES.map((name) => metrics.find(({ metric }) => metric === name));
    if (points.filter((point) => point !== undefined).length < 2) return [];
    const edge = (pick: 'low' | 'high') =>
      points.map((point) => (point !== undefined && isBounded(point) ? point[pick] : null));
    return {
      group: variant,
      colour: colourOfVariant(variant, index),
      values: points.map((point) => point?.ratio ?? null),
      band: { low: edge('low'), high: edge('high') },
    };
  });
  if (series.length === 0) return [];
  return [
    {
      title: 'Latency, candidate over baseline',
      about: 'Below the line the candidate is faster. The band is the interval of the ratio.',
      xAxis: { label: 'percentile', scale: 'tail', unit: 'tail' },
      yAxis: { label: 'candidate / baseline', scale: 'log', unit: 'times' },
      x: TAILS,
      series,
      level: { y: 1, text: 'no change' },
    },
  ];
}

function metricsTable(
  scenario: string,
  subjects: readonly SubjectComparison[],
  report: ComparisonReport,
): Html {
  return renderTable({
    caption: `Changes of ${scenario}`,
    header: [
      'metric',
      'verdict',
      changeTitle(report),
      'baseline',
      'candidate',
      'noise',
      'found from',
    ],
    wordColumns: 2,
    rows: subjects.flatMap(({ variant, metrics }) => [
      { title: variant },
      ...metrics.map((each) => [
        metricTitle(each.metric),
        html`<span class="${LOOKS[each.verdict].text}" title="${each.reason ?? ''}">${formatVerdict(each.verdict, report.tolerance)}</span>`,
        formatChangeInterval(each),
        formatMetric(each.metric, each.baseline),
        formatMetric(each.metric, each.candidate),
        each.noiseFloor === null ? '–' : `±${formatShare(each.noiseFloor)}`,
        formatShare(each.detectable),
      ]),
    ]),
  });
}
