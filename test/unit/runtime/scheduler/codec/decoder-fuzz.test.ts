import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { Decoder } from '../../../../../src/runtime/scheduler/codec/decoder.ts';
import { Encoder } from '../../../../../src/runtime/scheduler/codec/encoder.ts';
import { sendableValues } from '../../../../helpers/sendable-values.ts';

const SIZE_BYTES = 1 << 16;

/** Decodes what nobody vouches for: a value or a corrupt frame, and nothing else may come of it. */
function decodeAnything(decoder: Decoder, position: number, limit: number): void {
  try {
    decoder.decode(position, limit);
  } catch (error) {
    assert.match((error as Error).message, /^corrupt frame: /);
  }
}

function u32(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
}

describe('a decoder of anything', () => {
  test('returns or throws on random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        decodeAnything(new Decoder(bytes.buffer), 0, bytes.length);
      }),
      { numRuns: 5_000 },
    );
  });

  test('returns or throws on tags in any order', () => {
    const tags = fc.array(
      fc.oneof(fc.integer({ min: 0x7e, max: 0xff }), fc.constantFrom(0, 1, 0xd0, 0xd1, 0xd2, 0xd3)),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(tags, (bytes) => {
        decodeAnything(new Decoder(Uint8Array.from(bytes).buffer), 0, bytes.length);
      }),
      { numRuns: 5_000 },
    );
  });

  test('returns or throws on a value of which some bytes were changed', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sendableValues, changes, (value, list) => {
        const memory = new ArrayBuffer(SIZE_BYTES);
        const end = new Encoder(memory).encode(value, 0, SIZE_BYTES);
        const bytes = new Uint8Array(memory);
        for (const [place, byte] of list) bytes[place % end] = byte;
        decodeAnything(new Decoder(memory), 0, end);
      }),
      { numRuns: 2_000 },
    );
  });

  test('reads nothing at or beyond its limit', () => {
    fc.assert(
      fc.property(sendableValues, (value) => {
        const memory = new ArrayBuffer(SIZE_BYTES);
        const end = new Encoder(memory).encode(value, 0, SIZE_BYTES);
        const step = Math.max(1, Math.floor(end / 40));
        for (let limit = 0; limit < end; limit += step) {
          assert.throws(() => new Decoder(memory).decode(0, limit), /^Error: corrupt frame: /);
        }
        assert.throws(() => new Decoder(memory).decode(0, end - 1), /^Error: corrupt frame: /);
      }),
      { numRuns: 300 },
    );
  });

  const hostile: readonly (readonly [string, readonly number[], RegExp])[] = [
    ['an array of four billion', [0xcb, ...u32(0xffffffff), 1], /array of 4294967295 is cut off/],
    ['a string of four billion', [0xc9, ...u32(0xffffffff), 1], /4294967295 bytes are missing/],
    ['a wide string of four billion', [0xca, ...u32(0xffffffff)], /8589934590 bytes are missing/],
    ['a buffer of four billion', [0xe7, ...u32(0xffffffff), 1], /4294967295 bytes are missing/],
    ['shared memory of four billion', [0xe8, ...u32(0xffffffff)], /4294967295 bytes are missing/],
    ['a view of four billion', [0xf8, ...u32(0xffffffff), 1], /4294967295 bytes are missing/],
    ['a map of four billion', [0xe2, ...u32(0xffffffff), 1, 1], /a value is missing/],
    ['a set of four billion', [0xe3, ...u32(0xffffffff), 1, 1], /a value is missing/],
    ['a float view of three bytes', [0xf8, ...u32(3), 1, 2, 3], /RangeError/],
    ['a view of no kind', [0xff, ...u32(0)], /kind of view is unknown/],
    ['an error of no kind', [0xe4, 99, 0, 0x81, 65, 0xc1], /kind of error is unknown/],
    ['a regular expression that is none', [0xe1, 0x81, 0x28, 0x80], /SyntaxError/],
    ['digits that are none', [0xc7, 0, 0x81, 0x7a], /SyntaxError/],
    ['a boxed object', [0xe5, 0xa0], /boxed value is no primitive/],
    ['a shape nobody taught', [0xd0, 7, 0], /shape 7 is unknown/],
    ['a shape out of turn', [0xd1, 7, 0, 1, 0xd3, 0x81, 65], /shape 7 cannot be learnt/],
    ['an object without an end', [0xd2, 0, 0, 1, 2], /object has no end/],
    ['a key that is a number', [0xd2, 0, 0, 1, 0xd3, 5], /string is missing/],
    ['an end of nothing', [0xd3], /tag 0xd3 is unknown/],
    ['a request to forget inside a value', [0xa1, 0xd4, 1], /tag 0xd4 is out of place/],
    ['a tag nobody uses', [0xdf], /tag 0xdf is unknown/],
    ['nothing', [], /a value is missing/],
  ];
  for (const [name, bytes, message] of hostile) {
    test(`refuses ${name}`, () => {
      const decoder = new Decoder(Uint8Array.from(bytes).buffer);
      assert.throws(() => decoder.decode(0, bytes.length), { message });
    });
  }

  test('refuses nests of any kind before the stack ends', () => {
    const heads = [[0xa1], [0xd2, 0, 0], [0xe3, ...u32(1)], [0xe5], [0xe2, ...u32(1)]];
    for (const head of heads) {
      const bytes = Uint8Array.from(Array.from({ length: 100_000 }, () => head).flat());
      assert.throws(() => new Decoder(bytes.buffer).decode(0, bytes.length), {
        message: /nested too deep/,
      });
    }
  });

  test('does not recurse over requests to forget', () => {
    const bytes = new Uint8Array(100_000).fill(0xd4);
    assert.throws(() => new Decoder(bytes.buffer).decode(0, bytes.length), /corrupt frame/);
  });

  test('allocates no more than the bytes account for when arrays lie about their length', () => {
    // Each level claims all that is left; allocating at once would be the square of it.
    const levels = 900;
    const bytes = new Uint8Array(1 << 20);
    const view = new DataView(bytes.buffer);
    for (let level = 0; level < levels; level++) {
      bytes[level * 5] = 0xcb;
      view.setUint32(level * 5 + 1, bytes.length - level * 5 - 5, true);
    }
    const before = process.memoryUsage().heapUsed;
    decodeAnything(new Decoder(bytes.buffer), 0, bytes.length);
    const grownBytes = process.memoryUsage().heapUsed - before;
    assert.ok(grownBytes < 128 << 20, `${grownBytes >> 20} MiB for 1 MiB`);
  });

  test('keeps a __proto__ that a peer teaches as an own key', () => {
    const proto = [0x89, ...Buffer.from('__proto__')];
    const bytes = Uint8Array.from([0xd1, 0, 0, 0xa0, 0xd3, ...proto, 0xd0, 0, 0, 0xa0]);
    const decoder = new Decoder(bytes.buffer);
    const taught = decoder.decode(0, bytes.length) as object;
    for (let i = 0; i < 100; i++) {
      const copy = decoder.decode(bytes.length - 4, bytes.length) as object;
      assert.deepEqual(Object.keys(copy), ['__proto__']);
      assert.equal(Object.getPrototypeOf(copy), Object.prototype);
    }
    assert.equal(Object.getPrototypeOf(taught), Object.prototype);
  });

  test('runs nothing that a key says', () => {
    const key = '"});globalThis.broken=1;({"';
    const memory = new ArrayBuffer(1_024);
    const encoder = new Encoder(memory);
    const decoder = new Decoder(memory);
    for (let i = 0; i < 200; i++) {
      const end = encoder.encode({ [key]: i, '\u2028': 1 }, 0, 1_024);
      assert.deepEqual(decoder.decode(0, end), { [key]: i, '\u2028': 1 });
    }
    assert.equal(Reflect.get(globalThis, 'broken'), undefined);
  });
});
