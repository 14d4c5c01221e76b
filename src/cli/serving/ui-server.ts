/**
 * The HTTP side of `toolrig ui`, on 127.0.0.1 only and read-only:
 *
 *   GET /                            runs, and those under way
 *   GET /runs/ID                     the page of a run
 *   GET /runs/ID/report.md …         what was stored beside it, as text
 *   GET /compare?base=ID&candidate=ID
 *   GET /trend?run=ID&run=ID…        without any: the newest of one machine
 *   GET /changes?version=V           the list as JSON, once it is another than V or some seconds have passed
 *
 * Ids are looked up among the runs that there are and file names among those that are written, so
 * that no path can lead anywhere else.
 */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { messageOf, ToolrigError } from '../../core/errors.ts';
import { comparableRuns } from '../../harness/compare/compare-runs.ts';
import { reportComparison, sideOf } from '../../harness/compare/comparison-report.ts';
import { renderComparisonHtml } from '../../harness/report/html/comparison-page.ts';
import { type Html, html } from '../../harness/report/html/markup.ts';
import { renderPage } from '../../harness/report/html/page.ts';
import { renderRunsHtml, renderRunsList } from '../../harness/report/html/runs-page.ts';
import { renderStoredHtml } from '../../harness/report/html/stored-page.ts';
import { renderTrendHtml } from '../../harness/report/html/trend-page.ts';
import { trendOf } from '../../harness/report/trend.ts';
import { listRunIds, readRecord } from '../../harness/results/read-run.ts';
import type { RunRecord } from '../../harness/results/run-record.ts';
import { pageAssets } from '../page-assets.ts';
import { HOST, type LoopbackServer, startLoopbackServer } from './loopback-server.ts';
import { refusalOf } from './request-guard.ts';
import type { RunsFolder } from './runs-folder.ts';

/** Files of a run that are given as they are. */
const FILES: ReadonlyMap<string, string> = new Map([
  ['run.json', 'application/json; charset=utf-8'],
  ['report.md', 'text/plain; charset=utf-8'],
  ['summary.csv', 'text/plain; charset=utf-8'],
]);
const TOLERANCE = 0.03;
/** Runs of a trend that nobody has chosen. */
const TREND_RUNS = 20;
/** A browser waits no longer for word of changes; then it asks again. */
const LONGEST_WAIT_MS = 20_000;

/** What is sent: a page, or the reason why there is none. */
interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/**
 * Listens.
 *
 * @param port - 0 for any that is free
 * @throws `ERR_TARGET` when the port is taken or may not be used
 */
