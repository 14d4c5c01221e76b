import assert from 'node:assert/strict';
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import type { LoopbackServer } from '../../../src/cli/serving/loopback-server.ts';
import {
  type ServedApplication,
  startStatusServer,
} from '../../../src/cli/serving/status-server.ts';
import { ToolrigError } from '../../../src/core/errors.ts';
import type { CallOptions } from '../../../src/runtime/index.ts';

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface Seen {
  readonly service: string;
  readonly method: string;
  readonly params: unknown;
  readonly options: CallOptions;
}

const TOKEN = 'correct-horse-battery';
const JSON_TYPE = { 'content-type': 'application/json' };

/** An application that answers what it was asked, or fails as its parameters say. */
function fakeApplication(seen: Seen[]) {
  let isReady = true;
  const application: ServedApplication = {
    livez: () => ({ ok: true, checks: [] }),
    readyz: () => ({ ok: isReady, checks: [] }),
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4', text: 'up 1\n' }),
    status: (port) => ({ port }) as ReturnType<ServedApplication['status']>,
    async call(service, method, params, options) {
      seen.push({ service, method, params, options });
      const code = (params as { fail?: string } | undefined)?.fail;
      if (code === 'DEFECT') throw new TypeError('a defect');
      if (code !== undefined) {
        throw new ToolrigError(code as 'ERR_TIMEOUT', `failed: ${code}`, { data: { n: 1 } });
      }
      if (method === 'bytes') return { bytes: new Uint8Array([1, 2, 3]) };
      if (method === 'big') return { n: 1n };
      if (method === 'hang') {
        await new Promise((_, reject) => {
          options.signal?.addEventListener('abort', () => reject(new Error('aborted')));
        });
      }
      return method === 'nothing' ? undefined : { params };
    },
  };
  return { application, setReady: (ready: boolean) => void (isReady = ready) };
}

