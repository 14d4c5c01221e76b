/**
 * Schemas of tools: JSON Schema 2020-12, or zod turned into it, compiled once to a predicate.
 *
 * On the native path a value need not survive JSON, so two kinds of schema accept more there
 * than they say on the wire: a string with `contentEncoding: 'base64'` accepts a `Uint8Array`,
 * and an array of numbers accepts a numeric typed array, both without looking at the elements.
 */

import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import * as z from 'zod';
import { ToolrigError } from '../../core/errors.ts';

/** A JSON Schema 2020-12 document whose root is an object, or the zod schema of one. */
export type SchemaSource = object;

export interface CompiledSchema {
  /** The schema as it is shown to clients: frozen JSON. */
  readonly document: object;
  /** Whether a value fits; when it does not, `errors` of this function say why, until the next call. */
  readonly fits: ValidateFunction;
}

const ajv = new Ajv2020({
  strict: true, // an unknown keyword is a typing error
  strictTypes: false,
  strictTuples: false,
  validateFormats: false, // `format` is an annotation in 2020-12
  addUsedSchema: false, // the same `$id` may come with many definitions
  allErrors: false,
  code: { es5: true }, // leaner predicates: no object made for the defaults of each check
});
ajv.addKeyword({
  keyword: 'nativeBytes',
  schemaType: 'boolean',
  validate: (_schema: boolean, value: unknown) => value instanceof Uint8Array,
});
ajv.addKeyword({
  keyword: 'nativeNumbers',
  schemaType: 'boolean',
  validate: (_schema: boolean, value: unknown) =>
    ArrayBuffer.isView(value) &&
    !(value instanceof DataView) &&
    !(value instanceof BigInt64Array) &&
    !(value instanceof BigUint64Array),
});

/**
 * Compiles a schema.
 *
 * @param where - what the schema belongs to, for messages: `tool 'add' of service 'calculator'`
 * @throws `ERR_INVALID_OPTION` when it is no valid schema, or its root is not an object
 */
export function compileSchema(where: string, source: SchemaSource): CompiledSchema {
  try {
    const document = isZodSchema(source) ? fromZod(source) : structuredClone(source);
    if ((document as { type?: unknown }).type !== 'object') {
      throw new Error('its root must have type: "object"');
    }
    return { document: deepFreezeJson(document), fits: ajv.compile(withNativeForms(document)) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ToolrigError(
      'ERR_INVALID_OPTION',
      `the schema of ${where} cannot be used: ${reason}`,
      {
        cause,
      },
    );
  }
}

/** What a failed check found, in one line: `/a must be number`. */
export function describeMisfit(schema: CompiledSchema): string {
  // A native form is an alternative that the document does not show: speak of the other one.
  const error: ErrorObject | undefined = schema.fits.errors?.find(
    ({ keyword }) => keyword !== 'nativeBytes' && keyword !== 'nativeNumbers',
  );
  if (error === undefined) return 'does not fit the schema';
  const path = error.instancePath === '' ? 'the value' : error.instancePath;
  const extra = error.params['additionalProperty'] ?? error.params['allowedValues'];
  return `${path} ${error.message}${extra === undefined ? '' : ` (${String(extra)})`}`;
}

function isZodSchema(source: SchemaSource): source is z.ZodType {
  return '_zod' in source;
}

function fromZod(schema: z.ZodType): object {
  const { $schema: _dialect, ...document } = z.toJSONSchema(schema, { io: 'input' });
  return document;
}

/** The schema that the native path checks: as given, plus the forms that JSON has no word for. */
function withNativeForms(node: unknown): object {
  return widen(node) as object;
}

function widen(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(widen);
  if (typeof node !== 'object' || node === null) return node;
  const schema = node as Record<string, unknown>;
  const copy = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, isLiteral(key) ? value : widen(value)]),
  );
  if (schema['type'] === 'string' && schema['contentEncoding'] === 'base64') {
    return { anyOf: [{ nativeBytes: true }, copy] };
  }
  if (schema['type'] === 'array' && isNumberSchema(schema['items'])) {
    return { anyOf: [{ nativeNumbers: true }, copy] };
  }
  return copy;
}

/** Keywords whose value is data, not a schema. */
function isLiteral(keyword: string): boolean {
  return ['const', 'enum', 'default', 'examples', 'required'].includes(keyword);
}

function isNumberSchema(items: unknown): boolean {
  const type = (items as { type?: unknown } | undefined)?.type;
  return type === 'number' || type === 'integer';
}

function deepFreezeJson<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.values(value).forEach(deepFreezeJson);
    Object.freeze(value);
  }
  return value;
}
