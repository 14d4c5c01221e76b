import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { Decoder } from '../../../../../src/runtime/scheduler/codec/decoder.ts';
import { Encoder } from '../../../../../src/runtime/scheduler/codec/encoder.ts';
import { objectOf, sendableValues } from '../../../../helpers/sendable-values.ts';

const SIZE_BYTES = 1 << 18;
const CANARY = 0x5a;

describe('an encoder with too little room', () => {
  test('says so at every limit short of the end, writes nothing beyond it, and has learnt nothing', () => {
    fc.assert(
      fc.property(sendableValues, fc.nat(7), (value, position) => {
        const memory = new ArrayBuffer(SIZE_BYTES);
        const bytes = new Uint8Array(memory);
        const expected = structuredClone(value);
        const needed = new Encoder(memory).encode(value, position, SIZE_BYTES) - position;
        const step = Math.max(1, Math.floor(needed / 40));
        for (let room = 0; room < needed; room += step) {
          const encoder = new Encoder(memory);
          const decoder = new Decoder(memory);
          const limit = position + room;
          bytes.fill(CANARY, limit, limit + 16);
          assert.equal(encoder.encode(value, position, limit), -1);
          assert.ok(bytes.subarray(limit, limit + 16).every((byte) => byte === CANARY));
          const end = encoder.encode(value, position, SIZE_BYTES);
          assert.deepStrictEqual(decoder.decode(position, end), expected);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('uses the room up to its last byte', () => {
    const memory = new ArrayBuffer(SIZE_BYTES);
    fc.assert(
      fc.property(sendableValues, (value) => {
        const end = new Encoder(memory).encode(value, 3, SIZE_BYTES);
        assert.equal(new Encoder(memory).encode(value, 3, end), end);
        assert.equal(new Encoder(memory).encode(value, 3, end - 1), -1);
      }),
      { numRuns: 150 },
    );
  });

  test('minds the end of its memory, whatever the limit', () => {
    const encoder = new Encoder(new ArrayBuffer(8));
    assert.equal(encoder.encode('12345678', 0, 1_000), -1);
    assert.equal(encoder.encode('1234567', 0, 1_000), 8);
  });
});

describe('a stream of values', () => {
  const steps = fc.array(
    fc.record({
      value: sendableValues,
      fate: fc.constantFrom('sent', 'sent', 'too long', 'refused'),
      times: fc.integer({ min: 1, max: 4 }),
    }),
    { minLength: 1, maxLength: 30 },
  );

  test('arrives whole through one pair, whatever failed in between', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const memory = new SharedArrayBuffer(SIZE_BYTES);
        const encoder = new Encoder(memory);
        const decoder = new Decoder(memory);
        for (const { value, fate, times } of list) {
          for (let i = 0; i < times; i++) {
            if (fate === 'too long') {
              const full = new Encoder(memory).encode(value, 0, SIZE_BYTES);
              // With every shape known it may be shorter by all its keys, but not by half and more.
              const end = encoder.encode([value, 'x'.repeat(full)], 0, full);
              assert.equal(end, -1);
            } else if (fate === 'refused') {
              const code = 'ERR_INVALID_PARAMS';
              assert.throws(() => encoder.encode([value, () => {}], 0, SIZE_BYTES), { code });
            } else {
              const end = encoder.encode(value, 0, SIZE_BYTES);
              assert.deepStrictEqual(decoder.decode(0, end), structuredClone(value));
            }
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test('gets shorter as its shapes are learnt', () => {
    const memory = new ArrayBuffer(1_024);
    const encoder = new Encoder(memory);
    const decoder = new Decoder(memory);
    const lengths: number[] = [];
    for (let i = 0; i < 100; i++) {
      const value = { name: 'add', arguments: { a: i % 100, b: 2 } };
      const end = encoder.encode(value, 0, 1_024);
      assert.deepEqual(decoder.decode(0, end), value);
      lengths.push(end);
    }
    // Two shapes, a name of three letters, two small integers.
    assert.equal(lengths.at(-1), 3 + (1 + 3) + 3 + 1 + 1);
    assert.ok((lengths[0] as number) > 30);
  });

  test('goes on when dictionaries have filled the table, and the old shapes come back', () => {
    const memory = new ArrayBuffer(SIZE_BYTES);
    const encoder = new Encoder(memory);
    const decoder = new Decoder(memory);
    const regular = { name: 'add', arguments: { a: 1, b: 2 } };
    const learnt = 3 + 4 + 3 + 1 + 1;
    let long = 0;
    for (let i = 0; i < 20_000; i++) {
      const dictionary = objectOf([
        [`id-${i}`, i],
        ['other', 1],
      ]);
      const value = i % 3 === 0 ? regular : [dictionary];
      const start = i % 5;
      // A failure just when the table is being emptied must not empty one side only.
      if (i % 7 === 0) assert.equal(encoder.encode(value, start, start + 5), -1);
      const end = encoder.encode(value, start, SIZE_BYTES);
      assert.deepStrictEqual(decoder.decode(start, end), value);
      if (value === regular && end - start > learnt) long++;
    }
    assert.ok(long < 100, `${long} of 6,667 regular requests were spelt out`);
  });

  test('survives growing', () => {
    const encoder = new Encoder(new ArrayBuffer(64));
    const decoder = new Decoder(new ArrayBuffer(0));
    for (let size = 64; size < 8_192; size *= 2) {
      const memory = new SharedArrayBuffer(size);
      encoder.setBuffer(memory);
      decoder.setBuffer(memory);
      const value = { key: { nested: 'n' } };
      const end = encoder.encode(value, 1, size);
      assert.deepStrictEqual(decoder.decode(1, end), value);
    }
  });

  test('may hold a shape inside the same shape, before either is known', () => {
    const memory = new ArrayBuffer(4_096);
    const encoder = new Encoder(memory);
    const decoder = new Decoder(memory);
    const tree = { id: 1, child: { id: 2, child: { id: 3, child: null } } };
    for (let i = 0; i < 50; i++) {
      const end = encoder.encode(tree, 0, 4_096);
      assert.deepStrictEqual(decoder.decode(0, end), tree);
    }
  });
});
