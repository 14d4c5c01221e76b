/**
 * Schemas of tools: JSON Schema 2020-12, or zod turned into it, compiled once to a predicate.
 *
 * Each schema is compiled by an Ajv of its own: so it may refer to itself (`$ref: '#'`), and the
 * same `$id` may come with many definitions. What it must look like is checked by one for all.
 */

import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { messageOf, ToolrigError } from '../../core/errors.ts';
import { addNativeForms, withNativeForms } from './native-forms.ts';
import { documentOfZod, isZodSchema, type Parse, parserOfZod, TOO_DEEP } from './zod-schema.ts';

/** A JSON Schema 2020-12 document whose root is an object, or the zod schema of one. */
export type SchemaSource = object;

/** Whether a value fits; when it does not, `errors` say why, until the next call. Throws nothing. */
export interface Fits {
  (value: unknown): boolean;
  errors?: readonly Partial<ErrorObject>[] | null | undefined;
}

export interface CompiledSchema {
  /** The schema as it is shown to clients: frozen JSON. */
  readonly document: object;
  readonly fits: Fits;
  /** For zod: what it makes of a value that fits. `undefined` for JSON Schema, which makes nothing. */
  readonly parse: Parse | undefined;
}

/** Knows the dialect; compiles nothing but it. */
const dialect = new Ajv2020();

/**
 * What each source was compiled to, and the text it had then: a service that is started again, or on
 * several transports, has the schemas of its module, and compiling one takes about a millisecond.
 */
const compiled = new WeakMap<
  SchemaSource,
  { readonly text: string; readonly schema: CompiledSchema }
>();

/**
 * Compiles a schema.
 *
 * @param where - what the schema belongs to, for messages: `tool 'add' of service 'calculator'`
 * @throws `ERR_INVALID_OPTION` when it is no valid schema, or its root is not an object
 */
export function compileSchema(where: string, source: SchemaSource): CompiledSchema {
  try {
    const isZod = isZodSchema(source);
    const document = isZod ? documentOfZod(source) : structuredClone(source);
    if ((document as { type?: unknown }).type !== 'object') {
      throw new Error('its root must have type: "object"');
    }
    const text = JSON.stringify(document);
    const known = compiled.get(source);
    if (known?.text === text) return known.schema;
    void dialect.validateSchema(document, true); // throws; its promise is for schemas with $async
    const fits = createCompiler().compile(isZod ? document : withNativeForms(document));
    const parse = isZod ? parserOfZod(source) : undefined;
    const schema = {
      document: deepFreezeJson(document),
      fits: isDeep(text) ? guarded(fits) : fits,
      parse,
    };
    compiled.set(source, { text, schema });
    return schema;
  } catch (cause) {
    throw new ToolrigError(
      'ERR_INVALID_OPTION',
      `the schema of ${where} cannot be used: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/** What a failed check found, in one line: `/a must be number`. */
export function describeMisfit(schema: CompiledSchema): string {
  const { instancePath, message, params } = schema.fits.errors?.[0] ?? {};
  if (message === undefined) return 'the value does not fit the schema';
  if (params === undefined) return message;
  const path = instancePath === '' ? 'the value' : instancePath;
  const extra = params['additionalProperty'] ?? params['allowedValues'];
  return `${path} ${message}${extra === undefined ? '' : ` (${String(extra)})`}`;
}

/** Whether checking a value may go as deep as the value does, rather than as the schema. */
function isDeep(text: string): boolean {
  return /"(?:\$ref|\$dynamicRef|uniqueItems)":/.test(text);
}

/** As `fits`, for a check that may run out of stack; the others are spared the cost of this. */
function guarded(fits: ValidateFunction): Fits {
  const check: Fits = (value) => {
    try {
      const isFit = fits(value);
      check.errors = fits.errors;
      return isFit;
    } catch (thrown) {
      if (!(thrown instanceof RangeError)) throw thrown;
      check.errors = [{ message: TOO_DEEP }];
      return false;
    }
  };
  return check;
}

function createCompiler(): Ajv2020 {
  const ajv = new Ajv2020({
    strict: true, // an unknown keyword is a typing error
    strictTypes: false,
    strictTuples: false,
    validateFormats: false, // `format` is an annotation in 2020-12
    validateSchema: false, // the dialect has
    allErrors: false,
    code: { es5: true }, // leaner predicates: no object made for the defaults of each check
  });
  addNativeForms(ajv);
  return ajv;
}

function deepFreezeJson<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.values(value).forEach(deepFreezeJson);
    Object.freeze(value);
  }
  return value;
}
