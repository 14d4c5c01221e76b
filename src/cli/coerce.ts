/**
 * Readers of flag values. Each throws `ERR_USAGE` with what was given and what is allowed; yargs
 * itself would turn `-c abc` into NaN without a word.
 */

import { ToolrigError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';

const TIME_UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 60e3, h: 3_600e3 };
const NUMBER = /^\d+(?:\.\d+)?$/;
/** A time, and the rate at its start, and that at its end where it is another. */
const STAGE = /^([^@]+)@(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?$/;
const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  KiB: 1_024,
  MiB: 1_048_576,
};

/** A whole number of at least `min`. Default `max`: the largest exact one. */
export function wholeNumber(
  flag: string,
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): (given: unknown) => number {
  const range =
    max === Number.MAX_SAFE_INTEGER ? `>= ${min}` : `from ${min} to ${max.toLocaleString('en-US')}`;
  const expected = `a whole number ${range}`;
  return (given) => {
    const written = one(flag, expected, given);
    const value = /^\d+$/.test(written) ? Number(written) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
    throw invalid(flag, expected, written);
  };
}

/** Calls per second, or `max`. */
export function rate(flag: string): (given: unknown) => number | 'max' {
  const expected = 'a number of calls per second above 0, such as 1000, or max';
  return (given) => {
    const written = one(flag, expected, given);
    if (written === 'max') return 'max';
    const value = NUMBER.test(written) ? Number(written) : Number.NaN;
    if (value > 0) return value;
    throw invalid(flag, expected, written);
  };
}

/** A time to think, in ms: `5ms` for always as long, `exponential:5ms` for 5 ms in the mean. */
export function thinkTime(flag: string): (given: unknown) => {
  meanMs: number;
  kind: 'fixed' | 'exponential';
} {
  const expected = 'a time such as 5ms, or exponential:5ms for one that is 5 ms in the mean';
  return (given) => {
    const written = one(flag, expected, given);
    const [, prefix, time = ''] = /^(exponential:)?(.*)$/s.exec(written) ?? [];
    const meanMs = msOf(time);
    if (meanMs > 0) return { meanMs, kind: prefix === undefined ? 'fixed' : 'exponential' };
    throw invalid(flag, expected, written);
  };
}

/** Stages of a rate: `10s@0-1000,30s@1000` is a ramp of 10 s, and 30 s of what it came to. */
export function stages(
  flag: string,
): (given: unknown) => { durationMs: number; fromPerSecond: number; toPerSecond: number }[] {
  const expected = 'stages of a time and a rate or two, such as 10s@0-1000,30s@1000,1s@5000';
  return (given) => {
    const written = one(flag, expected, given);
    const list = written.split(',').map((stage) => {
      const [, time = '', from = '', to = from] = STAGE.exec(stage.trim()) ?? [];
      const durationMs = msOf(time);
      if (!(durationMs > 0)) throw invalid(flag, expected, stage);
      return { durationMs, fromPerSecond: Number(from), toPerSecond: Number(to) };
    });
    if (list.some(({ fromPerSecond, toPerSecond }) => fromPerSecond + toPerSecond > 0)) return list;
    throw invalid(flag, `${expected}, one of them with a rate above 0`, written);
  };
}

/** A time in ms, from `500ms`, `10s`, `2m` or `1h`. */
export function duration(flag: string): (given: unknown) => number {
  const expected = 'a time such as 500ms, 10s or 2m';
  return (given) => {
    const written = one(flag, expected, given);
    const valueMs = msOf(written);
    if (valueMs > 0) return valueMs;
    throw invalid(flag, expected, written);
  };
}

/** Sizes in bytes, from `64B,1KiB,1MiB`. */
export function sizes(flag: string): (given: unknown) => number[] {
  const expected = 'sizes such as 64B,1KiB,1MiB';
  return (given) =>
    different(flag, expected, given).map((each) => {
      const [, amount = '', unit = ''] = /^(\d+)([A-Za-z]*)$/.exec(each) ?? [];
      const bytes = amount === '' ? Number.NaN : Number(amount) * (SIZE_UNITS[unit] ?? Number.NaN);
      if (Number.isSafeInteger(bytes)) return bytes;
      throw invalid(flag, expected, each);
    });
}

