/**
 * Checks of options at the boundary. Each returns the checked value or throws
 * `ERR_INVALID_OPTION` with what was wrong, what was given and what is allowed.
 */

import { inspect } from 'node:util';
import { ToolrigError } from './errors.ts';
import { didYouMean } from './nearest.ts';

function invalid(name: string, expected: string, given: unknown): ToolrigError {
  return new ToolrigError(
    'ERR_INVALID_OPTION',
    `${name} must be ${expected}, got ${inspect(given)}`,
  );
}

/** An integer in [`min`, `max`]. Default `max`: no limit. */
export function requireInteger(
  name: string,
  value: unknown,
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  const range = max === Number.MAX_SAFE_INTEGER ? `>= ${min}` : `from ${min} to ${max}`;
  throw invalid(name, `an integer ${range}`, value);
}

/** A number greater than zero; `Infinity` is allowed, `NaN` is not. */
export function requirePositive(name: string, value: unknown): number {
  if (typeof value === 'number' && value > 0) return value;
  throw invalid(name, 'a number > 0', value);
}

/** A finite number in [`min`, `max`]. Default `max`: no limit. */
export function requireAtLeast(
  name: string,
  value: unknown,
  min: number,
  max: number = Number.POSITIVE_INFINITY,
): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max) {
    return value;
  }
  throw invalid(
    name,
    max === Infinity ? `a number >= ${min}` : `a number from ${min} to ${max}`,
    value,
  );
}

/** A string of at least one character. */
export function requireName(name: string, value: unknown): string {
  if (typeof value === 'string' && value.length > 0) return value;
  throw invalid(name, 'a non-empty string', value);
}

/** An array, of whatever. */
export function requireArray(name: string, value: unknown): void {
  if (!Array.isArray(value)) throw invalid(name, 'an array', value);
}

/** A function. */
export function requireFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw invalid(name, 'a function', value);
}

/** One of `choices`. */
export function requireOneOf<T extends string>(
  name: string,
  value: unknown,
  choices: readonly T[],
): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const hint = typeof value === 'string' ? didYouMean(value, choices) : '';
  throw new ToolrigError(
    'ERR_INVALID_OPTION',
    `${name} must be one of ${choices.join(', ')}, got ${inspect(value)}.${hint}`,
  );
}

/** An object (not an array) that has no keys besides `known`. */
export function requireKnownKeys(
  name: string,
  value: unknown,
  known: readonly string[],
): asserts value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(name, 'an object', value);
  }
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    throw new ToolrigError(
      'ERR_INVALID_OPTION',
      `${name} has an unknown key '${key}'.${didYouMean(key, known)}`,
    );
  }
}
