import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  hasWireMeta,
  paramsWithoutWireMeta,
  replyOf,
  requestMeta,
  resultOf,
  tokenOf,
} from '../../../src/mcp/wire-meta.ts';

describe('_meta of a request', () => {
  test('is absent when the caller says nothing', () => {
    assert.equal(requestMeta(undefined, undefined, undefined, false), undefined);
  });

  test('merges the call over the params, as a native call does', () => {
    const merged = requestMeta({ a: 1, b: 1 }, { b: 2 }, undefined, false);
    assert.deepEqual(merged, { a: 1, b: 2 });
  });

  test("keeps the caller's token out of the key that the SDK overwrites", () => {
    for (const meta of [
      requestMeta(undefined, undefined, 7, true),
      requestMeta({ progressToken: 7 }, undefined, undefined, false),
      requestMeta({ progressToken: 1 }, { progressToken: 7 }, undefined, true),
      requestMeta({ progressToken: 1 }, undefined, 7, true),
    ]) {
      assert.equal(meta?.['progressToken'], undefined);
      assert.equal(tokenOf({ ...meta, progressToken: 99 }), 7);
    }
  });

  test('hides the number that the SDK made for a caller without a token', () => {
    const meta = { ...requestMeta(undefined, undefined, undefined, true), progressToken: 99 };
    assert.equal(tokenOf(meta), undefined);
  });

  test("passes a foreign client's token on", () => {
    assert.equal(tokenOf({ progressToken: 'theirs' }), 'theirs');
  });

  test("reaches the service without what is the wire's", () => {
    const meta = { ...requestMeta({ a: 1 }, undefined, 7, true), progressToken: 99 };
    assert.equal(hasWireMeta(meta), true);
    assert.equal(hasWireMeta({ a: 1 }), false);
    assert.deepEqual(paramsWithoutWireMeta({ name: 't', _meta: meta }, meta), {
      name: 't',
      _meta: { a: 1 },
    });
    assert.deepEqual(paramsWithoutWireMeta({ name: 't' }, { progressToken: 1 }), { name: 't' });
  });
});

describe('a reply as a JSON-RPC result', () => {
  test('is an object as it is', () => {
    const reply = { value: 1, _meta: {} };
    assert.equal(resultOf(reply), reply);
    assert.equal(replyOf(reply), reply);
  });

  test('is wrapped when it is no object, and unwrapped', () => {
    for (const reply of ['text', 0, null, true, [1, 2]]) {
      const result: unknown = JSON.parse(JSON.stringify(resultOf(reply)));
      assert.deepEqual(replyOf(result), reply);
    }
    assert.equal(replyOf(JSON.parse(JSON.stringify(resultOf(undefined)))), undefined);
  });
});
