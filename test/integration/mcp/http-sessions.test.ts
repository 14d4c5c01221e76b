/** What the HTTP server does beyond single calls: sessions, raw clients, strangers. */

import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import {
  ChildHost,
  connectHttp,
  type HttpSession,
  httpUrl,
  openHttpSession,
  parseHttpReply,
  requestBody,
} from '../../../src/mcp/index.ts';
import { contractSpec } from '../../helpers/contract-routes.ts';

/** The status of an empty POST; `fetch` would not send these headers. */
function statusOf(url: URL, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject);
    sent.end();
  });
}

function toolsCallBody(name: string, args: object, id: number | string): string {
  return requestBody('tools/call', { name, arguments: args }, id);
}

describe('services over HTTP', () => {
  let host: ChildHost;
  let url: URL;

  before(async () => {
    const options = { concurrency: 64 };
    const services = [contractSpec(options), { ...contractSpec(options), name: 'other' }];
    host = await ChildHost.start({ mode: 'http', services });
    url = httpUrl(host, 'contract');
  });

  after(() => host.stop());

  function post({ headers }: Pick<HttpSession, 'headers'>, body: string): Promise<Response> {
    return fetch(url, { method: 'POST', headers, body });
  }

  async function call(session: HttpSession, name: string, args: object, id: number) {
    const response = await post(session, toolsCallBody(name, args, id));
    return parseHttpReply(await response.text());
  }

  test('are reached by a raw client, whose calls end as those of any other', async () => {
    const session = await openHttpSession(url);
    const reply = await call(session, 'add', { a: 1, b: 2 }, 7);
    assert.deepEqual(reply, {
      id: 7,
      result: { content: [{ type: 'text', text: '{"sum":3}' }], structuredContent: { sum: 3 } },
    });
    for (const [name, code] of [
      ['nothing', 'ERR_UNKNOWN_TOOL'],
      ['add', 'ERR_INVALID_PARAMS'],
    ]) {
      const failed = await call(session, String(name), {}, 8);
      assert.equal('error' in failed && failed.error.code, code);
    }
    await session.close();
  });

  test('keep the sessions of many clients apart', async () => {
    const callers = await Promise.all(
      ['contract', 'other', 'contract', 'other'].map((name) => connectHttp(host, name)),
    );
    const names = await Promise.all(
      callers.map(async (caller) => ((await caller.call('whoami')) as { service: string }).service),
    );
    assert.deepEqual(names, ['contract', 'other', 'contract', 'other']);
    await callers[0]?.close();
    assert.deepEqual(await callers[2]?.call('ping'), {});
    await Promise.all(callers.map((caller) => caller.close()));
  });

  test('forget a session that its client has closed', async () => {
    const session = await openHttpSession(url);
    await session.close();
    const response = await post(session, toolsCallBody('add', { a: 1, b: 2 }, 1));
    assert.equal(response.status, 404);
  });

  test('refuse a session of another service', async () => {
    const session = await openHttpSession(httpUrl(host, 'other'));
    const response = await post(session, toolsCallBody('add', { a: 1, b: 2 }, 1));
    assert.equal(response.status, 404);
    await session.close();
  });

  test('that do not exist are not found by the call, as natively', async () => {
    const caller = await connectHttp(host, 'nobody');
    await assert.rejects(caller.call('ping'), {
      code: 'ERR_SERVICE_NOT_FOUND',
      message: /^Service not found: nobody\./,
    });
    await caller.close();
  });

  test('end the reply of a cancelled request, which is never answered', async () => {
    const session = await openHttpSession(url);
    const slow = post(session, toolsCallBody('slow', { ms: 60_000 }, 'slow'));
    const response = await slow; // its headers come at once, its stream stays open
    const cancel = {
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 'slow' },
    };
    await post(session, JSON.stringify(cancel));
    assert.equal(await response.text(), '');
    await session.close();
  });

  test('answer what is no MCP request with an error, and go on', async () => {
    const session = await openHttpSession(url);
    const statuses = await Promise.all(
      [
        post(session, 'garbage'),
        post(session, '{"a":1}'),
        post({ headers: { 'content-type': 'application/json' } }, toolsCallBody('add', {}, 1)),
        fetch(url, { method: 'GET' }),
        fetch(new URL('/', url)),
        fetch(new URL('/mcp/contract/more', url)),
      ].map(async (response) => (await response).status),
    );
    assert.deepEqual(statuses, [400, 400, 406, 400, 404, 404]);
    assert.ok('result' in (await call(session, 'add', { a: 1, b: 2 }, 2)));
    assert.equal(host.stderrTail, '');
    await session.close();
  });

  test('refuse a web page: a foreign Host or Origin', async () => {
    assert.equal(await statusOf(url, { host: 'evil.example' }), 403);
    assert.equal(await statusOf(url, { origin: 'http://evil.example' }), 403);
  });

  test('a raw client is told when there is no MCP server', async () => {
    const refused = { code: 'ERR_TARGET', message: /cannot open an MCP session at http/ };
    await assert.rejects(openHttpSession(new URL('/', url)), refused);
    await assert.rejects(openHttpSession('http://127.0.0.1:9/mcp/x'), refused);
  });
});