describe('The status server', () => {
  const seen: Seen[] = [];
  const { application, setReady } = fakeApplication(seen);
  let server: LoopbackServer;

  before(async () => {
    server = await startStatusServer(application, { port: 0 });
  });
  after(() => server.close());

  function ask(
    method: string,
    path: string,
    headers: OutgoingHttpHeaders = {},
    body = '',
    port = server.port,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false });
      sent.once('error', reject);
      sent.once('response', (response) => {
        readAll(response).then(
          (text) => resolve({ status: response.statusCode, headers: response.headers, text }),
          reject,
        );
      });
      sent.end(body);
    });
  }

  const call = (path: string, params: unknown, headers: OutgoingHttpHeaders = JSON_TYPE) =>
    ask('POST', `/call/${path}`, headers, params === undefined ? '' : JSON.stringify(params));

  test('answers its pages', async () => {
    assert.deepEqual(JSON.parse((await ask('GET', '/livez')).text), { ok: true, checks: [] });
    assert.deepEqual(JSON.parse((await ask('GET', '/status?x')).text), { port: server.port });
    const metrics = await ask('GET', '/metrics');
    assert.deepEqual(
      [metrics.status, metrics.headers['content-type'], metrics.text],
      [200, 'text/plain; version=0.0.4', 'up 1\n'],
    );
    assert.equal((await ask('HEAD', '/readyz')).text, '');
  });

  test('says 503 where a probe fails', async () => {
    setReady(false);
    assert.equal((await ask('GET', '/readyz')).status, 503);
    setReady(true);
    assert.equal((await ask('GET', '/readyz')).status, 200);
  });

  test('knows no other path, and each by its own method', async () => {
    for (const path of ['/', '/nope', '/status/x', '/call', '/call/x', '/livez/', '//']) {
      assert.equal((await ask('GET', path)).status, 404, path);
    }
    const wrong = await ask('POST', '/livez', JSON_TYPE);
    assert.deepEqual([wrong.status, wrong.headers.allow], [405, 'GET, HEAD']);
    const asked = await ask('GET', '/call/a/b');
    assert.deepEqual([asked.status, asked.headers.allow], [405, 'POST']);
  });

  test('passes a call on, slashes in its method included, and the reply back', async () => {
    seen.length = 0;
    const answer = await call('my%2Fservice/tools/call?timeoutMs=250', { a: [1] });
    assert.deepEqual(JSON.parse(answer.text), { result: { params: { a: [1] } } });
    const [{ service, method, params, options }] = seen as [Seen];
    assert.deepEqual([service, method, params], ['my/service', 'tools/call', { a: [1] }]);
    assert.equal(options.timeoutMs, 250);
    assert.deepEqual(JSON.parse((await call('a/ping', undefined)).text), { result: {} });
  });

  test('turns bytes into base64, and no reply into null', async () => {
    assert.deepEqual(JSON.parse((await call('a/bytes', {})).text), { result: { bytes: 'AQID' } });
    assert.deepEqual(JSON.parse((await call('a/nothing', {})).text), { result: null });
  });

  test('answers a failed call with its code', async () => {
    const statuses = {
      ERR_SERVICE_NOT_FOUND: 404,
      ERR_INVALID_PARAMS: 400,
      ERR_FORBIDDEN: 403,
      ERR_OVERLOADED: 503,
      ERR_TIMEOUT: 504,
    };
    for (const [code, status] of Object.entries(statuses)) {
      const answer = await call('a/b', { fail: code });
      assert.equal(answer.status, status);
      assert.deepEqual(JSON.parse(answer.text), {
        error: { code, message: `failed: ${code}`, data: { n: 1 } },
      });
    }
  });

  test('outlives a defect, and a reply that JSON cannot hold', async () => {
    assert.equal((await call('a/b', { fail: 'DEFECT' })).status, 500);
    assert.equal((await call('a/big', {})).status, 500);
    assert.equal((await ask('GET', '/livez')).status, 200);
  });

  test('refuses parameters that are no JSON, a deadline that is none, and no names', async () => {
    assert.equal((await ask('POST', '/call/a/b', JSON_TYPE, '{"a":')).status, 400);
    for (const timeoutMs of ['0', '-1', '1e3', 'soon', '3600001', '']) {
      assert.equal((await call(`a/b?timeoutMs=${timeoutMs}`, {})).status, 400, timeoutMs);
    }
    assert.equal((await call('/b', {})).status, 400);
    assert.equal((await call('a/', {})).status, 400);
    assert.equal((await call('%ff/b', {})).status, 400);
  });

  test('refuses a body that is too large, before it is sent', async () => {
    const headers = { ...JSON_TYPE, 'content-length': 25 * 1024 * 1024, expect: '100-continue' };
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = request({
        host: '127.0.0.1',
        port: server.port,
        method: 'POST',
        path: '/call/a/b',
        headers,
        agent: false,
      });
      sent.once('error', reject);
      sent.once('response', (response) => {
        resolve(response.statusCode);
        sent.destroy();
      });
      sent.flushHeaders();
    });
    assert.equal(status, 413);
  });

  test('refuses headers that are too long', async () => {
    const answer = await ask('GET', '/livez', { 'x-long': 'x'.repeat(10_000) });
    assert.equal(answer.status, 431);
  });

  test('gives up the call of a client that has gone', { timeout: 10_000 }, async () => {
    seen.length = 0;
    const sent = request({
      host: '127.0.0.1',
      port: server.port,
      method: 'POST',
      path: '/call/a/hang',
      headers: JSON_TYPE,
      agent: false,
    });
    sent.once('error', () => {});
    sent.end('{}');
    while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const { signal } = (seen[0] as Seen).options;
    const aborted = new Promise((resolve) => signal?.addEventListener('abort', resolve));
    sent.destroy();
    await aborted;
  });

  test('refuses a Host that is not loopback: a page whose name resolves here', async () => {
    for (const host of ['evil.example', `evil.example:${server.port}`, '127.0.0.1.evil.example']) {
      for (const path of ['/status', '/livez', '/metrics']) {
        assert.equal((await ask('GET', path, { host })).status, 403, host);
      }
      assert.equal((await call('a/b', {}, { ...JSON_TYPE, host })).status, 403);
    }
    for (const host of ['localhost', `LOCALHOST:${server.port}`, '[::1]:1']) {
      assert.equal((await ask('GET', '/livez', { host })).status, 200, host);
    }
  });

  test('refuses a call that a web page could send', async () => {
    seen.length = 0;
    const simple = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''];
    for (const type of simple) {
      assert.equal((await call('a/b', {}, { 'content-type': type })).status, 415, type);
    }
    const headers = { ...JSON_TYPE, origin: 'http://127.0.0.1:7420' };
    assert.equal((await call('a/b', {}, headers)).status, 403);
    const preflight = await ask('OPTIONS', '/call/a/b', { origin: 'http://evil.example' });
    assert.equal(preflight.status, 405);
    assert.equal(preflight.headers['access-control-allow-origin'], undefined);
    assert.deepEqual(seen, []);
  });

  test('wants the admin token for calls when there is one, and for nothing else', async () => {
    const guarded = await startStatusServer(application, { port: 0, adminToken: TOKEN });
    try {
      const send = (headers: OutgoingHttpHeaders) =>
        ask('POST', '/call/a/b', { ...JSON_TYPE, ...headers }, '{}', guarded.port);
      assert.equal((await send({})).status, 401);
      assert.equal((await send({ authorization: `Bearer ${TOKEN}x` })).status, 401);
      assert.equal((await send({ authorization: TOKEN })).status, 401);
      assert.equal((await send({ authorization: `Bearer ${TOKEN}` })).status, 200);
      assert.equal((await ask('GET', '/status', {}, '', guarded.port)).status, 200);
    } finally {
      await guarded.close();
    }
  });

  test('says that its port is taken', async () => {
    await assert.rejects(startStatusServer(application, { port: server.port }), {
      code: 'ERR_TARGET',
      message: /the port is taken.*--port/,
    });
  });

  test('outlives what is no HTTP', async () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.end('\u0000\u0001 nonsense\r\n\r\n');
    assert.match(await readAll(socket), /^HTTP\/1\.1 400/);
    assert.equal((await ask('GET', '/livez')).status, 200);
  });

  test('closes while a client keeps its connection', { timeout: 10_000 }, async () => {
    const own = await startStatusServer(application, { port: 0 });
    const socket = connect(own.port, '127.0.0.1');
    socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
    await own.close();
    socket.destroy();
  });
});
