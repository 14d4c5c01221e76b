import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, before, describe, test } from 'node:test';
import type { Target } from '../../../../src/harness/load/target.ts';
import { type Endpoint, endpointVariant } from '../../../../src/harness/variants/endpoint.ts';
import { type ForeignHttp, startForeignHttp } from '../../../helpers/foreign-server.ts';

const CALLS = { tool: 'add', inputs: [{ a: 1, b: 2 }], timeoutMs: 5_000 };
const SUM = { content: [{ type: 'text', text: 'sum 3' }] };

function open(endpoint: Endpoint, calls: Partial<typeof CALLS> = {}): Promise<Target> {
  return endpointVariant('it', endpoint, { ...CALLS, ...calls }).open({});
}

function add(target: Target): Promise<unknown> {
  return target.call('server', 'tools/call', { name: 'add', arguments: { a: 1, b: 2 } });
}

describe('a server at an address', () => {
  let server: ForeignHttp;
  let trouble: ((response: ServerResponse) => void) | undefined;

  before(async () => {
    server = await startForeignHttp((_request, response) => {
      trouble?.(response);
      return trouble !== undefined;
    });
  });
  after(() => server.close());

  function openHttp(calls?: Partial<typeof CALLS>): Promise<Target> {
    return open({ kind: 'http', url: server.url, headers: { 'x-key': 'a' } }, calls);
  }

  async function inTrouble<T>(what: (response: ServerResponse) => void, run: () => Promise<T>) {
    trouble = what;
    try {
      return await run();
    } finally {
      trouble = undefined;
    }
  }

  test('is called with the headers that were given, and nothing is known of what it uses', async () => {
    const target = await openHttp();
    assert.deepEqual(await add(target), SUM);
    assert.equal(server.headers()['x-key'], 'a');
    assert.equal(target.usageOf, 'caller');
    await target.close();
  });

  test('must have the tool, on whatever page of its listing, and arguments that fit', async () => {
    await (await openHttp({ tool: 'fail' })).close();
    const mistakes: [Partial<typeof CALLS>, RegExp][] = [
      [{ tool: 'ad' }, /'foreign' has no tool 'ad'\. Did you mean 'add'\?/],
      [{ tool: 'subtract' }, /There is: add, fail\./],
      [{ inputs: [{ a: 1 } as never] }, /the arguments do not fit tool 'add': .*property 'b'/],
      [
        { inputs: [{ a: 1, b: 2 }, { a: 1, b: 'x' } as never] },
        /arguments 2 of 2 do .*\/b must be/,
      ],
      [{ inputs: [{ a: 1, b: 2, c: 3 } as never] }, /there is no argument 'c'/],
    ];
    const callsBefore = server.calls();
    for (const [calls, message] of mistakes) {
      await assert.rejects(openHttp(calls), { code: 'ERR_USAGE', message });
    }
    assert.equal(server.calls(), callsBefore);
  });

  const answers: [number, string, RegExp][] = [
    [401, '', /HTTP 401 Unauthorized\. Show who you are: --header 'Authorization: Bearer TOKEN'$/],
    [500, '<h1>no</h1>', /HTTP 500 Internal Server Error: <h1>no<\/h1>$/],
    [307, '', /it redirects to https:\/\/example\.com\/mcp$/],
    [200, '<h1>welcome</h1>', /neither JSON nor events, but text\/html$/],
  ];
  for (const [status, body, message] of answers) {
    test(`cannot be connected to when it answers ${status} ${body}`, async () => {
      const said = { code: 'ERR_TARGET', message };
      const headers = { 'content-type': 'text/html', location: 'https://example.com/mcp' };
      const answer = (response: ServerResponse) => response.writeHead(status, headers).end(body);
      await inTrouble(answer, () => assert.rejects(openHttp(), said));
    });
  }

  test('cannot be connected to where nobody listens', async () => {
    const gone = await startForeignHttp();
    await gone.close();
    await assert.rejects(open({ kind: 'http', url: gone.url, headers: {} }), {
      code: 'ERR_TARGET',
      message: /connect ECONNREFUSED/,
    });
  });

  test('fails calls with what it says instead of a reply', async () => {
    const target = await openHttp();
    const rows: [number, string, RegExp][] = [
      [
        429,
        'ERR_OVERLOADED',
        /'foreign' refused the call \(HTTP 429 Too Many Requests: slow down\)/,
      ],
      [500, 'ERR_SERVICE_EXIT', /'foreign' did not reply \(HTTP 500/],
    ];
    for (const [status, code, message] of rows) {
      await inTrouble(
        (response) => response.writeHead(status).end('slow down'),
        () => assert.rejects(add(target), { code, message }),
      );
    }
    assert.deepEqual(await add(target), SUM);
    await target.close();
  });

  test('fails calls that take longer than they may, and says how to allow more', async () => {
    const target = await openHttp({ timeoutMs: 20 });
    await inTrouble(
      () => {},
      () =>
        assert.rejects(add(target), { code: 'ERR_TIMEOUT', message: /within 20 ms.*--timeout/ }),
    );
    await target.close();
  });
});

describe('a server that a command starts', () => {
  const failures: [string, readonly string[], RegExp][] = [
    [
      'is no program',
      ['no-such-program'],
      /^'no-such-program' cannot be started: there is no such/,
    ],
    ['ends with a word', ['sh', '-c', 'echo no base >&2; exit 3'], /exited with code 3\nno base$/],
    ['prints where only messages belong', ['echo', 'listening'], /\nit printed, .*: listening$/],
  ];
  for (const [what, command, message] of failures) {
    test(`cannot be connected to when it ${what}`, async () => {
      await assert.rejects(open({ kind: 'stdio', command }), { code: 'ERR_TARGET', message });
    });
  }
});
