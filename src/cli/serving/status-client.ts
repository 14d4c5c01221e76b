/** Asks a running `toolrig serve` over loopback. */

import { type IncomingMessage, request } from 'node:http';
import { ToolrigError } from '../../core/errors.ts';
import type { StatusDocument } from './status-document.ts';

/** A call that the application answered with an error. */
export interface CallFailure {
  /** Absent when it was the server that refused. */
  readonly code?: string;
  readonly message: string;
}

export type CallReply = { readonly result: unknown } | { readonly error: CallFailure };

export interface CallRequest {
  readonly service: string;
  readonly method: string;
  /** `undefined` for none. */
  readonly params: unknown;
  readonly timeoutMs: number;
  readonly adminToken: string | undefined;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const HOST = '127.0.0.1';
const STATUS_TIMEOUT_MS = 5_000;
/** What a call may take beyond its deadline before the server counts as hung. */
const GRACE_MS = 5_000;

/**
 * The application that serves on `port`.
 *
 * @throws `ERR_TARGET` when nothing is there, or something else
 */
export async function fetchStatus(port: number): Promise<StatusDocument> {
  const { body } = await ask(port, 'GET', '/status', STATUS_TIMEOUT_MS, {}, '');
  const status = body as Partial<StatusDocument> | null | undefined;
  if (status?.schemaVersion === 1 && status.tool?.name === 'toolrig') {
    return status as StatusDocument;
  }
  throw somethingElse(port);
}

/**
 * Calls a service of the application that serves on `port`; a failed call is a value.
 *
 * @throws `ERR_TARGET` when nothing is there, or something else
 */
export async function postCall(port: number, call: CallRequest): Promise<CallReply> {
  const { service, method, params, timeoutMs, adminToken } = call;
  const path = `/call/${[service, method].map(encodeURIComponent).join('/')}?timeoutMs=${timeoutMs}`;
  const headers = {
    'content-type': 'application/json',
    ...(adminToken === undefined ? {} : { authorization: `Bearer ${adminToken}` }),
  };
  const text = params === undefined ? '' : JSON.stringify(params);
  const { body } = await ask(port, 'POST', path, timeoutMs + GRACE_MS, headers, text);
  const reply = body as Partial<{ result: unknown; error: CallFailure }> | null | undefined;
  if (typeof reply?.error?.message === 'string') return { error: reply.error };
  if (reply !== null && reply !== undefined && 'result' in reply) return { result: reply.result };
  throw somethingElse(port);
}

function ask(
  port: number,
  method: 'GET' | 'POST',
  path: string,
  timeoutMs: number,
  headers: Readonly<Record<string, string>>,
  text: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => reject(unreachable(port, error));
    const sent = request(
      {
        host: HOST,
        port,
        method,
        path,
        agent: false,
        signal: AbortSignal.timeout(timeoutMs),
        headers: { ...headers, 'content-length': Buffer.byteLength(text) },
      },
      (response) => void readAnswer(response).then(resolve, failed),
    );
    sent.once('error', failed);
    sent.end(text);
  });
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // Not ours: whoever asked says so.
    body = undefined;
  }
  return { status: response.statusCode ?? 0, body };
}

function unreachable(port: number, error: NodeJS.ErrnoException): ToolrigError {
  const where = `http://${HOST}:${port}`;
  if (error.code === 'ECONNREFUSED') {
    const message =
      `nothing is served at ${where}: start it with toolrig serve, or name its port with --port ` +
      'or TOOLRIG_PORT';
    return new ToolrigError('ERR_TARGET', message, { cause: error });
  }
  const reason =
    error.name === 'TimeoutError' || error.name === 'AbortError'
      ? 'no answer in time'
      : error.message;
  return new ToolrigError('ERR_TARGET', `${where} did not answer: ${reason}`, { cause: error });
}

function somethingElse(port: number): ToolrigError {
  const message = `what listens at http://${HOST}:${port} is no toolrig serve: name its port with --port`;
  return new ToolrigError('ERR_TARGET', message);
}
