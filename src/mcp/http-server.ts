/**
 * Services over Streamable HTTP on loopback, in the stateful form of 2025-11-25: a session for each
 * client, an SSE stream for each reply (the SDK's default, and the only one that carries progress).
 *
 *   POST   /mcp/<service>   without a session: initialize opens one; with one: a message
 *   GET    /mcp/<service>   the session's stream of server notifications
 *   DELETE /mcp/<service>   ends the session
 *
 * Any service name is accepted, as `transport.call` accepts it: a call to one that does not exist
 * is answered with `ERR_SERVICE_NOT_FOUND`. The address is 127.0.0.1 and the SDK's guards refuse
 * foreign Host and Origin headers, so that no web page can reach it.
 */

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  localhostHostValidation,
  localhostOriginValidation,
  NodeStreamableHTTPServerTransport,
} from '@modelcontextprotocol/node';
import { type Server, STDIO_DEFAULT_MAX_BUFFER_SIZE } from '@modelcontextprotocol/server';
import { messageOf } from '../core/errors.ts';
import { releaseCancelledRequests } from './cancelled-requests.ts';

/** Longer than a client keeps an idle socket, so that the server never closes one under a request. */
const KEEP_ALIVE_MS = 120_000;
const MCP_PATH = /^\/mcp\/([^/?]+)\/?(?:\?.*)?$/;

export interface McpHttpServer {
  readonly port: number;
  /** Ends every session and connection. Idempotent. */
  close(): Promise<void>;
}

/**
 * Listens on a free port of 127.0.0.1.
 *
 * @param serverFor - makes the SDK server of a new session with the service of that name
 */
export async function startHttpServer(
  serverFor: (serviceName: string) => Server,
): Promise<McpHttpServer> {
  const sessions = new HttpSessions(serverFor);
  const isLocalHost = localhostHostValidation();
  const isLocalOrigin = localhostOriginValidation();
  const http = createServer((request, response) => {
    if (!isLocalHost(request, response) || !isLocalOrigin(request, response)) return;
    sessions.handle(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else refuse(response, 500, -32603, messageOf(error));
    });
  });
  http.keepAliveTimeout = KEEP_ALIVE_MS;
  http.requestTimeout = 0; // a deadline is the caller's affair
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(0, '127.0.0.1', resolve);
  });
  const { port } = http.address() as AddressInfo;
  return {
    port,
    async close() {
      await sessions.close();
      if (!http.listening) return;
      const closed = new Promise((resolve) => http.close(resolve));
      http.closeAllConnections();
      await closed;
    },
  };
}

interface Session {
  readonly service: string;
  readonly transport: NodeStreamableHTTPServerTransport;
  readonly server: Server;
}

class HttpSessions {
  readonly #serverFor: (serviceName: string) => Server;
  readonly #sessions = new Map<string, Session>();

  constructor(serverFor: (serviceName: string) => Server) {
    this.#serverFor = serverFor;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = MCP_PATH.exec(request.url ?? '')?.[1];
    if (name === undefined) {
      refuse(response, 404, -32600, 'Not found: the path is /mcp/<service>');
      return;
    }
    const service = decodeURIComponent(name);
    const id = request.headers['mcp-session-id'];
    if (id === undefined && request.method === 'POST') {
      await this.#open(service, request, response);
      return;
    }
    const session = this.#sessions.get(String(id));
    if (session?.service === service) await session.transport.handleRequest(request, response);
    else refuse(response, id === undefined ? 400 : 404, -32001, 'Session not found');
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map(({ server }) => server.close()));
  }

  async #open(service: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void this.#sessions.set(id, { service, transport, server }),
      maxRequestBodySize: STDIO_DEFAULT_MAX_BUFFER_SIZE, // both ways carry the same payloads
    });
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- an SDK transport is no EventTarget
    transport.onclose = () => {
      if (transport.sessionId !== undefined) this.#sessions.delete(transport.sessionId);
    };
    releaseCancelledRequests(transport);
    const server = this.#serverFor(service);
    await server.connect(transport);
    await transport.handleRequest(request, response);
    // Anything but a valid `initialize` was answered with an error, and opened no session.
    if (transport.sessionId === undefined) await server.close();
  }
}

function refuse(response: ServerResponse, status: number, code: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id: null }));
}
