/** Checks what the statistics are given: a NaN that slips in comes out as a verdict. */

import { ToolrigError } from '../../core/errors.ts';

/**
 * Throws unless there are at least `fewest` values and all are finite.
 *
 * @param name - what they are called in messages
 * @throws ToolrigError `ERR_INVALID_MEASUREMENT`
 */
export function requireFiniteValues(
  name: string,
  values: readonly number[],
  fewest: number = 1,
): void {
  if (values.length < fewest) {
    const plural = fewest === 1 ? 'value' : 'values';
    throw new ToolrigError(
      'ERR_INVALID_MEASUREMENT',
      `${name} must have at least ${fewest} ${plural}, got ${values.length}`,
    );
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad === -1) return;
  throw new ToolrigError(
    'ERR_INVALID_MEASUREMENT',
    `${name} must be finite numbers, got ${values[bad]} at index ${bad}`,
  );
}
