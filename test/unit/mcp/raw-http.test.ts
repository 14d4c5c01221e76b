import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ToolrigError } from '../../../src/core/errors.ts';
import { nativeReply, parseHttpReply, requestBody } from '../../../src/mcp/raw-http.ts';
import { toFailedToolResult, toWireError } from '../../../src/mcp/wire-errors.ts';

function event(message: object): string {
  return `event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`;
}

describe('parseHttpReply', () => {
  test('reads a JSON body and a stream of events alike', () => {
    const result = { content: [] };
    const expected = { id: 3, result };
    assert.deepEqual(parseHttpReply(JSON.stringify({ jsonrpc: '2.0', id: 3, result })), expected);
    assert.deepEqual(parseHttpReply(event({ id: 3, result })), expected);
  });

  test('passes over keep-alives and notifications that came before the reply', () => {
    const progress = { method: 'notifications/progress', params: { progress: 1 } };
    const body = `: keepalive\n\n${event(progress)}${event({ id: 3, result: {} })}`;
    assert.deepEqual(parseHttpReply(body), { id: 3, result: {} });
  });

  test('gives the error that a caller would get', () => {
    const unknown = toWireError(new ToolrigError('ERR_UNKNOWN_TOOL', 'Unknown tool: x'));
    const misfit = toFailedToolResult(new ToolrigError('ERR_INVALID_PARAMS', 'bad a'));
    for (const [message, code] of [
      [{ id: 3, error: unknown }, 'ERR_UNKNOWN_TOOL'],
      [{ id: 3, result: misfit }, 'ERR_INVALID_PARAMS'],
    ] as const) {
      const reply = parseHttpReply(event(message));
      assert.equal('error' in reply && reply.error.code, code);
      assert.equal(reply.id, 3);
    }
  });

  test('refuses a body that has no reply', () => {
    for (const body of ['', ': keepalive\n\n', '{"id":3', 'data: {"id":3', '<html>']) {
      assert.throws(() => parseHttpReply(body), { code: 'ERR_TARGET' });
    }
  });
});

test('requestBody is a JSON-RPC request whose bytes travel as base64', () => {
  const params = { name: 'write', arguments: { data: Uint8Array.of(1, 2) } };
  assert.deepEqual(JSON.parse(requestBody('tools/call', params, 9)), {
    jsonrpc: '2.0',
    id: 9,
    method: 'tools/call',
    params: { name: 'write', arguments: { data: 'AQI=' } },
  });
});

test('nativeReply has bytes as bytes, and what is no object bare', () => {
  const contents = [{ uri: 'file:a', blob: 'AQI=' }];
  assert.deepEqual(nativeReply('resources/read', { contents }), {
    contents: [{ uri: 'file:a', blob: Uint8Array.of(1, 2) }],
  });
  assert.equal(nativeReply('count', { value: 7, _meta: { 'toolrig/bare': true } }), 7);
});
