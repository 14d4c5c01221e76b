/**
 * The HTTP side of `toolrig serve`, on 127.0.0.1 only:
 *
 *   GET  /livez  /readyz      200 or 503, with the checks as JSON
 *   GET  /metrics             Prometheus text
 *   GET  /status              the application as JSON
 *   POST /call/SERVICE/METHOD?timeoutMs=N   parameters in, `{ "result" }` or `{ "error" }` out
 *
 * It is for the machine it runs on and for few callers; services are reached by code, or through an
 * MCP server. What it knows of the application is {@link ServedApplication}.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ErrorCode, messageOf, ToolrigError } from '../../core/errors.ts';
import { toJsonForm } from '../../mcp/index.ts';
import type { CallOptions, ProbeReport } from '../../runtime/index.ts';
import { HOST, type LoopbackServer, startLoopbackServer } from './loopback-server.ts';
import { readJsonBody } from './request-body.ts';
import { callRefusalOf, type Refusal, refusalOf } from './request-guard.ts';
import type { StatusDocument } from './status-document.ts';

/** What is served. */
export interface ServedApplication {
  livez(): ProbeReport;
  readyz(): ProbeReport;
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
  status(port: number): StatusDocument;
  call(service: string, method: string, params: unknown, options: CallOptions): Promise<unknown>;
}

export interface StatusServerOptions {
  /** 0 for any that is free. */
  readonly port: number;
  /** What a call must show. Default: nothing. */
  readonly adminToken?: string | undefined;
}

const DEFAULT_CALL_TIMEOUT_MS = 5_000;
const MAX_CALL_TIMEOUT_MS = 3_600_000;

const HTTP_STATUS: Partial<Readonly<Record<ErrorCode, number>>> = {
  ERR_SERVICE_NOT_FOUND: 404,
  ERR_UNKNOWN_TOOL: 404,
  ERR_INVALID_REQUEST: 400,
  ERR_INVALID_PARAMS: 400,
  ERR_FORBIDDEN: 403,
  ERR_CANCELLED: 499,
  ERR_OVERLOADED: 503,
  ERR_SERVICE_EXIT: 503,
  ERR_TIMEOUT: 504,
};

/**
 * Listens.
 *
 * @throws `ERR_TARGET` when the port is taken or may not be used
 */
export async function startStatusServer(
  application: ServedApplication,
  { port, adminToken }: StatusServerOptions,
): Promise<LoopbackServer> {
  let boundPort = port;
  const server = await startLoopbackServer(port, async (request, response) => {
    try {
      await answer(request, response, application, boundPort, adminToken);
    } catch (error) {
      // A defect of ours, or a client that went away: neither may end the application.
      if (response.headersSent) response.destroy();
      else send(response, 500, problem(messageOf(error)));
    }
  });
  boundPort = server.port;
  return server;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  application: ServedApplication,
  port: number,
  adminToken: string | undefined,
): Promise<void> {
  const refusal = refusalOf(request);
  if (refusal !== undefined) return refuse(response, refusal);
  const target = request.url ?? '';
  const base = `http://${HOST}`;
  const url = URL.canParse(target, base) ? new URL(target, base) : undefined;
  const [, first = '', ...rest] = (url?.pathname ?? '').split('/');
  if (first === 'call' && rest.length >= 2) {
    if (!allows(request, response, 'POST')) return;
    const callRefusal = callRefusalOf(request, adminToken);
    if (callRefusal !== undefined) return refuse(response, callRefusal);
    const timeoutMs = url?.searchParams.get('timeoutMs') ?? String(DEFAULT_CALL_TIMEOUT_MS);
    return callService(request, response, application, rest, timeoutMs);
  }
  const page = rest.length === 0 ? PAGES.get(first) : undefined;
  if (page === undefined) {
    const message = 'there is /livez, /readyz, /metrics, /status and /call/SERVICE/METHOD';
    return refuse(response, { status: 404, message });
  }
  if (!allows(request, response, 'GET', 'HEAD')) return;
  await page(response, application, port);
}

type Page = (
  response: ServerResponse,
  application: ServedApplication,
  port: number,
) => void | Promise<void>;

const PAGES: ReadonlyMap<string, Page> = new Map<string, Page>([
  ['livez', (response, application) => sendReport(response, application.livez())],
  ['readyz', (response, application) => sendReport(response, application.readyz())],
  ['status', (response, application, port) => send(response, 200, application.status(port))],
  [
    'metrics',
    async (response, application) => {
      const { contentType, text } = await application.metrics();
      response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' });
      response.end(text);
    },
  ],
]);

async function callService(
  request: IncomingMessage,
  response: ServerResponse,
  application: ServedApplication,
  path: readonly string[],
  timeoutText: string,
): Promise<void> {
  // A method may have slashes of its own: tools/call.
  const [service, method] = [path[0] as string, path.slice(1).join('/')].map(decoded);
  const timeoutMs = /^\d+$/.test(timeoutText) ? Number(timeoutText) : Number.NaN;
  if (!service || !method || !(timeoutMs >= 1 && timeoutMs <= MAX_CALL_TIMEOUT_MS)) {
    const message = `the path is /call/SERVICE/METHOD, and timeoutMs from 1 to ${MAX_CALL_TIMEOUT_MS}`;
    return refuse(response, { status: 400, message });
  }
  const body = await readJsonBody(request);
  if ('message' in body) return refuse(response, body);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    const options = { timeoutMs, signal: gone.signal };
    const result = await application.call(service, method, body.value, options);
    send(response, 200, { result: toJsonForm(result) ?? null });
  } catch (error) {
    if (!(error instanceof ToolrigError)) throw error;
    const { code, message, data } = error;
    send(response, HTTP_STATUS[code] ?? 500, { error: { code, message, data: toJsonForm(data) } });
  }
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    // Not a name that anybody can have.
    return undefined;
  }
}

function allows(request: IncomingMessage, response: ServerResponse, ...methods: string[]): boolean {
  if (methods.includes(request.method ?? '')) return true;
  response.setHeader('allow', methods.join(', '));
  refuse(response, { status: 405, message: `the method must be ${methods.join(' or ')}` });
  return false;
}

function refuse(response: ServerResponse, { status, message }: Refusal): void {
  // What is left of a body is not read: the connection ends with the answer.
  if (status === 413) response.setHeader('connection', 'close');
  send(response, status, problem(message));
}

function problem(message: string) {
  return { error: { message } };
}

function sendReport(response: ServerResponse, report: ProbeReport): void {
  send(response, report.ok ? 200 : 503, report);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body); // may throw, so before anything is said
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(`${text}\n`);
}
