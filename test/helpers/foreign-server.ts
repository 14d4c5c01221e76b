/**
 * An MCP server as somebody else may have written it, without any SDK: over stdio when it is run as a program, or over
 * Streamable HTTP in this process. It has two tools, and trouble if so asked.
 *
 *   node foreign-server.js [dies]
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Calls that it answers before its trouble. */
const CALLS_BEFORE_TROUBLE = 30;

const TOOLS = [
  {
    name: 'add',
    inputSchema: {
      type: 'object',
      properties: { a: { type: 'number' }, b: { type: 'number' } },
      required: ['a', 'b'],
      additionalProperties: false,
    },
  },
  { name: 'fail', inputSchema: { type: 'object' } },
];

interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: { readonly name?: string; readonly arguments?: { a: number; b: number } };
}

/** What it answers; `undefined` to a notification. */
function answerTo({ id, method, params }: Message): object | undefined {
  if (id === undefined) return undefined;
  const answer = (body: object) => ({ jsonrpc: '2.0', id, ...body });
  if (method === 'initialize') {
    const serverInfo = { name: 'foreign', version: '1' };
    const capabilities = { tools: {} };
    return answer({ result: { protocolVersion: '2025-06-18', capabilities, serverInfo } });
  }
  // One to a page.
  const cursor = (params as { cursor?: string } | undefined)?.cursor;
  if (method === 'tools/list') {
    const [first, ...rest] = TOOLS;
    return answer({
      result: cursor === undefined ? { tools: [first], nextCursor: '1' } : { tools: rest },
    });
  }
  const { name, arguments: given = { a: 0, b: 0 } } = params ?? {};
  if (name === 'fail') {
    return answer({ result: { isError: true, content: [{ type: 'text', text: 'never works' }] } });
  }
  if (name !== 'add') return answer({ error: { code: -32602, message: `Unknown tool: ${name}` } });
  return answer({ result: { content: [{ type: 'text', text: `sum ${given.a + given.b}` }] } });
}

export interface ForeignHttp {
  readonly url: string;
  /** Calls of tools so far. */
  readonly calls: () => number;
  /** Headers of the last request. */
  readonly headers: () => IncomingMessage['headers'];
  close(): Promise<void>;
}

/** Serves on loopback; `misbehave` may answer a request in its place, and then says so. */
export async function startForeignHttp(
  misbehave: (request: IncomingMessage, response: ServerResponse) => boolean = () => false,
): Promise<ForeignHttp> {
  let calls = 0;
  let headers: IncomingMessage['headers'] = {};
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    headers = request.headers;
    if (request.method !== 'POST') {
      response.writeHead(405).end();
      return;
    }
    const message = JSON.parse(await text(request)) as Message;
    if (message.method === 'tools/call') calls++;
    if (misbehave(request, response)) return;
    const answer = answerTo(message);
    response.writeHead(answer === undefined ? 202 : 200, { 'content-type': 'application/json' });
    response.end(answer === undefined ? '' : JSON.stringify(answer));
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    calls: () => calls,
    headers: () => headers,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function serveStdio(trouble: string | undefined): void {
  let rest = '';
  let calls = 0;
  process.stdin.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const message = JSON.parse(line) as Message;
      const isLate = message.method === 'tools/call' && ++calls > CALLS_BEFORE_TROUBLE;
      if (isLate && trouble === 'dies') process.exit(7);
      const answer = answerTo(message);
      if (answer !== undefined) process.stdout.write(`${JSON.stringify(answer)}\n`);
    }
  });
}

if (process.argv[1] === import.meta.filename) serveStdio(process.argv[2]);
