import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type ErrorCode,
  isCallErrorCode,
  ToolError,
  ToolrigError,
} from '../../../src/core/errors.ts';

/** The table of DESIGN.md, "The native call". */
const RPC_CODES: readonly (readonly [ErrorCode, number])[] = [
  ['ERR_SERVICE_NOT_FOUND', -31001],
  ['ERR_UNKNOWN_TOOL', -32601],
  ['ERR_INVALID_REQUEST', -32600],
  ['ERR_INVALID_PARAMS', -32602],
  ['ERR_TIMEOUT', -32603],
  ['ERR_SERVICE_EXIT', -31002],
  ['ERR_OVERLOADED', -31003],
  ['ERR_CANCELLED', -31005],
  ['ERR_FORBIDDEN', -31004],
];

describe('ToolrigError', () => {
  for (const [code, rpcCode] of RPC_CODES) {
    test(`gives ${code} the number ${rpcCode} on the native surface`, () => {
      assert.equal(new ToolrigError(code, 'x').rpcCode, rpcCode);
      assert.equal(isCallErrorCode(code), true);
    });
  }

  test('has no number for a code that no call rejects with', () => {
    assert.equal(new ToolrigError('ERR_USAGE', 'x').rpcCode, undefined);
    assert.equal(isCallErrorCode('ERR_USAGE'), false);
    assert.equal(isCallErrorCode('toString'), false);
    assert.equal(isCallErrorCode(-32603), false);
  });

  test('is worth another attempt for a timeout alone', () => {
    const retryable = RPC_CODES.filter(([code]) => new ToolrigError(code, 'x').retryable);
    assert.deepEqual(
      retryable.map(([code]) => code),
      ['ERR_TIMEOUT'],
    );
  });

  test('carries its cause and data, and has no cause when none was given', () => {
    const cause = new RangeError('inner');
    const error = new ToolrigError('ERR_TARGET', 'outer', { cause, data: { port: 1 } });
    assert.equal(error.cause, cause);
    assert.deepEqual(error.data, { port: 1 });
    assert.equal(error.name, 'ToolrigError');
    assert.ok(error instanceof Error);
    assert.equal('cause' in new ToolrigError('ERR_TARGET', 'x'), false);
  });
});

describe('ToolError', () => {
  test('is an error of its own, apart from those of Toolrig', () => {
    const error = new ToolError('no such row');
    assert.equal(error.name, 'ToolError');
    assert.equal(error instanceof ToolrigError, false);
  });
});
