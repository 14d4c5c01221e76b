import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as z from 'zod';
import {
  compileSchema,
  describeMisfit,
  type SchemaSource,
} from '../../../../src/runtime/dispatch/schema.ts';

function fits(schema: SchemaSource, value: unknown): boolean {
  return compileSchema('the test', schema).fits(value);
}

function misfit(schema: SchemaSource, value: unknown): string {
  const compiled = compileSchema('the test', schema);
  assert.equal(compiled.fits(value), false);
  return describeMisfit(compiled);
}

const NUMBERS = {
  type: 'object',
  properties: { values: { type: 'array', items: { type: 'number' }, minItems: 1 } },
  required: ['values'],
};
const BYTES = {
  type: 'object',
  properties: { bytes: { type: 'string', contentEncoding: 'base64' } },
};

describe('compileSchema', () => {
  test('checks arguments against a JSON Schema', () => {
    const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] };
    assert.equal(fits(schema, { a: 1 }), true);
    assert.equal(fits(schema, {}), false);
    assert.equal(fits(schema, { a: '1' }), false);
    assert.equal(fits(schema, { a: Number.NaN }), false);
    assert.equal(fits(schema, { a: Infinity }), false);
  });

  test('knows keywords of the 2020-12 dialect', () => {
    const schema = {
      type: 'object',
      properties: { pair: { type: 'array', prefixItems: [{ type: 'string' }], items: false } },
      unevaluatedProperties: false,
    };
    assert.equal(fits(schema, { pair: ['x'] }), true);
    assert.equal(fits(schema, { pair: ['x', 1] }), false);
    assert.equal(fits(schema, { other: 1 }), false);
  });

  test('turns a zod schema into JSON Schema for clients and checks with it', () => {
    const schema = compileSchema('the test', z.object({ a: z.number(), b: z.string().optional() }));
    assert.equal(schema.fits({ a: 1 }), true);
    assert.equal(schema.fits({ a: 'x' }), false);
    assert.deepEqual((schema.document as { required?: unknown }).required, ['a']);
    assert.equal('$schema' in schema.document, false);
  });

  test('takes formats as annotations and an $id as often as it comes', () => {
    const schema = {
      $id: 'https://example.org/when',
      type: 'object',
      properties: { when: { type: 'string', format: 'date-time' } },
    };
    assert.equal(fits(schema, { when: 'soon' }), true);
    assert.equal(fits(schema, { when: 5 }), false);
    assert.equal(fits(z.object({ mail: z.email() }), { mail: 'no mail' }), false); // its pattern
  });

  test('accepts bytes natively where the wire has base64 text', () => {
    assert.equal(fits(BYTES, { bytes: new Uint8Array(4) }), true);
    assert.equal(fits(BYTES, { bytes: Buffer.from('x') }), true);
    assert.equal(fits(BYTES, { bytes: 'AAAA' }), true);
    assert.equal(fits(BYTES, { bytes: [0, 0] }), false);
    assert.equal(fits(BYTES, { bytes: new Float64Array(1) }), false);
  });

  test('accepts a typed array natively where the wire has a list of numbers', () => {
    assert.equal(fits(NUMBERS, { values: new Float64Array(3) }), true);
    assert.equal(fits(NUMBERS, { values: [1, 2] }), true);
    assert.equal(fits(NUMBERS, { values: [1, 'x'] }), false);
    assert.equal(fits(NUMBERS, { values: new DataView(new ArrayBuffer(8)) }), false);
  });

  test('finds native forms inside other schemas, and leaves literals alone', () => {
    const literal = { type: 'string', contentEncoding: 'base64' };
    const nested = {
      type: 'object',
      properties: { files: { type: 'array', items: BYTES }, kind: { const: literal } },
      required: ['files'],
    };
    assert.equal(fits(nested, { files: [{ bytes: new Uint8Array(1) }], kind: literal }), true);
    assert.equal(fits(nested, { files: [{ bytes: 5 }] }), false);
  });

  test('accepts a schema that refers to itself, with native forms below', () => {
    const tree = {
      $id: 'https://example.org/tree',
      type: 'object',
      properties: { bytes: BYTES.properties.bytes, nodes: { type: 'array', items: { $ref: '#' } } },
      required: ['bytes'],
    };
    for (let definition = 0; definition < 2; definition++) {
      assert.equal(fits(tree, { bytes: 'AA==', nodes: [{ bytes: new Uint8Array(1) }] }), true);
      assert.equal(fits(tree, { bytes: 'AA==', nodes: [{ nodes: [] }] }), false);
    }
    const Category = z.object({
      name: z.string(),
      get parts() {
        return z.array(Category);
      },
    });
    assert.equal(fits(Category, { name: 'a', parts: [{ name: 'b', parts: [] }] }), true);
    assert.equal(fits(Category, { name: 'a', parts: [{ name: 5, parts: [] }] }), false);
  });

  test('lets a schema refer into one that has a native form', () => {
    const schema = {
      type: 'object',
      properties: { first: { $ref: '#/$defs/numbers/items' }, all: { $ref: '#/$defs/numbers' } },
      $defs: { numbers: { type: 'array', items: { type: 'number' } } },
    };
    assert.equal(fits(schema, { first: 1, all: new Float64Array(2) }), true);
    assert.equal(fits(schema, { first: 'x' }), false);
  });

  test('holds native forms to the sizes that the schema allows', () => {
    const bytes = { type: 'string', contentEncoding: 'base64', minLength: 4, maxLength: 8 };
    const values = { type: 'array', items: { type: 'number' }, minItems: 1, maxItems: 2 };
    const schema = { type: 'object', properties: { bytes, values } };
    for (const [sizeBytes, isAllowed] of [
      [0, false],
      [1, true],
      [6, true],
      [7, false],
    ] as const) {
      const native = new Uint8Array(sizeBytes);
      assert.equal(fits(schema, { bytes: native }), isAllowed);
      assert.equal(fits(schema, { bytes: Buffer.from(native).toString('base64') }), isAllowed);
    }
    for (const [length, isAllowed] of [
      [0, false],
      [1, true],
      [2, true],
      [3, false],
    ] as const) {
      assert.equal(fits(schema, { values: new Float64Array(length) }), isAllowed);
      assert.equal(fits(schema, { values: Array.from({ length }, () => 0) }), isAllowed);
    }
  });

  test('takes no typed array where the schema says more of the elements than their type', () => {
    const number = { type: 'number' };
    for (const values of [
      { type: 'array', items: { type: 'number', minimum: 0 } },
      { type: 'array', items: number, uniqueItems: true },
      { type: 'array', items: number, contains: { const: 1 } },
    ]) {
      const schema = { type: 'object', properties: { values } };
      assert.equal(fits(schema, { values: new Float64Array([-1, -1]) }), false);
      assert.equal(fits(schema, { values: [1] }), true);
    }
    const described = { type: 'array', items: { ...number, description: 'a score' } };
    const schema = { type: 'object', properties: { values: described } };
    assert.equal(fits(schema, { values: new Float64Array(1) }), true);
  });

  test('accepts native forms in properties that are named like keywords', () => {
    const { bytes } = BYTES.properties;
    for (const name of ['default', 'enum', 'examples', 'const', 'required', 'properties']) {
      const schema = { type: 'object', properties: { [name]: bytes } };
      assert.equal(fits(schema, { [name]: new Uint8Array(1) }), true, name);
      assert.equal(fits(schema, { [name]: 5 }), false, name);
    }
  });

  test('shows clients the schema as it was given, and nobody can change it', () => {
    const source = structuredClone(BYTES);
    const { document } = compileSchema('the test', source);
    assert.deepEqual(document, BYTES);
    source.type = 'string';
    assert.deepEqual(document, BYTES);
    assert.throws(() => Object.assign(Object.values(document)[1] as object, { x: 1 }), TypeError);
  });

  test('compiles a source once, and again when it has been changed', () => {
    const source = structuredClone(NUMBERS);
    const first = compileSchema('the test', source);
    assert.equal(compileSchema('another', source), first);
    source.required = [];
    const second = compileSchema('the test', source);
    assert.deepEqual([first.fits({}), second.fits({})], [false, true]);
  });

  test('refuses what is no schema of an object, naming what it belongs to', () => {
    const bad: [SchemaSource, RegExp][] = [
      [{ type: 'string' }, /tool 'x'.*root must have type: "object"/],
      [z.string(), /root must have type: "object"/],
      [{ type: 'object', propertees: {} }, /propertees/],
      [{ type: 'object', properties: { a: { type: 'nombre' } } }, /cannot be used/],
      [{ type: 'object', properties: { a: { $ref: '#/$defs/none' } } }, /none/],
      [z.object({ when: z.date() }), /cannot be used/],
      [z.object({ a: z.string().refine(async () => true) }), /asynchronous rule/],
      [z.object({ a: z.array(z.string().transform(async () => 1)) }), /asynchronous rule/],
    ];
    for (const [schema, message] of bad) {
      assert.throws(() => compileSchema("tool 'x'", schema), {
        code: 'ERR_INVALID_OPTION',
        message,
      });
    }
  });
});

describe('describeMisfit', () => {
  test('says where and what, in one line', () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'number' }, mode: { enum: ['r', 'w'] } },
      required: ['a'],
      additionalProperties: false,
    };
    assert.equal(misfit(schema, { a: 'x' }), '/a must be number');
    assert.match(misfit(schema, {}), /^the value must have required property 'a'$/);
    assert.match(misfit(schema, { a: 1, c: 2 }), /must NOT have additional properties \(c\)/);
    assert.match(misfit(schema, { a: 1, mode: 'x' }), /^\/mode must be equal to.*\(r,w\)/);
  });

  test('explains a misfit of a native form by its wire form', () => {
    assert.match(misfit(NUMBERS, { values: 'x' }), /\/values must be array/);
    assert.match(misfit(NUMBERS, { values: [1, 'x'] }), /\/values\/1 must be number/);
    assert.match(misfit(BYTES, { bytes: 5 }), /\/bytes must be string/);
    assert.equal(
      misfit(NUMBERS, { values: new Float64Array(0) }),
      '/values must NOT have fewer than 1 items',
    );
  });
});