export function startUiServer(folder: RunsFolder, port: number): Promise<LoopbackServer> {
  return startLoopbackServer(port, async (request, response) => {
    try {
      send(request, response, await answer(request, response, folder));
    } catch (error) {
      const isAsked = error instanceof ToolrigError && error.code === 'ERR_USAGE';
      send(request, response, problem(isAsked ? 404 : 500, messageOf(error)));
    }
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  folder: RunsFolder,
): Promise<Answer> {
  const refusal = refusalOf(request);
  if (refusal !== undefined) return problem(refusal.status, refusal.message);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return problem(405, 'this server is read-only: the method must be GET or HEAD');
  }
  const base = `http://${HOST}`;
  const target = request.url ?? '';
  const url = URL.canParse(target, base) ? new URL(target, base) : undefined;
  const [, first = '', ...rest] = (url?.pathname ?? '/?').split('/');
  const query = url?.searchParams ?? new URLSearchParams();
  if (first === 'runs' && rest.length === 1) return runPage(folder, decoded(rest[0]));
  if (first === 'runs' && rest.length === 2) return runFile(folder, decoded(rest[0]), rest[1]);
  if (rest.length > 0) return notFound();
  switch (first) {
    case '':
      return listPage(folder);
    case 'changes':
      return changes(folder, query.get('version') ?? '', response);
    case 'compare':
      return comparePage(folder, query.get('base'), query.get('candidate'));
    case 'trend':
      return trendPage(folder, query.getAll('run'));
    default:
      return notFound();
  }
}

async function listPage(folder: RunsFolder): Promise<Answer> {
  const list = await folder.list();
  const version = versionOf(renderRunsList(list));
  return page(renderRunsHtml(list, folder.path, version, pageAssets()));
}

/** Waits until the list is another one than the browser has. */
async function changes(
  folder: RunsFolder,
  known: string,
  response: ServerResponse,
): Promise<Answer> {
  const end = new AbortController();
  const limit = setTimeout(() => end.abort(), LONGEST_WAIT_MS);
  response.once('close', () => end.abort());
  try {
    for (;;) {
      const list = renderRunsList(await folder.list());
      const version = versionOf(list);
      if (version !== known || end.signal.aborted) {
        const text = JSON.stringify({ version, html: list.text });
        return { status: 200, contentType: 'application/json; charset=utf-8', text };
      }
      await folder.changed(end.signal);
    }
  } finally {
    clearTimeout(limit);
  }
}

async function runPage(folder: RunsFolder, id: string): Promise<Answer> {
  const record = await stored(folder, id);
  const files = [...FILES.keys()].map(
    (name) => html` · <a href="/runs/${encodeURIComponent(id)}/${name}">${name}</a>`,
  );
  return page(renderStoredHtml(record, pageAssets(), { above: back(files) }));
}

async function runFile(folder: RunsFolder, id: string, name: string | undefined): Promise<Answer> {
  const contentType = FILES.get(name ?? '');
  if (contentType === undefined || name === undefined) return notFound();
  await requireStored(folder, id);
  try {
    return { status: 200, contentType, text: await readFile(join(folder.path, id, name), 'utf8') };
  } catch {
    return notFound();
  }
}

async function comparePage(
  folder: RunsFolder,
  base: string | null,
  candidate: string | null,
): Promise<Answer> {
  if (base === null || candidate === null) {
    return problem(400, 'choose a baseline and a candidate on the first page');
  }
  const [one, two] = await Promise.all([stored(folder, base), stored(folder, candidate)]);
  const sides = { baseline: sideOf(one), candidate: sideOf(two) };
  const report = reportComparison(sides, comparableRuns(one, two), { tolerance: TOLERANCE });
  return page(renderComparisonHtml(report, pageAssets(), back()));
}

async function trendPage(folder: RunsFolder, chosen: readonly string[]): Promise<Answer> {
  const ids = chosen.length > 0 ? [...new Set(chosen)] : await newestOfOneMachine(folder);
  if (ids.length < 2)
    return problem(400, 'a trend needs two runs or more: tick them on the first page');
  const records = await Promise.all(ids.map((id) => stored(folder, id)));
  return page(renderTrendHtml(trendOf(records), pageAssets(), back()));
}

async function newestOfOneMachine(folder: RunsFolder): Promise<string[]> {
  const { runs } = await folder.list();
  return runs
    .filter(({ fingerprint }) => fingerprint === runs[0]?.fingerprint)
    .slice(0, TREND_RUNS)
    .map(({ runId }) => runId);
}

/** @throws `ERR_USAGE` when there is no such run, or it cannot be read */
async function stored(folder: RunsFolder, id: string): Promise<RunRecord> {
  await requireStored(folder, id);
  return readRecord(join(folder.path, id, 'run.json'));
}

async function requireStored(folder: RunsFolder, id: string): Promise<void> {
  if ((await listRunIds(folder.path)).includes(id)) return;
  throw new ToolrigError('ERR_USAGE', `there is no run '${id}'`);
}

function back(more: readonly Html[] = []): Html {
  return html`<p class="back"><a href="/">All runs</a>${more}</p>`;
}

function versionOf({ text }: Html): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function page(text: string): Answer {
  return { status: 200, contentType: 'text/html; charset=utf-8', text };
}

function notFound(): Answer {
  return problem(404, 'there is no such page');
}

function problem(status: number, message: string): Answer {
  const text = renderPage(
    {
      title: status === 404 ? 'Not found' : 'Not possible',
      lead: html`${back()}<div class="empty"><p>${message.charAt(0).toUpperCase()}${message.slice(1)}.</p></div>`,
      sections: [],
      footer: html`Status ${status}`,
    },
    pageAssets(),
  );
  return { status, contentType: 'text/html; charset=utf-8', text };
}

function decoded(part: string | undefined): string {
  try {
    return decodeURIComponent(part ?? '');
  } catch {
    return ''; // no run has such a name
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, contentType, text }: Answer,
): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}