/** Names, separated by commas; none is empty or there twice. */
export function names(flag: string): (given: unknown) => string[] {
  return (given) => different(flag, 'different names separated by commas', given);
}

/** Names out of a few, separated by commas; none is there twice. */
export function namesAmong<T extends string>(
  flag: string,
  choices: readonly T[],
): (given: unknown) => T[] {
  return (given) =>
    different(flag, 'different names separated by commas', given).map((name) => {
      const found = choices.find((choice) => choice === name);
      if (found !== undefined) return found;
      throw new ToolrigError(
        'ERR_USAGE',
        `--${flag} knows no '${name}'.${didYouMean(name, choices)}`,
      );
    });
}

/** A share from 0 to 1, from `3%` or `0.5%`. */
export function share(flag: string): (given: unknown) => number {
  const expected = 'a percentage such as 3% or 0.5%';
  return (given) => {
    const written = one(flag, expected, given);
    const percent = Number(/^(\d+(?:\.\d+)?)%$/.exec(written)?.[1] ?? Number.NaN);
    if (percent >= 0 && percent <= 100) return percent / 100;
    throw invalid(flag, expected, written);
  };
}

/** One of a few words. */
export function oneOf<T extends string>(
  flag: string,
  choices: readonly T[],
): (given: unknown) => T {
  const expected = choices.join(', ').replace(/, (?=[^,]*$)/, ' or ');
  return (given) => {
    const written = one(flag, expected, given);
    const found = choices.find((choice) => choice === written);
    if (found !== undefined) return found;
    throw invalid(flag, expected, written);
  };
}

/** As {@link share} up to `max`, with what follows the sign in `example` or without: `10%/month`. */
export function percentage(flag: string, example: string, max: number): (given: unknown) => number {
  const [, unit = ''] = example.split('%');
  const expected = `a share from 0 to ${max * 100} % such as ${example}`;
  return (given) => {
    const written = one(flag, expected, given);
    const [, digits, rest] = /^(\d+(?:\.\d+)?)\s*%(.*)$/.exec(written) ?? [];
    const ratio = digits === undefined ? Number.NaN : Number(digits) / 100;
    if (ratio <= max && (rest === '' || rest === unit)) return ratio;
    throw invalid(flag, expected, written);
  };
}

/** Any text but none. */
export function text(flag: string, expected: string): (given: unknown) => string {
  return (given) => one(flag, expected, given);
}

/** Texts of a flag that may be given several times. */
export function texts(flag: string, expected: string): (given: unknown) => string[] {
  return (given) =>
    (Array.isArray(given) ? given : [given]).map((each) => one(flag, expected, each));
}

function different(flag: string, expected: string, given: unknown): string[] {
  const list = one(flag, expected, given)
    .split(',')
    .map((name) => name.trim());
  if (list.every((name) => name !== '') && new Set(list).size === list.length) return list;
  throw invalid(flag, expected, String(given));
}

/** A time in ms; `NaN` when it is none. */
function msOf(written: string): number {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(written) ?? [];
  return Number(amount) * (TIME_UNITS_MS[unit] ?? Number.NaN);
}

/** yargs gives an array for a flag that was given twice, and an empty string for one without value. */
function one(flag: string, expected: string, given: unknown): string {
  if (Array.isArray(given)) {
    throw new ToolrigError(
      'ERR_USAGE',
      `--${flag} was given ${given.length} times (${given.join(', ')}): give it once`,
    );
  }
  const value = String(given);
  if (value !== '') return value;
  throw new ToolrigError('ERR_USAGE', `--${flag} needs a value: ${expected}`);
}

function invalid(flag: string, expected: string, given: string): ToolrigError {
  return new ToolrigError('ERR_USAGE', `--${flag} must be ${expected}, got '${given}'`);
}
