/** One scenario of a run: its ladder, its figures, whether thresholds hold, and its charts. */

import type { ScenarioRecord } from '../../results/run-record.ts';
import type { CaseRecord, ScenarioGroup } from '../../results/scenario-group.ts';
import { type ScenarioTable, tabulateScenario } from '../scenario-table.ts';
import { renderTable } from './data-table.ts';
import { renderFigure } from './figure.ts';
import { renderLadder } from './ladder.ts';
import { type Html, html } from './markup.ts';
import { maxRateChart } from './max-rate-chart.ts';
import { anchorOf, type PageSection } from './page.ts';
import { payloadCharts } from './payload-chart.ts';
import { ratioSpectrum } from './ratio-spectrum.ts';
import { latencySpectrum, recoverySpectrum } from './spectrum.ts';
import { latencyTimeline, throughputTimeline } from './timeline.ts';

/** @param index - the scenario's place in the run, from 0 */
export function scenarioSection(group: ScenarioGroup, index: number): PageSection {
  const table = tabulateScenario(group);
  const id = anchorOf('scenario', index, group.name);
  const [first] = group.cases;
  const isSingle = group.cases.length === 1;
  const cases = isSingle
    ? []
    : group.cases.map((each, i) => ({ ...each, id: anchorOf(`${id}-case`, i, each.name) }));
  return {
    id,
    heading: group.name,
    body: html`<p class="settings">${table.settings}</p>
${isSingle && first !== undefined ? renderLadder(first.record) : undefined}
${thresholdList(table)}
${figuresTable(`Figures of ${group.name}`, table)}
${table.accounts === undefined ? undefined : html`<h3>Every call, and how soon services were back</h3>${figuresTable(`Accounts of ${group.name}`, table.accounts)}`}
${list('', table.remarks)}
${list(
  'notes',
  table.notes.map(({ mark, text }) => `${mark} ${text}`),
)}
<p class="legend-text">${table.legend}.</p>
${table.batches === '' ? undefined : html`<p class="legend-text">${table.batches}.</p>`}
${payloadCharts(group.cases).map(renderFigure)}
${isSingle && first !== undefined ? chartsOf(first.record) : undefined}
${cases.map(caseBlock)}`,
    parts: cases.map((each) => ({ id: each.id, heading: each.name })),
  };
}

/** The charts of a case that is one of many: closed at first, or the page could not be overlooked. */
function caseBlock({ name, record, id }: CaseRecord & { readonly id: string }): Html {
  return html`<details class="case" id="${id}"><summary>${name}</summary>
${renderLadder(record)}
${chartsOf(record)}</details>
`;
}

function chartsOf(record: ScenarioRecord): Html {
  const charts = [
    latencySpectrum(record),
    ratioSpectrum(record),
    latencyTimeline(record),
    throughputTimeline(record),
    recoverySpectrum(record),
    maxRateChart(record),
  ].flatMap((chart) => chart ?? []);
  return html`${charts.map(renderFigure)}`;
}

function thresholdList({ thresholds }: ScenarioTable): Html | undefined {
  if (thresholds.length === 0) return undefined;
  return html`<ul class="marks" aria-label="Thresholds">${thresholds.map(({ passed, text }) =>
    passed
      ? html`<li><span class="sign pass" aria-hidden="true">✓</span>${text}</li>`
      : html`<li class="fail"><span class="sign" aria-hidden="true">✗</span><strong>${text}</strong></li>`,
  )}</ul>`;
}

function figuresTable(
  caption: string,
  { header, sections }: Pick<ScenarioTable, 'header' | 'sections'>,
): Html {
  return renderTable({
    caption,
    header,
    rows: sections.flatMap(({ title, rows }) => [
      ...(title === '' ? [] : [{ title }]),
      ...rows.map(({ variant, marks, cells }) => [
        marks === '' ? variant : `${variant} ${marks}`,
        ...cells,
      ]),
    ]),
  });
}

function list(className: string, texts: readonly string[]): Html | undefined {
  if (texts.length === 0) return undefined;
  return html`<ul class="${className}">${texts.map((text) => html`<li>${text}</li>`)}</ul>`;
}
