/**
 * zod schemas of tools: the JSON Schema that clients see, and the rules that it cannot say.
 *
 * Refinements, transforms and defaults live in zod alone, so a value is parsed by zod as well,
 * once it fits the JSON Schema. zod decides what it takes: it has no native forms.
 */

import * as z from 'zod';

/** What a zod schema makes of a value, or else what is wrong with the value. Throws nothing. */
export type Parse = (value: unknown) => Parsed;

export type Parsed =
  | { readonly value: unknown; readonly objection: undefined }
  | { readonly value: undefined; readonly objection: string };

/** What is wrong with a value that no recursive check gets to the bottom of. */
export const TOO_DEEP = 'the value is nested too deep to be checked';
const ASYNCHRONOUS =
  'the schema has an asynchronous rule, and values are checked at once: check that in the handler';

/** Whether `source` is a zod schema rather than a JSON Schema. */
export function isZodSchema(source: object): source is z.ZodType {
  return '_zod' in source;
}

/** The JSON Schema of what `schema` takes. */
export function documentOfZod(schema: z.ZodType): object {
  const { $schema: _dialect, ...document } = z.toJSONSchema(schema, { io: 'input' });
  return document;
}

/** The parser of `schema`. Throws when it has rules that can be seen to be asynchronous. */
export function parserOfZod(schema: z.ZodType): Parse {
  if (hasAsyncFunction(schema, new Set())) throw new Error(ASYNCHRONOUS);
  return (value) => {
    try {
      const result = schema.safeParse(value);
      return result.success
        ? { value: result.data, objection: undefined }
        : { value: undefined, objection: describeIssue(result.error) };
    } catch (thrown) {
      return { value: undefined, objection: describeThrown(thrown) };
    }
  };
}

/** Rules are code, and a value can be deeper than the stack. */
function describeThrown(thrown: unknown): string {
  if (thrown instanceof z.core.$ZodAsyncError) return ASYNCHRONOUS;
  if (thrown instanceof RangeError) return TOO_DEEP;
  return `a rule of the schema threw ${String(thrown)}`;
}

/** The first issue in the words of the JSON Schema check: `/a/0 must be …`. */
function describeIssue({ issues: [issue] }: z.ZodError): string {
  if (issue === undefined) return 'does not fit the schema';
  const path = issue.path.map((key) => `/${String(key)}`).join('');
  return `${path === '' ? 'the value' : path}: ${issue.message}`;
}

/** Whether an `async` function is part of a schema, or of the schemas and checks in it. */
function hasAsyncFunction(node: unknown, seen: Set<unknown>): boolean {
  if (typeof node === 'function') return node.constructor.name === 'AsyncFunction';
  if (typeof node !== 'object' || node === null || seen.has(node)) return false;
  seen.add(node);
  const inner = (node as { _zod?: { def: object } })._zod?.def ?? node;
  return Object.values(inner).some((value) => hasAsyncFunction(value, seen));
}
