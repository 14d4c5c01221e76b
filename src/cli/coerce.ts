/**
 * Readers of flag values. Each throws `ERR_USAGE` with what was given and what is allowed; yargs
 * itself would turn `-c abc` into NaN without a word.
 */

import { ToolrigError } from '../core/errors.ts';

const TIME_UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 60e3, h: 3_600e3 };
const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  KiB: 1_024,
  MiB: 1_048_576,
};

/** A whole number of at least `min`. */
export function wholeNumber(flag: string, min: number): (given: string) => number {
  return (given) => {
    const value = /^\d+$/.test(one(flag, given)) ? Number(given) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= min) return value;
    throw invalid(flag, `a whole number >= ${min}`, given);
  };
}

/** A time in ms, from `500ms`, `10s`, `2m` or `1h`. */
export function duration(flag: string): (given: string) => number {
  return (given) => {
    const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(one(flag, given)) ?? [];
    const valueMs = Number(amount) * (TIME_UNITS_MS[unit] ?? Number.NaN);
    if (valueMs > 0) return valueMs;
    throw invalid(flag, 'a time such as 500ms, 10s or 2m', given);
  };
}

/** Sizes in bytes, from `64B,1KiB,1MiB`. */
export function sizes(flag: string): (given: string) => number[] {
  return (given) =>
    names(flag)(given).map((each) => {
      const [, amount = '', unit = ''] = /^(\d+)([A-Za-z]*)$/.exec(each) ?? [];
      const bytes = amount === '' ? Number.NaN : Number(amount) * (SIZE_UNITS[unit] ?? Number.NaN);
      if (Number.isSafeInteger(bytes)) return bytes;
      throw invalid(flag, 'sizes such as 64B,1KiB,1MiB', each);
    });
}

/** Names, separated by commas; none is empty or there twice. */
export function names(flag: string): (given: string) => string[] {
  return (given) => {
    const list = one(flag, given)
      .split(',')
      .map((name) => name.trim());
    if (list.every((name) => name !== '') && new Set(list).size === list.length) return list;
    throw invalid(flag, 'different names separated by commas', given);
  };
}

/** yargs gives an array for a flag that was given twice, and an empty string for one without value. */
function one(flag: string, given: unknown): string {
  if (Array.isArray(given)) throw new ToolrigError('ERR_USAGE', `--${flag} was given twice`);
  return String(given);
}

function invalid(flag: string, expected: string, given: string): ToolrigError {
  return new ToolrigError('ERR_USAGE', `--${flag} must be ${expected}, got '${given}'`);
}
