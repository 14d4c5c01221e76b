/** Values that a codec has to bring across unchanged, as rich as they come. */

import * as fc from 'fast-check';

const hostileKeys = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'toJSON',
  'length',
  '0',
  '',
  '"});throw 1//',
  '\u2028',
  '\ud800',
  'schlüssel',
  '鍵',
);
const keys = fc.oneof(hostileKeys, fc.constantFrom('a', 'b', 'name', 'arguments'), fc.string());
const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\ud800', 'a\udc00b', 'ÿ'.repeat(19), 'ÿ'.repeat(300), '€'.repeat(40)),
  fc.integer({ min: 0, max: 600 }).map((length) => 'x'.repeat(length)),
);
const numbers = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.integer({ min: -200, max: 200 }),
  fc.constantFrom(-0, Number.NaN, 2 ** 31, -(2 ** 31), 2 ** 53, Infinity, -Infinity),
);
const bigints = fc.oneof(
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }),
  fc.constantFrom(2n ** 63n, -(2n ** 63n), 2n ** 63n - 1n, 10n ** 60n, -(10n ** 60n)),
);
// An invalid date is not deeply equal to another one, so a test of its own looks at it.
const dates = fc.date({ noInvalidDate: true });
const regExps = fc.constantFrom(/a/giu, /[/\]]\n/s, /(?<year>\d{4})-\u2028/my);
const views = fc.oneof(
  fc.uint8Array(),
  fc.int8Array(),
  fc.uint8ClampedArray(),
  fc.uint16Array(),
  fc.int16Array(),
  fc.uint32Array(),
  fc.int32Array(),
  fc.float32Array(),
  fc.float64Array(),
  fc.bigUint64Array(),
  fc.bigInt64Array(),
  fc.uint8Array().map(({ buffer }) => new DataView(buffer)),
  fc.uint8Array().map(({ buffer }) => buffer),
);
const errors = fc
  .tuple(
    fc.constantFrom(Error, TypeError, RangeError, SyntaxError, URIError, EvalError, ReferenceError),
    texts,
    fc.boolean(),
    numbers,
  )
  .map(([Kind, text, hasCause, cause]) => new Kind(text, hasCause ? { cause } : undefined));
const boxed = fc.oneof(numbers, texts, bigints, fc.boolean()).map((inside) => Object(inside));

class Point {
  readonly x: unknown;
  constructor(x: unknown) {
    this.x = x;
  }
  /** Never called: what travels is the point. */
  toJSON(): unknown {
    throw new Error('nobody asked for JSON');
  }
}

/** An object with these entries, an own `__proto__` among them if there is one. */
export function objectOf(
  entries: readonly (readonly [string, unknown])[],
  prototype: object | null = Object.prototype,
): object {
  const object = Object.create(prototype) as object;
  for (const [key, value] of entries) {
    Object.defineProperty(object, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return object;
}

/** Anything that can be sent, nested a few levels deep. */
export const sendableValues: fc.Arbitrary<unknown> = fc.letrec((tie) => {
  const value = tie('value');
  const entries = fc.uniqueArray(fc.tuple(keys, value), { selector: ([key]) => key, maxLength: 6 });
  return {
    value: fc.oneof(
      { maxDepth: 5, depthSize: 'small', withCrossShrink: true },
      fc.constantFrom<unknown>(null, undefined, true, false),
      numbers,
      texts,
      bigints,
      dates,
      regExps,
      views,
      errors,
      boxed,
      fc.array(value, { maxLength: 40 }),
      entries.map((list) => objectOf(list)),
      entries.map((list) => objectOf(list)),
      entries.map((list) => objectOf(list, null)),
      fc.record({ name: texts, arguments: value }),
      fc.array(fc.tuple(value, value), { maxLength: 4 }).map((list) => new Map(list)),
      fc.array(value, { maxLength: 4 }).map((list) => new Set(list)),
      value.map((x) => new Point(x)),
    ),
  };
})['value'] as fc.Arbitrary<unknown>;
