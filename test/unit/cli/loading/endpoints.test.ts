import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { endpointsOf } from '../../../../src/cli/loading/endpoints.ts';

const NONE = { headers: {}, allowedHosts: [] };
const HERE = 'http://127.0.0.1:3000/mcp';

describe('the targets of a load', () => {
  test('are called http and stdio where there is one of each', () => {
    const headers = { authorization: 'Bearer x' };
    const found = endpointsOf([HERE], ['node', 'server.js'], { headers, allowedHosts: [] });
    assert.deepEqual(found, [
      { name: 'http', endpoint: { kind: 'http', url: HERE, headers } },
      { name: 'stdio', endpoint: { kind: 'stdio', command: ['node', 'server.js'] } },
    ]);
  });

  test('have the names that they are given', () => {
    const found = endpointsOf([`old=${HERE}?a=b`, `new=${HERE}`], [], NONE);
    assert.deepEqual(
      found.map(({ name }) => name),
      ['old', 'new'],
    );
  });

  test('may be on this machine, by whatever name', () => {
    for (const host of [
      'localhost',
      '127.0.0.1',
      '127.1',
      '[::1]',
      '0.0.0.0',
      'LOCALHOST',
      '2130706433',
    ]) {
      assert.equal(endpointsOf([`http://${host}:80/mcp`], [], NONE).length, 1, host);
    }
  });

  test('are refused elsewhere, unless the host is allowed by name', () => {
    for (const host of [
      'example.com',
      '10.0.0.1',
      'localhost.example.com',
      '127.0.0.1.nip.io',
      '[::2]',
    ]) {
      const url = `https://${host}/mcp`;
      const message = new RegExp(`--allow-host ${host.replaceAll(/[[\]]/g, '\\$&')}$`);
      assert.throws(() => endpointsOf([url], [], NONE), { code: 'ERR_USAGE', message });
      assert.throws(() => endpointsOf([url], [], { ...NONE, allowedHosts: ['other.org'] }), {
        message,
      });
      assert.equal(endpointsOf([url], [], { ...NONE, allowedHosts: [host] }).length, 1, host);
    }
  });

  const mistakes: [string, string[], RegExp][] = [
    ['none', [], /there is no target: .* -- and the command/],
    ['no address', ['node'], /must be the address .*, got 'node'; a command goes after --/],
    ['another protocol', ['ws://127.0.0.1/mcp'], /must be the address/],
    ['two without names', [HERE, `b=${HERE}`], /need a name each: old=http:\/\/127/],
    ['two of one name', [`a=${HERE}`, `a=${HERE}`], /two targets are named 'a'/],
    ['a password', ['http://me:secret@127.0.0.1/mcp'], /give --header/],
  ];
  for (const [what, targets, message] of mistakes) {
    test(`are refused: ${what}`, () => {
      assert.throws(() => endpointsOf(targets, [], NONE), { code: 'ERR_USAGE', message });
    });
  }
});
