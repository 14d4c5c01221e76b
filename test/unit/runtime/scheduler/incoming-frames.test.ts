import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { IncomingFrames } from '../../../../src/runtime/scheduler/incoming-frames.ts';
import { OutgoingFrames } from '../../../../src/runtime/scheduler/outgoing-frames.ts';
import { settle } from '../../../helpers/event-loop.ts';

const MAX_BYTES = 268_435_456;

describe('IncomingFrames', () => {
  test('puts a chunk of any size together with what came before', () => {
    const outgoing = new OutgoingFrames(MAX_BYTES);
    const sizes = Array.from({ length: 300 }, (_, i) => (i * 7_919) % 5_000);
    const chunks: Buffer[] = [];
    for (const size of sizes) {
      assert.ok(outgoing.append(1, size, 1, 'x'.repeat(size)));
      chunks.push(outgoing.take());
    }
    const bytes = Buffer.concat(chunks);
    for (const chunkSize of [1_000_003, 300_007, 131_073, 131_072, 65_537, 4_099]) {
      const received: number[] = [];
      const incoming = new IncomingFrames(MAX_BYTES, (_kind, id, _route, value) => {
        assert.equal((value as string).length, id);
        received.push(id);
        return true;
      });
      for (let at = 0; at < bytes.length; at += chunkSize) {
        assert.equal(incoming.push(bytes.subarray(at, at + chunkSize)), undefined);
      }
      assert.deepEqual(received, sizes);
    }
  });

  test('allocates for what has come, whatever length is announced', () => {
    const head = Buffer.alloc(20);
    head.writeUInt32LE(MAX_BYTES);
    const before = process.memoryUsage().arrayBuffers;
    const all = Array.from({ length: 20 }, () => {
      const incoming = new IncomingFrames(MAX_BYTES, () => true);
      assert.equal(incoming.push(head), undefined);
      assert.ok(incoming.isInsideFrame);
      return incoming;
    });
    const grownBytes = process.memoryUsage().arrayBuffers - before;
    assert.ok(grownBytes < all.length * 1_000_000, `${grownBytes} bytes`);
  });

  test('gives the memory of a large frame back with the next one', async () => {
    const outgoing = new OutgoingFrames(MAX_BYTES);
    const received: number[] = [];
    const incoming = new IncomingFrames(MAX_BYTES, (_kind, _id, _route, value) => {
      received.push((value as string).length);
      return true;
    });
    const before = process.memoryUsage().arrayBuffers;
    for (const size of [30_000_000, 1, 1]) {
      assert.ok(outgoing.append(1, 1, 1, 'x'.repeat(size)));
      assert.equal(incoming.push(outgoing.take()), undefined);
    }
    assert.deepEqual(received, [30_000_000, 1, 1]);
    assert.ok(!incoming.isInsideFrame);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    let keptBytes = Number.POSITIVE_INFINITY;
    // Memory of buffers is given back behind the collector's back, some turns later.
    for (let turn = 0; turn < 200 && keptBytes > 5_000_000; turn++) {
      collect();
      // oxlint-disable-next-line no-await-in-loop
      await settle();
      keptBytes = process.memoryUsage().arrayBuffers - before;
    }
    assert.ok(keptBytes <= 5_000_000, `${keptBytes} bytes`);
  });
});
