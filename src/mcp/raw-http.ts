/**
 * Streamable HTTP without the SDK's client, for generators of raw load: the headers of a session,
 * the body of a call, and what a reply says.
 *
 * The server routes replies by the request's id within a session, so requests in flight together in
 * one session must have different ids.
 */

import { messageOf, ToolrigError } from '../core/errors.ts';
import { fromJsonReply, toJsonForm } from './json-form.ts';
import { errorOfToolResult, fromWireError, type WireError } from './wire-errors.ts';
import { replyOf } from './wire-meta.ts';

const PROTOCOL_VERSION = '2025-11-25';
export const INITIALIZE_PARAMS = {
  protocolVersion: PROTOCOL_VERSION,
  capabilities: {},
  clientInfo: { name: 'toolrig', version: '1' },
};
export const BASE_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};

export interface HttpSession {
  /** To send with every POST of the session. */
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the session on the server; what is in flight in it is never answered. */
  close(): Promise<void>;
}

/** What a reply says: the id of its request, and a result or the error that a caller would get. */
export type HttpReply =
  | { readonly id: unknown; readonly result: unknown }
  | { readonly id: unknown; readonly error: ToolrigError };

/**
 * Opens a session with the MCP server at `url`.
 *
 * @throws `ERR_TARGET` when it does not answer as one
 */
export async function openHttpSession(url: string | URL): Promise<HttpSession> {
  const initialize = {
    jsonrpc: '2.0',
    id: 'initialize',
    method: 'initialize',
    params: INITIALIZE_PARAMS,
  };
  const opened = await post(url, BASE_HEADERS, JSON.stringify(initialize));
  const reply = parseHttpReply(opened.body);
  if ('error' in reply) throw refused(url, reply.error.message, reply.error);
  const sessionId = opened.headers.get('mcp-session-id');
  if (sessionId === null) throw refused(url, 'it opened no session', undefined);
  const headers = {
    ...BASE_HEADERS,
    'mcp-session-id': sessionId,
    'mcp-protocol-version': PROTOCOL_VERSION,
  };
  await post(url, headers, '{"jsonrpc":"2.0","method":"notifications/initialized"}');
  return {
    headers,
    async close() {
      const response = await fetch(url, { method: 'DELETE', headers });
      await response.arrayBuffer();
    },
  };
}

/** The JSON-RPC body of a request; typed arrays in `params` travel as base64 or numbers. */
export function requestBody(method: string, params: unknown, id: number | string): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params: toJsonForm(params) });
}

/** The reply to a request, as {@link HttpReply.result} has it, in the form of a native reply. */
export function nativeReply(method: string, result: unknown): unknown {
  return fromJsonReply(method, method === 'tools/call' ? result : replyOf(result));
}

/**
 * What the body of a reply says, whether it is JSON or a stream of server-sent events.
 *
 * @throws `ERR_TARGET` when there is no JSON-RPC response in it
 */
export function parseHttpReply(body: string): HttpReply {
  for (const message of messagesOf(body)) {
    const reply = replyIn(message);
    if (reply !== undefined) return reply; // or else a notification that came before
  }
  const start = body.length > 200 ? `${body.slice(0, 200)}…` : body;
  throw new ToolrigError(
    'ERR_TARGET',
    `no JSON-RPC response in the body: ${JSON.stringify(start)}`,
  );
}

/** What a JSON-RPC message replies; `undefined` when it is none that does. */
export function replyIn(message: unknown): HttpReply | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { id, result, error } = message as { id?: unknown; result?: unknown; error?: WireError };
  if (error !== undefined) return { id, error: fromWireError(error) };
  if (result === undefined) return undefined;
  const failure = errorOfToolResult(result);
  return failure === undefined ? { id, result } : { id, error: failure };
}

function* messagesOf(body: string): Generator {
  if (body.startsWith('{')) {
    yield parseJson(body);
    return;
  }
  for (const line of body.split('\n')) {
    // The SDK writes each event's data as one line.
    if (line.startsWith('data:')) yield parseJson(line.slice('data:'.length));
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // cut off: as good as no message
  }
}

async function post(
  url: string | URL,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<{ readonly headers: Headers; readonly body: string }> {
  let response: Response;
  try {
    response = await fetch(url, { method: 'POST', headers, body });
  } catch (cause) {
    throw refused(url, messageOf(cause), cause);
  }
  const text = await response.text();
  if (!response.ok) throw refused(url, `HTTP ${response.status} ${text}`, undefined);
  return { headers: response.headers, body: text };
}

function refused(url: string | URL, reason: string, cause: unknown): ToolrigError {
  return new ToolrigError('ERR_TARGET', `cannot open an MCP session at ${String(url)}: ${reason}`, {
    cause,
  });
}
