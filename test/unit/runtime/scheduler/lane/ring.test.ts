import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { receiveMessageOnPort } from 'node:worker_threads';
import fc from 'fast-check';
import { ringWrittenBy } from '../../../../../src/runtime/scheduler/lane/lane-memory.ts';
import { RingReader } from '../../../../../src/runtime/scheduler/lane/ring-reader.ts';
import { RingWriter } from '../../../../../src/runtime/scheduler/lane/ring-writer.ts';
import { closePorts, createLaneEnds } from '../../../../helpers/lane-ends.ts';

const RING = ringWrittenBy('caller');
/** Position at which the counters of a ring have wrapped: 2^32 bytes are 0 again. */
const NEAR_WRAP = 2 ** 32 - 1_024;
/** And where they turn negative. */
const NEAR_SIGN = 2 ** 31 - 1_024;

interface Taken {
  readonly tag: number;
  readonly route: number;
  readonly value: unknown;
}

function createRing(position = 0, onRecord: (record: Taken) => void = () => {}) {
  const ends = createLaneEnds(position);
  const { memory, bulkPort } = ends.caller;
  const writer = new RingWriter(memory, RING, bulkPort);
  const taken: Taken[] = [];
  const reader = new RingReader(memory, RING, ends.server.bulkPort, (tag, route, value) => {
    const record = { tag, route, value };
    taken.push(record);
    onRecord(record);
  });
  return { ends, writer, reader, taken };
}

function bytes(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + seed) & 0xff);
}

/** A text of `length` characters, told from others by its beginning. */
function text(length: number, seed: number): string {
  return `${seed}:`.padEnd(length, 'x');
}

type Step =
  | { readonly kind: 'text' | 'bytes' | 'part'; readonly length: number }
  | { readonly kind: 'publish' }
  | { readonly kind: 'read'; readonly limit: number };

const lengths = fc.oneof(
  { weight: 6, arbitrary: fc.nat(300) },
  { weight: 2, arbitrary: fc.integer({ min: 30_000, max: 70_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: RING.bytes - 64, max: RING.bytes + 64 }) },
  { weight: 1, arbitrary: fc.integer({ min: RING.bytes / 2, max: 3 * RING.bytes }) },
);
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('text' as const), length: lengths }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('bytes' as const, 'part' as const),
      length: lengths,
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('publish' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('read' as const), limit: fc.nat(40) }),
  },
);

