/** The first page of `toolrig ui`: runs under way, and those that are stored, to look at or to set side by side. */

import type { LiveRun } from '../../results/live-run.ts';
import type { RunSummary } from '../../results/run-summary.ts';
import { inertText } from '../plain-text.ts';
import { type Html, html } from './markup.ts';
import { type PageAssets, renderPage } from './page.ts';
import { dayAndTime } from './run-page.ts';

/** What is listed. */
export interface RunsList {
  /** The newest first. */
  readonly runs: readonly RunSummary[];
  readonly live: readonly LiveRun[];
  /** Runs that are there and not listed, since they cannot be read or are too many. */
  readonly leftOut: number;
}

/** @param version - of `list`, by which the page asks whether there is a newer one */
export function renderRunsHtml(
  list: RunsList,
  folder: string,
  version: string,
  assets: PageAssets,
): string {
  return renderPage(
    {
      title: 'Runs',
      kicker: folder,
      lead: html`<p class="connection unseen" role="status"></p>
<div data-live="/changes" data-version="${version}">${renderRunsList(list)}</div>`,
      sections: [],
      footer: html`Read-only, for this machine alone. Runs that are made while this page is open appear by themselves.`,
      connect: 'self',
    },
    assets,
  );
}

/** The part of the page that changes. */
export function renderRunsList({ runs, live, leftOut }: RunsList): Html {
  return html`${live.map(liveCard)}
${
  runs.length === 0
    ? html`<div class="empty"><p><strong>No run is stored here yet.</strong></p><p>Make one, and it appears by itself:</p>
<pre><code>toolrig bench calculator-batch</code></pre></div>`
    : runsForm(runs)
}
${leftOut === 0 ? undefined : html`<p class="soft">${leftOut} more that are older, or cannot be read.</p>`}`;
}

function liveCard({ runId, command, scenario, detail, doneRatio }: LiveRun): Html {
  const percent = Math.round(Math.min(1, Math.max(0, doneRatio)) * 100);
  return html`<div class="verdict live"><p><strong>under way</strong>: ${scenario}, ${percent} %</p>
<p><progress max="100" value="${percent}" aria-label="${`Done of run ${runId}`}"></progress></p>
<p class="soft">${detail}</p><p class="soft"><code>${command}</code></p></div>`;
}

function runsForm(runs: readonly RunSummary[]): Html {
  return html`<form method="get" action="/compare">
<div class="scroll" role="group" aria-label="Stored runs" tabindex="0"><table>
<caption class="unseen">Stored runs, the newest first</caption>
<thead><tr><th scope="col">run</th><th scope="col" class="choice">baseline</th><th scope="col" class="choice">candidate</th><th scope="col" class="choice">trend</th><th scope="col">started (UTC)</th><th scope="col">scenarios</th><th scope="col">variants</th><th scope="col">validity</th><th scope="col">thresholds</th><th scope="col">commit</th></tr></thead>
<tbody>${runs.map(runRow)}</tbody></table></div>
<p class="actions"><button class="button" id="go-compare">Compare candidate with baseline</button> <button class="button" id="go-trend" formaction="/trend">Trend of those ticked</button></p>
</form>`;
}

const LOOKS = { valid: 'pass', suspect: 'doubt', invalid: 'fail' } as const;

function runRow(run: RunSummary, index: number): Html {
  const { runId, startedAt, scenarios, variants, validity, thresholds, gitCommit } = run;
  const choice = (kind: 'radio' | 'checkbox', name: string, isChosen: boolean) =>
    html`<td class="choice"><input type="${kind}" name="${name}" value="${runId}" id="${`${name}-${runId}`}" aria-label="${`${name}: ${runId}`}"${isChosen ? html` checked` : undefined}></td>`;
  return html`<tr><th scope="row"><a href="/runs/${encodeURIComponent(inertText(runId, MAX_FILE_NAME))}">${runId}</a></th>${choice('radio', 'base', index === 1)}${choice('radio', 'candidate', index === 0)}${choice('checkbox', 'run', false)}<td>${dayAndTime(startedAt)}</td><td>${few(scenarios)}</td><td>${few(variants)}</td><td><span class="${LOOKS[validity]}">${validity}</span></td><td>${
    thresholds.broken === 0
      ? html`<span class="pass">${thresholds.total === 0 ? 'none' : 'hold'}</span>`
      : html`<span class="fail">${thresholds.broken} broken</span>`
  }</td><td>${gitCommit?.slice(0, 8) ?? '–'}</td></tr>
`;
}

const MOST_NAMES = 3;
/** Of a folder, in any file system. */
const MAX_FILE_NAME = 255;

function few(names: readonly string[]): string {
  if (names.length <= MOST_NAMES) return names.join(', ');
  return `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`;
}
