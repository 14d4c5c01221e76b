import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { Decoder } from '../../../../../src/runtime/scheduler/codec/decoder.ts';
import { Encoder } from '../../../../../src/runtime/scheduler/codec/encoder.ts';
import { objectOf, sendableValues } from '../../../../helpers/sendable-values.ts';

const SIZE_BYTES = 1 << 18;

/** Makes one trip across memory of its own. */
function send(value: unknown): unknown {
  const memory = new ArrayBuffer(SIZE_BYTES);
  const end = new Encoder(memory).encode(value, 0, SIZE_BYTES);
  assert.notEqual(end, -1, 'it fits');
  return new Decoder(memory).decode(0, end);
}

/** As strict as can be: the same values, and the same keys in the same order. */
function assertSame(actual: unknown, expected: unknown): void {
  assert.deepStrictEqual(actual, expected);
  const show = (value: unknown) => inspect(value, { depth: null, maxArrayLength: null });
  assert.equal(show(actual), show(expected));
}

describe('a value that is encoded and decoded', () => {
  test('is what a structured clone of it would be, at any position, in a row of many', () => {
    fc.assert(
      fc.property(
        fc.array(sendableValues, { minLength: 1, maxLength: 20 }),
        fc.nat(9),
        fc.boolean(),
        (values, gapBytes, isShared) => {
          const memory = isShared ? new SharedArrayBuffer(SIZE_BYTES) : new ArrayBuffer(SIZE_BYTES);
          const encoder = new Encoder(memory);
          const decoder = new Decoder(memory);
          let position = 0;
          for (const value of values) {
            position += gapBytes;
            let end = encoder.encode(value, position, SIZE_BYTES);
            if (end < 0) {
              position = gapBytes;
              end = encoder.encode(value, position, SIZE_BYTES);
            }
            assertSame(decoder.decode(position, end), structuredClone(value));
            position = end;
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('keeps every byte of long strings, arrays and buffers', () => {
    for (const length of [19, 20, 31, 32, 255, 256, 1_023, 1_025, 30_000]) {
      assertSame(send('a'.repeat(length)), 'a'.repeat(length));
      assertSame(send('é'.repeat(length)), 'é'.repeat(length));
      assertSame(send(`${'a'.repeat(length)}\udfff`), `${'a'.repeat(length)}\udfff`);
      const numbers = Array.from({ length }, (_, i) => i * 3);
      assertSame(send(numbers), numbers);
      assertSame(send(Uint16Array.from(numbers)), Uint16Array.from(numbers));
    }
  });

  test('keeps an object with very many keys', () => {
    const wide = objectOf(Array.from({ length: 3_000 }, (_, i) => [`key ${i}`, i]));
    assertSame(send([wide, wide]), [wide, wide]);
  });

  test('arrives as plain data from a class, another realm, a Buffer and a getter', () => {
    class Base {
      own = 1;
      get inherited(): number {
        return 2;
      }
    }
    assertSame(send(new Base()), { own: 1 });
    assertSame(send(runInNewContext('({ a: [1, new Map([[1, 2]])] })')), {
      a: [1, new Map([[1, 2]])],
    });
    assertSame(send(Buffer.from('abc')), Uint8Array.of(97, 98, 99));
    assertSame(
      send({
        get computed() {
          return 7;
        },
      }),
      { computed: 7 },
    );
  });

  test('leaves behind symbols, what is not enumerable and what is inherited', () => {
    const inherited = objectOf([['own', 1]], { inherited: 2 });
    assertSame(send(inherited), { own: 1 });
    assertSame(send({ [Symbol('s')]: 1, a: 2 }), { a: 2 });
    assertSame(send(Object.defineProperty({ a: 1 }, 'hidden', { value: 2 })), { a: 1 });
  });

  test('is not confused by enumerable keys on Object.prototype', () => {
    const prototype = Object.prototype as unknown as Record<string, unknown>;
    Object.defineProperty(prototype, 'polluted', {
      value: 1,
      enumerable: true,
      configurable: true,
    });
    try {
      const copy = send({ a: { b: 1 } }) as object;
      assert.deepEqual(Object.keys(copy), ['a']);
      assert.ok(!Object.hasOwn(copy, 'polluted'));
    } finally {
      delete prototype['polluted'];
    }
  });

  test('keeps an own __proto__ and pollutes nothing', () => {
    const hostile = JSON.parse('{"__proto__": {"isAdmin": true}, "a": 1}') as object;
    for (let i = 0; i < 3; i++) {
      const copy = send([hostile, hostile, { a: hostile }]) as object[];
      for (const one of copy.slice(0, 2)) {
        assert.ok(Object.hasOwn(one, '__proto__'));
        assert.equal(Object.getPrototypeOf(one), Object.prototype);
        assert.equal(Reflect.get(one, 'isAdmin'), undefined);
      }
    }
    assert.equal(Reflect.get({}, 'isAdmin'), undefined);
  });

  test('is an invalid date where it was one', () => {
    const copy = send([new Date(Number.NaN)]) as [Date];
    assert.ok(copy[0] instanceof Date);
    assert.ok(Number.isNaN(copy[0].getTime()));
  });

  test('has undefined where an array has holes', () => {
    // oxlint-disable-next-line no-sparse-arrays -- the subject of the test
    assertSame(send([1, , 3]), [1, undefined, 3]);
  });

  test('is sent twice when it is referred to twice', () => {
    const shared = { a: 1 };
    const copy = send([shared, shared]) as object[];
    assertSame(copy, [{ a: 1 }, { a: 1 }]);
    assert.notEqual(copy[0], copy[1]);
  });

  test('shares no memory with the bytes it was read from', () => {
    const memory = new SharedArrayBuffer(64);
    const end = new Encoder(memory).encode(Uint8Array.of(1, 2, 3), 0, 64);
    const copy = new Decoder(memory).decode(0, end) as Uint8Array;
    new Uint8Array(memory).fill(9);
    assert.deepEqual([...copy], [1, 2, 3]);
    assert.ok(copy.buffer instanceof ArrayBuffer);
  });

  test('is a copy of shared memory where nothing is put aside', () => {
    const shared = new SharedArrayBuffer(4);
    new Uint8Array(shared).set([1, 2, 3, 4]);
    const copy = send([shared, new Uint8Array(shared, 1, 2)]) as [SharedArrayBuffer, Uint8Array];
    assert.ok(copy[0] instanceof SharedArrayBuffer);
    assert.notEqual(copy[0], shared);
    assert.deepEqual([...new Uint8Array(copy[0])], [1, 2, 3, 4]);
    assert.deepEqual([...copy[1]], [2, 3]);
  });

  test('may be nested a thousand levels deep', () => {
    let deep: unknown = 'bottom';
    for (let level = 0; level < 1_000; level++) deep = level % 2 === 0 ? [deep] : { deep };
    assert.deepEqual(send(deep), deep);
  });
});

describe('what is put aside', () => {
  test('is every buffer and view from the size on, in order, and nothing is copied', () => {
    const memory = new ArrayBuffer(1_024);
    const encoder = new Encoder(memory, { attachFromBytes: 8 });
    const big = new Uint8Array(8);
    const view = new DataView(new ArrayBuffer(9));
    const shared = new SharedArrayBuffer(1);
    const window = new Uint8Array(shared);
    const value = {
      big,
      small: new Uint8Array(7),
      more: [view, window, new Map([[shared, big.buffer]])],
    };
    const end = encoder.encode(value, 5, 1_024);
    assert.deepEqual([...encoder.attachments], [big, view, window, shared, big.buffer]);
    const copy = new Decoder(memory).decode(5, end, encoder.attachments) as typeof value;
    assert.equal(copy.big, big);
    assert.deepEqual(copy.small, new Uint8Array(7));
    assert.equal(copy.more[0], view);
  });

  test('is nothing after a value without any, and after a failure', () => {
    const encoder = new Encoder(new ArrayBuffer(64), { attachFromBytes: 8 });
    const big = new Uint8Array(8);
    assert.ok(encoder.encode([big], 0, 64) > 0);
    assert.equal(encoder.attachments.length, 1);
    assert.ok(encoder.encode([1], 0, 64) > 0);
    assert.equal(encoder.attachments.length, 0);
    assert.equal(encoder.encode([big, 'x'.repeat(100)], 0, 64), -1);
    assert.equal(encoder.attachments.length, 0);
    assert.throws(() => encoder.encode([big, () => {}], 0, 64), { code: 'ERR_INVALID_PARAMS' });
    assert.equal(encoder.attachments.length, 0);
  });

  test('has to come beside the bytes', () => {
    const memory = new ArrayBuffer(64);
    const end = new Encoder(memory, { attachFromBytes: 0 }).encode(new Uint8Array(1), 0, 64);
    assert.throws(() => new Decoder(memory).decode(0, end), /corrupt frame: attachment 0/);
  });

  test('needs a size that makes sense', () => {
    const code = 'ERR_INVALID_OPTION';
    assert.throws(() => new Encoder(new ArrayBuffer(8), { attachFromBytes: -1 }), { code });
  });
});
