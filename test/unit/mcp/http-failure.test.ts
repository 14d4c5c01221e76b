import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SdkError, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client';
import { httpLossOf } from '../../../src/mcp/http-failure.ts';

function withStatus(status: number, statusText: string, text?: string): SdkHttpError {
  return new SdkHttpError(SdkErrorCode.ClientHttpNotImplemented, 'long', {
    status,
    statusText,
    text,
  });
}

describe('what it means that no reply came over HTTP', () => {
  test('a status: refused, or not served, with the start of the body in one line', () => {
    const rows: [number, string, string][] = [
      [401, 'ERR_FORBIDDEN', 'refused the call'],
      [403, 'ERR_FORBIDDEN', 'refused the call'],
      [429, 'ERR_OVERLOADED', 'refused the call'],
      [503, 'ERR_OVERLOADED', 'refused the call'],
      [404, 'ERR_SERVICE_EXIT', 'did not reply'],
      [500, 'ERR_SERVICE_EXIT', 'did not reply'],
    ];
    for (const [status, code, outcome] of rows) {
      const reason = `HTTP ${status} Text: a body`;
      assert.deepEqual(httpLossOf(withStatus(status, 'Text', ' a\n body ')), {
        code,
        outcome,
        reason,
      });
    }
    assert.equal(httpLossOf(withStatus(500, ''))?.reason, 'HTTP 500');
    assert.ok((httpLossOf(withStatus(500, '', 'x'.repeat(9_000)))?.reason.length ?? 0) < 300);
  });

  test('a connection that failed: why, be it of one address or of several', () => {
    const one = new TypeError('fetch failed', {
      cause: new Error('connect ECONNREFUSED 127.0.0.1:1'),
    });
    assert.equal(httpLossOf(one)?.reason, 'connect ECONNREFUSED 127.0.0.1:1');
    const several = Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' });
    assert.equal(
      httpLossOf(new TypeError('fetch failed', { cause: several }))?.reason,
      'ECONNREFUSED',
    );
  });

  test('a reply that is none: what is wrong with it', () => {
    const html = new SdkError(
      SdkErrorCode.ClientHttpUnexpectedContent,
      'Unexpected content type: text/html',
    );
    assert.match(httpLossOf(html)?.reason ?? '', /neither JSON nor events: .*text\/html/);
    assert.match(
      httpLossOf(new SyntaxError('Unexpected end'))?.reason ?? '',
      /no JSON: Unexpected end/,
    );
    const complaint = Object.assign(new Error('[{…}]'), { name: 'ZodError' });
    assert.match(httpLossOf(complaint)?.reason ?? '', /no JSON-RPC message/);
  });

  test('a transport that was closed: nothing of its own', () => {
    assert.equal(
      httpLossOf(new SdkError(SdkErrorCode.ConnectionClosed, 'Connection closed')),
      undefined,
    );
    assert.equal(httpLossOf(undefined), undefined);
    assert.equal(httpLossOf('text'), undefined);
  });
});
