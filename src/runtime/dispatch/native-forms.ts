/**
 * What a schema accepts on the native path beyond what it says on the wire.
 *
 * A value need not survive JSON there, so a string with `contentEncoding: 'base64'` may be a
 * `Uint8Array`, and an array of numbers a numeric typed array. Their elements are not looked at,
 * their sizes are: the limits that the schema sets to the text or the list hold for them too.
 *
 * A node stays where it is, so that every `$ref` still finds it: its `type` gives way to a keyword
 * of our own, which accepts both forms and speaks of the wire's alone when it refuses.
 */

import type { Ajv2020, ErrorObject } from 'ajv/dist/2020.js';

type Node = Record<string, unknown>;
type ValueCheck = ReturnType<typeof refusing>;

/** Keywords whose value is data, not a schema. */
const DATA = new Set(['const', 'enum', 'default', 'examples', 'required', 'dependentRequired']);
/** Keywords whose value is a map: names of anything, each with a schema. */
const MAPS = new Set([
  'properties',
  'patternProperties',
  'dependentSchemas',
  '$defs',
  'definitions',
]);
/** Keywords that say nothing about a value. */
const ANNOTATIONS = ['title', 'description', '$comment', 'default', 'examples', 'deprecated'];
/** Keywords of a list that only its elements can answer. */
const ABOUT_ELEMENTS = ['prefixItems', 'contains', 'uniqueItems'];

/** `document`, accepting native forms as well; for an Ajv that {@link addNativeForms} has seen. */
export function withNativeForms(document: object): object {
  return widen(document) as object;
}

/** Teaches `ajv` the keywords that {@link withNativeForms} puts in. */
export function addNativeForms(ajv: Ajv2020): void {
  ajv.addKeyword({
    keyword: 'nativeBytes',
    schemaType: 'boolean',
    errors: true,
    compile: (_schema: boolean, parent: Node) => bytesOrText(parent),
  });
  ajv.addKeyword({
    keyword: 'nativeNumbers',
    schemaType: 'boolean',
    errors: true,
    compile: (_schema: boolean, parent: Node) => numbersOrList(parent),
  });
}

function widen(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(widen);
  if (!isRecord(node)) return node;
  const { type, ...rest } = mapValues(node, widenKeyword);
  if (type === 'string' && node['contentEncoding'] === 'base64') {
    return { ...rest, nativeBytes: true };
  }
  if (type === 'array' && isNumberSchema(node['items']) && !hasAny(node, ABOUT_ELEMENTS)) {
    return { ...rest, nativeNumbers: true };
  }
  return type === undefined ? rest : { type, ...rest };
}

function widenKeyword(keyword: string, value: unknown): unknown {
  if (DATA.has(keyword)) return value;
  return MAPS.has(keyword) && isRecord(value) ? mapValues(value, widenNamed) : widen(value);
}

function widenNamed(_name: string, schema: unknown): unknown {
  return widen(schema);
}

function bytesOrText({ minLength, maxLength }: Node): ValueCheck {
  const fewest = limit(minLength, 0);
  const most = limit(maxLength, Number.POSITIVE_INFINITY);
  return refusing((value) => {
    if (typeof value === 'string') return undefined; // its own keywords look at its length
    if (!(value instanceof Uint8Array)) return 'must be string';
    const length = 4 * Math.ceil(value.byteLength / 3);
    if (length < fewest) return `must NOT have fewer than ${fewest} characters as base64 text`;
    if (length > most) return `must NOT have more than ${most} characters as base64 text`;
    return undefined;
  });
}

function numbersOrList({ minItems, maxItems }: Node): ValueCheck {
  const fewest = limit(minItems, 0);
  const most = limit(maxItems, Number.POSITIVE_INFINITY);
  return refusing((value) => {
    if (Array.isArray(value)) return undefined;
    if (!isNumericTypedArray(value)) return 'must be array';
    if (value.length < fewest) return `must NOT have fewer than ${fewest} items`;
    if (value.length > most) return `must NOT have more than ${most} items`;
    return undefined;
  });
}

/** A check as Ajv calls it, from one that says what is wrong. */
function refusing(objectionTo: (value: unknown) => string | undefined) {
  const check = (value: unknown): boolean => {
    const message = objectionTo(value);
    if (message === undefined) return true;
    check.errors = [{ keyword: 'type', message, params: {} }];
    return false;
  };
  check.errors = [] as Partial<ErrorObject>[];
  return check;
}

function isNumericTypedArray(value: unknown): value is { readonly length: number } {
  return (
    ArrayBuffer.isView(value) &&
    !(value instanceof DataView) &&
    !(value instanceof BigInt64Array) &&
    !(value instanceof BigUint64Array)
  );
}

/** Whether a schema says "a number" and no more, which every element of a typed array is. */
function isNumberSchema(schema: unknown): boolean {
  if (!isRecord(schema)) return false;
  const { type, ...rest } = schema;
  return (
    (type === 'number' || type === 'integer') &&
    Object.keys(rest).every((keyword) => ANNOTATIONS.includes(keyword))
  );
}

function limit(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function hasAny(node: Node, keywords: readonly string[]): boolean {
  return keywords.some((keyword) => Object.hasOwn(node, keyword));
}

function isRecord(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapValues(record: Node, map: (key: string, value: unknown) => unknown): Node {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(key, value)]));
}