describe('RingWriter and RingReader', () => {
  test('keep every record and their order, whatever their sizes and whoever is faster', () => {
    const positions = fc.constantFrom(0, 8, RING.bytes - 8, NEAR_WRAP, NEAR_SIGN);
    fc.assert(
      fc.property(positions, fc.array(steps, { maxLength: 40 }), (position, script) => {
        const { ends, writer, reader, taken } = createRing(position);
        const sent: Taken[] = [];
        const write = (kind: 'text' | 'bytes' | 'part', length: number): void => {
          const seed = sent.length;
          const route = (seed * 251) & 0xffff;
          const tag = ((seed & 0xff) << 24) | seed;
          if (kind === 'text') {
            const value = text(length, seed);
            sent.push({ tag, route, value });
            writer.write(tag, route, value);
          } else {
            const whole = bytes(length + (kind === 'part' ? 16 : 0), seed);
            const given = kind === 'part' ? whole.subarray(8, length + 8) : whole;
            sent.push({ tag, route, value: { nested: [given.slice()] } });
            writer.write(tag, route, { nested: [given] });
          }
        };
        for (const step of script) {
          if (step.kind === 'publish') writer.publish();
          else if (step.kind === 'read') reader.read(step.limit);
          else write(step.kind, step.length);
        }
        while (taken.length < sent.length) {
          writer.publish();
          assert.ok(reader.read(1_000) > 0, 'nothing arrives any more');
        }
        assert.deepEqual(taken, sent);
        assert.equal(writer.isDirty, false);
        assert.equal(reader.isReady, false);
        assert.equal(receiveMessageOnPort(ends.server.bulkPort), undefined);
        closePorts(ends);
      }),
      { numRuns: 25 },
    );
  });

  test('go round the ring across the end of 32 bits, a few bytes at a time', () => {
    for (const position of [NEAR_SIGN, NEAR_WRAP]) {
      const { ends, writer, reader, taken } = createRing(position);
      for (let index = 0; index < 200; index++) {
        writer.write(index, 0, text(index % 40, index));
        writer.publish();
        assert.equal(reader.read(10), 1);
      }
      assert.deepEqual(
        taken.map(({ tag }) => tag),
        Array.from({ length: 200 }, (_, index) => index),
      );
      closePorts(ends);
    }
  });

  test('show nothing before it is published', () => {
    const { ends, writer, reader } = createRing();
    writer.write(1, 0, 'a');
    assert.equal(writer.isDirty, true);
    assert.equal(reader.isReady, false);
    assert.equal(reader.read(10), 0);
    writer.publish();
    assert.equal(writer.isDirty, false);
    assert.equal(reader.seemsReady, true);
    assert.equal(reader.read(10), 1);
    closePorts(ends);
  });

  test('call a block that waits unpublished too', () => {
    const { ends, writer, reader } = createRing();
    writer.write(1, 0, text(2 * RING.bytes, 0));
    assert.equal(writer.isDirty, true);
    writer.publish();
    assert.equal(writer.isDirty, false);
    assert.equal(reader.read(10), 1);
    closePorts(ends);
  });

  test('leave no trace of what cannot be sent, in the ring or in a block', () => {
    const { ends, writer, reader, taken } = createRing();
    const unsendable = { a: [text(2 * RING.bytes, 0)], b: () => 1 };
    assert.throws(() => writer.write(1, 0, unsendable), { code: 'ERR_INVALID_PARAMS' });
    assert.equal(writer.isDirty, false);
    writer.write(2, 0, text(2 * RING.bytes, 2));
    assert.throws(() => writer.write(3, 0, unsendable), { code: 'ERR_INVALID_PARAMS' });
    writer.write(4, 0, { a: 1, b: 2 });
    writer.publish();
    reader.read(10);
    assert.deepEqual(
      taken.map(({ tag }) => tag),
      [2, 4],
    );
    assert.deepEqual(taken[1]?.value, { a: 1, b: 2 });
    closePorts(ends);
  });

  test('hand a large buffer over: its sender has it no more, even while a block waits', () => {
    const { ends, writer, reader, taken } = createRing();
    const first = bytes(100_000, 1);
    const second = bytes(100_000, 2);
    writer.write(1, 0, first);
    assert.equal(first.byteLength, 0);
    writer.write(2, 0, text(2 * RING.bytes, 2));
    writer.write(3, 0, second);
    assert.equal(second.byteLength, 0);
    writer.publish();
    reader.read(10);
    assert.deepEqual(taken[0]?.value, bytes(100_000, 1));
    assert.deepEqual(taken[2]?.value, bytes(100_000, 2));
    closePorts(ends);
  });

  test('take a part of a buffer as it was when it was written, and leave the buffer', () => {
    const { ends, writer, reader, taken } = createRing();
    const whole = bytes(200_000, 3);
    writer.write(1, 0, text(2 * RING.bytes, 1)); // a block waits from now on
    writer.write(2, 0, whole.subarray(0, 100_000));
    whole.fill(0);
    writer.write(3, 0, new Float64Array(whole.buffer, 8, 10_000));
    writer.write(4, 0, new DataView(whole.buffer, 1, 50_000));
    structuredClone(whole, { transfer: [whole.buffer as ArrayBuffer] }); // gone before the block leaves
    writer.publish();
    reader.read(10);
    assert.deepEqual(taken[1]?.value, bytes(200_000, 3).subarray(0, 100_000));
    assert.deepEqual(taken[2]?.value, new Float64Array(10_000));
    assert.deepEqual(taken[3]?.value, new DataView(new ArrayBuffer(50_000)));
    closePorts(ends);
  });

  test('bring a part of a view of a class of its own as a plain one', () => {
    class Samples extends Float64Array {
      constructor(count: number) {
        assert.equal(typeof count, 'number');
        super(count);
      }
    }
    const { ends, writer, reader, taken } = createRing();
    const part = new Float64Array(new ArrayBuffer(80_000), 8, 5_000);
    Object.setPrototypeOf(part, Samples.prototype);
    writer.write(1, 0, part);
    writer.publish();
    reader.read(10);
    assert.deepEqual(taken[0]?.value, new Float64Array(5_000));
    closePorts(ends);
  });

  test('copy memory that cannot change hands', () => {
    const { ends, writer, reader, taken } = createRing();
    const { Memory } = Reflect.get(globalThis, 'WebAssembly') as {
      Memory: new (pages: { initial: number }) => { readonly buffer: ArrayBuffer };
    };
    const memory = new Memory({ initial: 1 });
    new Uint8Array(memory.buffer).fill(9);
    writer.write(1, 0, memory.buffer);
    writer.write(2, 0, text(2 * RING.bytes, 1));
    writer.write(3, 0, memory.buffer);
    assert.equal(memory.buffer.byteLength, 65_536);
    writer.publish();
    reader.read(10);
    const expected = new Uint8Array(65_536).fill(9).buffer;
    assert.deepEqual(taken[0]?.value, expected);
    assert.deepEqual(taken[2]?.value, expected);
    closePorts(ends);
  });

  test('share shared memory', () => {
    const { ends, writer, reader, taken } = createRing();
    const view = new Int32Array(new SharedArrayBuffer(64), 8, 4);
    writer.write(1, 0, { view });
    writer.write(2, 0, text(2 * RING.bytes, 1));
    writer.write(3, 0, { view });
    writer.publish();
    reader.read(10);
    view[3] = 42;
    for (const index of [0, 2]) {
      const { view: there } = (taken[index] as Taken).value as { view: Int32Array };
      assert.equal(there.byteOffset, 8);
      assert.equal(there[3], 42);
    }
    closePorts(ends);
  });

  test('tell the writer of the space that it has asked for, once', () => {
    const { ends, writer, reader } = createRing();
    assert.equal(reader.takeWanted(), false);
    writer.wantSpace();
    assert.equal(reader.takeWanted(), true);
    assert.equal(reader.takeWanted(), false);
    closePorts(ends);
  });

  test('let a record be written from within the handling of another', () => {
    const { ends, writer, reader, taken } = createRing(0, ({ tag }) => {
      if (tag < 50) {
        writer.write(tag + 1, 0, text(40_000, tag));
        writer.publish();
      }
    });
    writer.write(1, 0, text(2 * RING.bytes, 1));
    writer.publish();
    while (reader.read(7) > 0);
    assert.deepEqual(
      taken.map(({ tag }) => tag),
      Array.from({ length: 50 }, (_, index) => index + 1),
    );
    closePorts(ends);
  });

  test('say that the lane is corrupt when a message is missing on its port', () => {
    const { ends, writer, reader } = createRing();
    writer.write(1, 0, bytes(100_000, 1));
    receiveMessageOnPort(ends.server.bulkPort);
    writer.publish();
    assert.throws(() => reader.read(10), /corrupt lane: a message is missing/);
    closePorts(ends);
  });
});
