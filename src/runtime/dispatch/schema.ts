/**
 * Schemas of tools: JSON Schema 2020-12, or zod turned into it, compiled once to a predicate.
 *
 * Each schema is compiled by an Ajv of its own: so it may refer to itself (`$ref: '#'`), and the
 * same `$id` may come with many definitions. What it must look like is checked by one for all.
 */

import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { ToolrigError } from '../../core/errors.ts';
import { addNativeForms, withNativeForms } from './native-forms.ts';
import { documentOfZod, isZodSchema, type Parse, parserOfZod } from './zod-schema.ts';

/** A JSON Schema 2020-12 document whose root is an object, or the zod schema of one. */
export type SchemaSource = object;

export interface CompiledSchema {
  /** The schema as it is shown to clients: frozen JSON. */
  readonly document: object;
  /** Whether a value fits; when it does not, `errors` of this function say why, until the next call. */
  readonly fits: ValidateFunction;
  /**
   * For zod: what its schema makes of a value that fits, with defaults and transforms; throws what
   * {@link describeFailure} explains. `undefined` for JSON Schema, which changes nothing.
   */
  readonly parse: Parse | undefined;
}

/** Knows the dialect; compiles nothing but it. */
const dialect = new Ajv2020();

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
    void dialect.validateSchema(document, true); // throws; its promise is for schemas with $async
    const fits = createCompiler().compile(isZod ? document : withNativeForms(document));
    const parse = isZod ? parserOfZod(source) : undefined;
    return { document: deepFreezeJson(document), fits, parse };
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
  const error: ErrorObject | undefined = schema.fits.errors?.[0];
  if (error === undefined) return 'does not fit the schema';
  const path = error.instancePath === '' ? 'the value' : error.instancePath;
  const extra = error.params['additionalProperty'] ?? error.params['allowedValues'];
  return `${path} ${error.message}${extra === undefined ? '' : ` (${String(extra)})`}`;
}

/** Why a check threw, in one line: zod objects, or the value is deeper than the stack. */
export function describeFailure(thrown: unknown): string {
  if (thrown instanceof RangeError) return 'the value is nested too deep to be checked';
  return thrown instanceof Error ? thrown.message : String(thrown);
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
