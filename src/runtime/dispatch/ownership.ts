/**
 * Who owns what is passed: how a transport enforces the rule that a request belongs to the
 * receiver until it replies, and a reply to the caller.
 *
 * - `reference` passes things as they are: nothing is copied, nothing is checked.
 * - `freeze` freezes both deeply, so that breaking the rule throws where it happens: for
 *   development and tests. The bytes of a typed array cannot be frozen in JavaScript.
 * - `clone` copies both with `structuredClone`, as the BEAM does, at its cost.
 */

export const COPY_MODES = ['reference', 'freeze', 'clone'] as const;
export type CopyMode = (typeof COPY_MODES)[number];

/** Prepares a value for the other side. `reference` returns it as it is. */
export function handOver<T>(value: T, mode: CopyMode): T {
  if (mode === 'reference') return value;
  return mode === 'clone' ? structuredClone(value) : deepFreeze(value);
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const key of Reflect.ownKeys(value))
    deepFreeze((value as Record<PropertyKey, unknown>)[key]);
  return value;
}
