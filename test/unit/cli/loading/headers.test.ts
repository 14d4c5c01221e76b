import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseHeaders, withoutSecrets } from '../../../../src/cli/loading/headers.ts';

describe('headers', () => {
  test('are names in small letters, with values that may hold colons', () => {
    assert.deepEqual(parseHeaders(['Authorization: Bearer a:b', 'X-Tenant:7 ']), {
      authorization: 'Bearer a:b',
      'x-tenant': '7',
    });
  });

  test('that are none are refused without being repeated', () => {
    for (const written of ['secret', ': secret', 'Name secret: x', 'Name:', 'A: b\r\nC: secret']) {
      assert.throws(
        () => parseHeaders([written]),
        (error: Error) => /--header must be/.test(error.message) && !/secret/.test(error.message),
        written,
      );
    }
  });
});

test('a command line is stored without what headers and queries say', () => {
  const words = [
    'load',
    'old=http://h/mcp?key=secret&page=secret#x',
    'http://h/mcp',
    '-H',
    'Authorization: Bearer secret',
    '--header=X-Key: secret=secret',
    '-H=A:secret',
    '--expect',
    'a=b?c=d',
  ];
  assert.deepEqual(withoutSecrets(words), [
    'load',
    'old=http://h/mcp?key=…&page=…#x',
    'http://h/mcp',
    '-H',
    'Authorization: …',
    '--header=X-Key: …',
    '-H=A: …',
    '--expect',
    'a=b?c=d',
  ]);
});
