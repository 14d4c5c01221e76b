/**
 * Who owns what is passed: how a transport enforces the rule that a request belongs to the
 * receiver until it replies, and a reply to the caller.
 *
 * - `reference` passes things as they are: nothing is copied, nothing is checked.
 * - `freeze` freezes both deeply, so that breaking the rule throws where it happens: for
 *   development and tests. The bytes of a typed array cannot be frozen in JavaScript.
 * - `clone` copies both with `structuredClone`, as the BEAM does, at its cost.
 */

import { messageOf, ToolrigError } from '../../core/errors.ts';

export const COPY_MODES = ['reference', 'freeze', 'clone'] as const;
export type CopyMode = (typeof COPY_MODES)[number];

/**
 * Prepares a value for the other side. `reference` returns it as it is.
 *
 * @throws `ERR_INVALID_PARAMS` when it is to be cloned and holds what cannot be, or is to be frozen
 *   and nested too deep
 */
export function handOver<T>(value: T, mode: CopyMode): T {
  if (mode === 'reference') return value;
  return mode === 'clone' ? clone(value) : freeze(value);
}

function clone<T>(value: T): T {
  try {
    return structuredClone(value);
  } catch (cause) {
    throw new ToolrigError(
      'ERR_INVALID_PARAMS',
      `what is passed cannot be cloned: ${messageOf(cause)} Pass plain data, or choose another mode than ` +
        "copy: 'clone'.",
      { cause },
    );
  }
}

function freeze<T>(value: T): T {
  try {
    return deepFreeze(value, new Set());
  } catch (cause) {
    const reason =
      cause instanceof RangeError
        ? 'it is nested too deep'
        : cause instanceof Error
          ? cause.message
          : String(cause);
    throw new ToolrigError(
      'ERR_INVALID_PARAMS',
      `what is passed cannot be frozen: ${reason}. Pass flatter data, or choose another mode than ` +
        "copy: 'freeze'.",
      { cause },
    );
  }
}

/** Looks below frozen things too: frozen is not frozen deeply. */
function deepFreeze<T>(value: T, seen: Set<unknown>): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (seen.has(value)) return value;
  seen.add(value);
  Object.freeze(value);
  for (const key of Reflect.ownKeys(value)) {
    deepFreeze((value as Record<PropertyKey, unknown>)[key], seen);
  }
  return value;
}
