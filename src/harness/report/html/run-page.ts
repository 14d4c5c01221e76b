/** `report.html`: a run as one page, from what it found out to where it was made. */

import type { CapacityRecord } from '../../results/capacity-record.ts';
import type { RunRecord, Validity } from '../../results/run-record.ts';
import { groupByScenario } from '../../results/scenario-group.ts';
import { environmentRows } from '../environment-rows.ts';
import { summarySentences } from '../summary-sentences.ts';
import { formatCount, formatNs, formatShort } from '../units.ts';
import { renderTable } from './data-table.ts';
import { type Html, html } from './markup.ts';
import { type PageAssets, type PageSection, renderPage } from './page.ts';
import { scenarioSection } from './scenario-section.ts';
import { renderTiles } from './tiles.ts';

export interface RunPageOptions {
  /** What stands above the title, such as a way back. Default: when the run was made. */
  readonly above?: Html;
}

/** The text of the page. */
export function renderRunHtml(
  record: RunRecord,
  assets: PageAssets,
  { above }: RunPageOptions = {},
): string {
  const groups = groupByScenario(record.scenarios);
  return renderPage(
    {
      title: titleOf(
        groups.map(({ name }) => name),
        record.capacity,
      ),
      kicker: `Run ${record.runId}, ${dayAndTime(record.startedAt)} UTC`,
      lead: html`${above}${validityBox(record.validity)}
${plannedOnly(record) ?? tiles(record)}
${findings(record)}`,
      sections: [...groups.map(scenarioSection), environmentSection(record), repeatSection(record)],
      footer: html`Made by ${record.tool.name} ${record.tool.version}. What each number means is in docs/METHODOLOGY.md.`,
    },
    assets,
  );
}

/** Whether the numbers of a run may be used, and why not. */
export function validityBox({ verdict, reasons }: Validity): Html {
  const [className, meaning] = (
    {
      valid: ['good', 'nothing speaks against these numbers.'],
      suspect: ['warn', 'use these numbers with care.'],
      invalid: ['bad', 'do not use these numbers.'],
    } as const
  )[verdict];
  return html`<div class="verdict ${className}"><p><strong>${verdict}</strong>: ${meaning}</p>${
    reasons.length === 0
      ? undefined
      : html`<ul>${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>`
  }</div>`;
}

/** `2026-11-22 15:30` of an ISO 8601 time. */
export function dayAndTime(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

const TITLE_NAMES = 3;

function titleOf(names: readonly string[], capacity: CapacityRecord | undefined): string {
  if (names.length === 0) return capacity === undefined ? 'A run of nothing' : capacity.scenario;
  if (names.length <= TITLE_NAMES) return names.join(', ');
  return `${names.slice(0, TITLE_NAMES - 1).join(', ')} and ${names.length - TITLE_NAMES + 1} more`;
}

/** In place of figures: those of a plan that was made with the results of others are in the plan. */
function plannedOnly({ capacity, scenarios }: RunRecord): Html | undefined {
  if (capacity === undefined || scenarios.length > 0) return undefined;
  const { scenario, demand } = capacity;
  return html`<p>Nothing was measured: this is a plan of capacity for ${demand.text}, made with the results in ${scenario}. The plan is in capacity.html, beside the record.</p>`;
}

function tiles({ scenarios, environment, startedAt, finishedAt }: RunRecord): Html {
  const variants = scenarios.flatMap((scenario) => scenario.variants);
  const thresholds = scenarios.flatMap((scenario) => scenario.thresholds);
  const failed = variants.reduce(
    (sum, each) => sum + each.failed - (each.failedAsExpected ?? 0),
    0,
  );
  const calls = variants.reduce((sum, each) => sum + each.calls, 0);
  const broken = thresholds.filter(({ passed }) => !passed).length;
  const tookMs = Date.parse(finishedAt) - Date.parse(startedAt);
  const machine = environment.availableParallelism;
  return renderTiles([
    { name: 'Thresholds', ...thresholdsTile(thresholds.length, broken) },
    {
      name: 'Calls',
      value: formatShort(calls),
      more: failed === 0 ? 'none failed' : `${formatCount(failed)} failed`,
    },
    {
      name: 'Variants',
      value: String(new Set(variants.map(({ variant }) => variant)).size),
      more: `in ${scenarios.length} ${scenarios.length === 1 ? 'case' : 'cases'}`,
    },
    {
      name: 'Took',
      value: Number.isFinite(tookMs) ? formatNs(tookMs * 1e6) : '–',
      more: 'warm-up included',
    },
    { name: 'Machine', value: `${machine} CPUs`, more: environment.cpuModel },
    { name: 'Node', value: environment.node, more: environment.os },
  ]);
}

/** Where none was set, nothing can be praised for holding. */
function thresholdsTile(count: number, broken: number): { value: Html | string; more: string } {
  if (count === 0) return { value: 'none set', more: 'nothing to hold against' };
  return {
    value:
      broken === 0
        ? html`<span class="pass">all hold</span>`
        : html`<span class="fail">${broken} broken</span>`,
    more: `of ${formatCount(count)}`,
  };
}

function findings(record: RunRecord): Html | undefined {
  const sentences = summarySentences(record);
  if (sentences.length === 0) return undefined;
  return html`<div class="findings">${sentences.map((sentence) => html`<p>${sentence}</p>`)}</div>`;
}

function environmentSection(record: RunRecord): PageSection {
  return {
    id: 'environment',
    heading: 'Environment',
    body: html`<div class="wrap">${renderTable({
      caption: 'Where and when the run was made',
      header: ['what', 'value'],
      wordColumns: 2,
      rows: environmentRows(record),
    })}</div>`,
  };
}

function repeatSection({ environment, command }: RunRecord): PageSection {
  const { gitCommit, gitDirty, node } = environment;
  const commit = gitCommit === null ? '' : ` at commit ${gitCommit.slice(0, 12)}`;
  return {
    id: 'repeat',
    heading: 'How to repeat it',
    body: html`<p>With Node ${node}${commit}${gitDirty === true ? ' with the changes that it had' : ''}:</p>
<pre tabindex="0" aria-label="Command"><code>${command}</code></pre>`,
  };
}
