/**
 * What a schema cannot say about a setting and its readers must know: that it is a secret, or a
 * path to be read from where it was written.
 */

import { z } from 'zod';

/** `secret`: only from the environment or a file, never shown; `path`, `module`: resolved. */
export type Mark = 'secret' | 'path' | 'module';

const MARKS = z.registry<{ readonly mark: Mark }>();

/** A setting with a mark. */
export function marked<T extends z.ZodType>(mark: Mark, schema: T): T {
  MARKS.add(schema, { mark });
  return schema;
}

/** The mark of a setting, whether or not it is optional or has a default. */
export function markOf(schema: z.ZodType): Mark | undefined {
  return MARKS.get(unwrapped(schema))?.mark;
}

/** The schema inside of `optional`, `default` and `prefault`. */
export function unwrapped(schema: z.ZodType): z.ZodType {
  let inner: z.ZodType = schema;
  while (
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodPrefault
  ) {
    inner = inner.unwrap() as z.ZodType;
  }
  return inner;
}

/** The settings directly below a schema; `undefined` when it is one setting itself. */
export function shapeOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> | undefined {
  const inner = unwrapped(schema);
  return inner instanceof z.ZodObject ? inner.shape : undefined;
}
