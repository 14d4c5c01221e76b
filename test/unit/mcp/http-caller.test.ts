import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, afterEach, before, describe, test } from 'node:test';
import { HttpCaller } from '../../../src/mcp/http-caller.ts';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: unknown;
  readonly error?: unknown;
}

type Answer = (message: Message, response: ServerResponse) => void | Promise<void>;

function result(id: number | undefined, said: string) {
  return { jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: said }] } };
}

function json(response: ServerResponse, message: object): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(message));
}

function event(message: object): string {
  return `event: message\ndata: ${JSON.stringify(message)}\n\n`;
}

/** Calls of tools are answered by `answer`, everything else as it should be. */
describe('a caller over HTTP', () => {
  let server: Server;
  let url: URL;
  let answer: Answer;
  let requests: {
    method: string | undefined;
    headers: IncomingMessage['headers'];
    message: Message;
  }[];
  let heard: (message: Message) => void = () => {};

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const message = (body === '' ? {} : JSON.parse(body)) as Message;
    requests.push({ method: request.method, headers: request.headers, message });
    heard(message);
    if (request.url === '/moved') response.writeHead(308, { location: '/mcp' }).end();
    else if (message.method === 'tools/call') await answer(message, response);
    else if (message.method === 'initialize') {
      response.setHeader('mcp-session-id', 's-1');
      const serverInfo = { name: 'it', version: '1' };
      const protocolVersion = '2025-03-26';
      json(response, {
        jsonrpc: '2.0',
        id: message.id,
        result: { protocolVersion, capabilities: {}, serverInfo },
      });
    } else response.writeHead(request.method === 'DELETE' ? 204 : 202).end();
  }

  before(async () => {
    server = createServer((request, response) => void serve(request, response));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  let caller: HttpCaller;
  async function open(options: Parameters<typeof HttpCaller.connect>[1] = {}, at = url) {
    requests = [];
    caller = await HttpCaller.connect(at, options);
    return caller;
  }
  afterEach(async () => {
    heard = () => {};
    await caller.close();
  });

  function call(options?: { timeoutMs: number }): Promise<unknown> {
    return caller.call('tools/call', { name: 'x', arguments: {} }, options);
  }

  /** Resolves with the next message of that kind that the server gets. */
  function next(isIt: (message: Message) => boolean): Promise<Message> {
    return new Promise((resolve) => {
      heard = (message) => {
        if (isIt(message)) resolve(message);
      };
    });
  }

  test('speaks in one session, of the version that the server speaks, and ends it', async () => {
    answer = ({ id }, response) => json(response, result(id, 'yes'));
    await open({ headers: { authorization: 'Bearer x', accept: 'nonsense' } });
    assert.equal(caller.service, 'it');
    assert.deepEqual(await call(), result(0, 'yes').result);
    await caller.close();
    assert.deepEqual(
      requests.map(({ method, message }) => `${method} ${message.method ?? ''}`),
      ['POST initialize', 'POST notifications/initialized', 'POST tools/call', 'DELETE '],
    );
    for (const { headers } of requests) {
      assert.equal(headers.authorization, 'Bearer x');
      assert.equal(headers.accept, 'application/json, text/event-stream');
    }
    const [, ...later] = requests;
    for (const { headers } of later) {
      assert.deepEqual(
        [headers['mcp-session-id'], headers['mcp-protocol-version']],
        ['s-1', '2025-03-26'],
      );
    }
    await assert.rejects(call(), {
      code: 'ERR_SERVICE_EXIT',
      message: /ended \(connection closed\)/,
    });
  });

  test('follows a redirect within the origin to where the server is', async () => {
    answer = ({ id }, response) => json(response, result(id, 'yes'));
    await open({}, new URL('/moved', url));
    assert.deepEqual(await call(), result(0, 'yes').result);
    assert.equal(requests.filter(({ message }) => message.method === 'initialize').length, 2);
  });

  test('takes the reply out of a stream of events, and does not wait for its end', async () => {
    await open();
    let stream: ServerResponse | undefined;
    answer = ({ id }, response) => {
      stream = response;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const notification = { jsonrpc: '2.0', method: 'notifications/progress', params: {} };
      response.write(
        `: hello\n\ndata:\n\n${event(notification)}${event(result(999, 'of another'))}`,
      );
      response.write(event(result(id, 'yes')));
    };
    assert.deepEqual(await call(), result(0, 'yes').result);
    stream?.end();
  });

  test('answers what a server asks while it works', async () => {
    await open();
    for (const [method, has] of [
      ['ping', 'result'],
      ['sampling/createMessage', 'error'],
    ] as const) {
      answer = async ({ id }, response) => {
        const answered = next((message) => message.id === 77);
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(event({ jsonrpc: '2.0', id: 77, method }));
        assert.notEqual((await answered)[has], undefined);
        response.end(event(result(id, method)));
      };
      assert.deepEqual(await call(), result(0, method).result);
    }
  });

  test('tells the server of a call that ran into its deadline', async () => {
    await open({ timeoutHint: 'Wait longer.' });
    answer = () => {};
    const cancelled = next(({ method }) => method === 'notifications/cancelled');
    await assert.rejects(call({ timeoutMs: 5 }), {
      code: 'ERR_TIMEOUT',
      message: /5 ms\. Wait longer\./,
    });
    const sent = requests.find(({ message }) => message.method === 'tools/call');
    assert.equal((await cancelled).params?.['requestId'], sent?.message.id);
  });

  const losses: [string, Answer, RegExp][] = [
    [
      'no JSON',
      (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('<'),
      /is no JSON/,
    ],
    [
      'another id',
      ({ id = 0 }, response) => json(response, result(id + 1, '')),
      /answers another request/,
    ],
    [
      'neither result nor error',
      ({ id }, response) => json(response, { jsonrpc: '2.0', id }),
      /neither result nor error/,
    ],
    [
      'an end in the middle',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{', () => response.destroy());
      },
      /closed in the middle/,
    ],
    [
      'an end before the reply',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).end(': bye\n\n');
      },
      /ended without a reply/,
    ],
    [
      'nothing',
      (_, response) => {
        response.destroy();
      },
      /socket hang up/,
    ],
    [
      'a page',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<p>');
      },
      /neither JSON nor events, but text\/html/,
    ],
    [
      '202',
      (_, response) => {
        response.writeHead(202).end();
      },
      /neither JSON nor events, but nothing/,
    ],
  ];
  for (const [what, bad, message] of losses) {
    test(`takes for no reply: ${what}`, async () => {
      await open();
      answer = bad;
      await assert.rejects(call(), { code: 'ERR_SERVICE_EXIT', message });
      answer = ({ id }, response) => json(response, result(id, 'well again'));
      assert.deepEqual(await call(), result(0, 'well again').result);
    });
  }

  test('raises the errors of the protocol', async () => {
    await open();
    answer = ({ id }, response) =>
      json(response, { jsonrpc: '2.0', id, error: { code: -32602, message: 'Unknown tool: x' } });
    await assert.rejects(call(), { code: 'ERR_INVALID_PARAMS', message: 'Unknown tool: x' });
  });
});
