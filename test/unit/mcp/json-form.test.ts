import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { fromJsonReply, toJsonForm } from '../../../src/mcp/json-form.ts';

const SEED = 20_261_122;

function overJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(toJsonForm(value)));
}

describe('toJsonForm', () => {
  test('returns the same object when there is nothing to change', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.equal(toJsonForm(value), value);
      }),
      { seed: SEED },
    );
  });

  test('writes bytes as base64 and numbers as arrays, at any depth', () => {
    const value = {
      bytes: Uint8Array.of(0, 1, 255),
      buffer: Buffer.from('hi'),
      rows: [{ x: Float64Array.of(1.5, -2) }, { x: Int16Array.of(3) }],
      big: BigInt64Array.of(7n),
      view: new DataView(Uint8Array.of(9).buffer),
      empty: new Uint32Array(),
      date: new Date(0),
    };
    assert.deepEqual(toJsonForm(value), {
      bytes: 'AAH/',
      buffer: 'aGk=',
      rows: [{ x: [1.5, -2] }, { x: [3] }],
      big: [7],
      view: 'CQ==',
      empty: [],
      date: new Date(0),
    });
  });

  test('writes only the part that a view shows of its buffer', () => {
    const whole = Uint8Array.of(1, 2, 3, 4);
    assert.equal(toJsonForm(whole.subarray(1, 3)), 'AgM=');
  });

  test('copies along the path to the bytes and shares the rest', () => {
    const value = { kept: { a: 1 }, list: [{ b: 2 }, { c: Uint8Array.of(1) }] };
    const form = toJsonForm(value) as typeof value;
    assert.ok(value.list[1]?.c instanceof Uint8Array);
    assert.equal(form.kept, value.kept);
    assert.equal(form.list[0], value.list[0]);
    assert.notEqual(form.list, value.list);
  });

  test('refuses a value that contains itself', () => {
    const value: { self?: unknown } = {};
    value.self = value;
    assert.throws(() => toJsonForm(value), { code: 'ERR_INVALID_PARAMS' });
  });
});

describe('fromJsonReply', () => {
  const bytes = fc.uint8Array({ maxLength: 40 }).map((given) => Uint8Array.from(given));
  const resource = fc.oneof(
    fc.record({ uri: fc.webUrl(), text: fc.string() }),
    fc.record({ uri: fc.webUrl(), blob: bytes }),
  );
  const content = fc.oneof(
    fc.record({ type: fc.constant('text'), text: fc.string() }),
    fc.record({ type: fc.constantFrom('image', 'audio'), data: bytes, mimeType: fc.string() }),
    fc.record({ type: fc.constant('resource'), resource }),
  );
  const replies: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
    'tools/call': fc.record({ content: fc.array(content) }),
    'resources/read': fc.record({ contents: fc.array(resource) }),
    'prompts/get': fc.record({
      messages: fc.array(fc.record({ role: fc.constant('user'), content })),
    }),
  };

  for (const [method, reply] of Object.entries(replies)) {
    test(`gives back the bytes of ${method} after a trip through JSON`, () => {
      fc.assert(
        fc.property(reply, (given) => {
          // The records of fast-check have no prototype; those of JSON.parse have.
          const expected = structuredClone(given);
          assert.deepStrictEqual(fromJsonReply(method, overJson(given)), expected);
        }),
        { seed: SEED },
      );
    });
  }

  test('leaves base64 alone where the specification has text', () => {
    const reply = {
      content: [{ type: 'text', text: 'AAAA', data: 'AAAA', blob: 'AAAA' }],
      structuredContent: { blob: 'AAAA', data: 'AAAA' },
    };
    assert.equal(fromJsonReply('tools/call', reply), reply);
    assert.equal(fromJsonReply('get_stats', reply), reply);
  });

  test('leaves the reply it was given unchanged', () => {
    const reply = { contents: [{ uri: 'a:b', blob: 'AAH/' }] };
    assert.deepEqual(fromJsonReply('resources/read', reply), {
      contents: [{ uri: 'a:b', blob: Uint8Array.of(0, 1, 255) }],
    });
    assert.equal(reply.contents[0]?.blob, 'AAH/');
  });

  test('passes malformed replies on', () => {
    for (const reply of [undefined, null, 'text', {}, { content: 'x' }, { content: [null, 1] }]) {
      assert.equal(fromJsonReply('tools/call', reply), reply);
    }
    const messages = { messages: [null, {}, { content: null }] };
    assert.equal(fromJsonReply('prompts/get', messages), messages);
  });
});
