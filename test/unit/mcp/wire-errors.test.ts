import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ErrorCode, ToolrigError } from '../../../src/core/errors.ts';
import {
  ERROR_META_KEY,
  errorOfToolResult,
  fromWireError,
  toFailedToolResult,
  toWireError,
} from '../../../src/mcp/wire-errors.ts';

/** The table of docs/ERRORS.md. */
const NUMBERS: readonly (readonly [ErrorCode, number])[] = [
  ['ERR_SERVICE_NOT_FOUND', -32602],
  ['ERR_UNKNOWN_TOOL', -32602],
  ['ERR_INVALID_PARAMS', -32602],
  ['ERR_FORBIDDEN', -32602],
  ['ERR_INVALID_REQUEST', -32601],
  ['ERR_SERVICE_EXIT', -32603],
  ['ERR_OVERLOADED', -32603],
  ['ERR_TIMEOUT', -32603],
];

/** As the far side gets it. */
function overJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function codeOf(code: number, data?: unknown): ErrorCode {
  return fromWireError({ code, message: 'no', data }).code;
}

describe('a failure on the MCP wire', () => {
  for (const [code, number] of NUMBERS) {
    test(`${code} travels as ${number} and is raised again with message and data`, () => {
      const wire = overJson(toWireError(new ToolrigError(code, 'went wrong', { data: { a: 1 } })));
      assert.equal(wire.code, number);
      assert.deepEqual(wire.data, { code, data: { a: 1 } });
      const raised = fromWireError(wire);
      assert.ok(raised instanceof ToolrigError);
      assert.deepEqual([raised.code, raised.message, raised.data], [code, 'went wrong', { a: 1 }]);
    });
  }

  test('an error without data arrives without data', () => {
    const raised = fromWireError(overJson(toWireError(new ToolrigError('ERR_OVERLOADED', 'full'))));
    assert.equal(raised.data, undefined);
  });

  test('the number decides where a foreign server names no code of ours', () => {
    assert.equal(codeOf(-32601), 'ERR_INVALID_REQUEST');
    assert.equal(codeOf(-32602), 'ERR_INVALID_PARAMS');
    assert.equal(codeOf(-32603), 'ERR_SERVICE_EXIT');
    assert.equal(codeOf(-32602, { code: 'ERR_MADE_UP' }), 'ERR_INVALID_PARAMS');
    assert.equal(codeOf(-32602, { code: 'toString' }), 'ERR_INVALID_PARAMS');
    assert.deepEqual(fromWireError({ code: 1, message: 'no', data: { x: 1 } }).data, { x: 1 });
  });
});

describe('a failure as a tool result', () => {
  const error = new ToolrigError('ERR_INVALID_PARAMS', '/a must be number', {
    data: { tool: 't' },
  });

  test('shows the message to the model and the code to programs', () => {
    assert.deepEqual(toFailedToolResult(error), {
      content: [{ type: 'text', text: '/a must be number' }],
      isError: true,
      _meta: { [ERROR_META_KEY]: { code: 'ERR_INVALID_PARAMS', data: { tool: 't' } } },
    });
  });

  test('is raised again with code, message and data', () => {
    const raised = errorOfToolResult(overJson(toFailedToolResult(error)));
    assert.deepEqual(
      [raised?.code, raised?.message, raised?.data],
      ['ERR_INVALID_PARAMS', '/a must be number', { tool: 't' }],
    );
  });

  test('is not seen in results that a tool made itself', () => {
    const text = [{ type: 'text', text: 'no' }];
    const meta = { [ERROR_META_KEY]: { code: 'ERR_INVALID_PARAMS' } };
    assert.equal(errorOfToolResult({ content: text, isError: true }), undefined);
    assert.equal(errorOfToolResult({ content: text, _meta: meta }), undefined);
    assert.equal(errorOfToolResult({ content: text, isError: true, _meta: {} }), undefined);
    assert.equal(errorOfToolResult(undefined), undefined);
  });
});
