import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { misfitOf } from '../../../src/mcp/tool-listing.ts';

function misfit(inputSchema: Record<string, unknown>, given: object): string | undefined {
  return misfitOf({ name: 'add', inputSchema }, given);
}

const ADD = {
  type: 'object',
  properties: { a: { type: 'number' }, limit: { type: 'integer', maximum: 9 } },
  required: ['a'],
};

describe('arguments held against the schema of a tool', () => {
  test('fit, or do not, with the field', () => {
    assert.equal(misfit(ADD, { a: 1, more: true }), undefined);
    assert.match(misfit(ADD, {}) ?? '', /^arguments must have required property 'a'$/);
    assert.match(misfit(ADD, { a: 'x' }) ?? '', /^arguments\/a must be number$/);
    assert.match(misfit(ADD, { a: 1, limit: 10 }) ?? '', /^arguments\/limit must be <= 9$/);
  });

  test('that the schema does not know are named, with the nearest that it does', () => {
    const strict = { ...ADD, additionalProperties: false };
    assert.equal(
      misfit(strict, { a: 1, limits: 2 }),
      "there is no argument 'limits'. Did you mean 'limit'?",
    );
  });

  test('are held against older dialects, too', () => {
    const tuple = { items: [{ type: 'string' }], type: 'array' };
    const draft7 = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: { pair: tuple },
    };
    assert.equal(misfit(draft7, { pair: ['x'] }), undefined);
    assert.match(misfit(draft7, { pair: [1] }) ?? '', /^arguments\/pair\/0 must be string/);
  });

  test('are left to the server where its schema cannot be used', () => {
    assert.equal(misfit({ type: 'objekt' }, {}), undefined);
    assert.equal(misfit({ $schema: 'urn:unheard-of', type: 'object' }, {}), undefined);
  });
});
