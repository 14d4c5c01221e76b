import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import {
  SocketLink,
  type SocketLinkOptions,
} from '../../../../src/runtime/scheduler/socket-link.ts';
import { duplexPair } from '../../../helpers/duplex-pair.ts';
import { settle } from '../../../helpers/event-loop.ts';
import { type HeardFrame, RecordingListener } from '../../../helpers/recording-listener.ts';
import { sendableValues } from '../../../helpers/sendable-values.ts';

function linkPair(options: SocketLinkOptions = { pollUs: 0 }) {
  const [nearSocket, farSocket] = duplexPair();
  const nearHeard = new RecordingListener();
  const farHeard = new RecordingListener();
  const near = new SocketLink(nearSocket, nearHeard, options);
  const far = new SocketLink(farSocket, farHeard, options);
  return { near, far, nearHeard, farHeard, nearSocket, farSocket };
}

/** What a link writes for these frames. */
async function bytesOf(frames: readonly HeardFrame[]): Promise<Buffer> {
  const [socket, other] = duplexPair();
  const chunks: Buffer[] = [];
  other.on('data', (chunk: Buffer) => chunks.push(chunk));
  const link = new SocketLink(socket, new RecordingListener(), { pollUs: 0 });
  for (const { kind, id, route, value } of frames) link.send(kind, id, route, value);
  link.close();
  await new Promise((resolve) => other.on('end', resolve));
  return Buffer.concat(chunks);
}

/** A link that hears the chunks, one after another, and then nothing. */
async function hear(chunks: readonly Uint8Array[]): Promise<RecordingListener> {
  const [socket, other] = duplexPair();
  const heard = new RecordingListener();
  const link = new SocketLink(socket, heard, { pollUs: 0 });
  for (const chunk of chunks) if (chunk.length > 0) socket.emit('data', chunk);
  link.close();
  other.resume();
  return heard;
}

const FRAMES: readonly HeardFrame[] = [
  { kind: 0, id: 0, route: 0, value: null },
  { kind: 255, id: 0xff_ffff, route: 0xffff, value: { name: 'add', arguments: { a: 1, b: 2 } } },
  { kind: 128, id: 0x80_0000, route: 0x8000, value: 'x'.repeat(300) },
  { kind: 1, id: 2, route: 3, value: { name: 'add', arguments: { a: -1, b: [undefined] } } },
];

describe('SocketLink', () => {
  test('brings frames in the order of sending, both ways, with all their numbers', async () => {
    const { near, far, nearHeard, farHeard } = linkPair();
    for (const { kind, id, route, value } of FRAMES) {
      near.send(kind, id, route, value);
      far.send(kind, id, route, { reply: value });
    }
    await farHeard.until(() => farHeard.frames.length === FRAMES.length);
    await nearHeard.until(() => nearHeard.frames.length === FRAMES.length);
    assert.deepEqual(farHeard.frames, FRAMES);
    assert.deepEqual(
      nearHeard.frames,
      FRAMES.map((frame) => ({ ...frame, value: { reply: frame.value } })),
    );
  });

  test('writes many frames in parts, before the tick is over: the other side begins with the first', async () => {
    const { near, farHeard, nearSocket } = linkPair();
    for (let id = 0; id < 40; id++) near.send(1, id, 1, 'small');
    assert.equal(nearSocket.writeSizes.length, 1); // the second is behind it in the stream
    await farHeard.until(() => farHeard.frames.length === 40);
    assert.ok(nearSocket.writeSizes.length > 1);
    assert.deepEqual(
      farHeard.frames.map(({ id }) => id),
      Array.from({ length: 40 }, (_, id) => id),
    );
  });

  test('writes the few frames of a tick at once, those of its promise reactions included', async () => {
    const { near, farHeard, nearSocket } = linkPair();
    near.send(1, 1, 1, 'first');
    void Promise.resolve().then(async () => {
      near.send(1, 2, 1, 'second');
      await Promise.resolve();
      near.send(1, 3, 1, 'third');
    });
    await farHeard.until(() => farHeard.frames.length === 3);
    assert.equal(nearSocket.writeSizes.length, 1);
  });

  test('understands frames cut at every byte', async () => {
    const bytes = await bytesOf(FRAMES);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const heard = await hear([bytes.subarray(0, cut), bytes.subarray(cut)]);
      assert.deepEqual(heard.frames, FRAMES);
    }
    const single = await hear(Array.from(bytes, (byte) => Uint8Array.of(byte)));
    assert.deepEqual(single.frames, FRAMES);
  });

  test('understands any frames, cut anywhere', async () => {
    const frame = fc.record({
      kind: fc.nat(255),
      id: fc.nat(0xff_ffff),
      route: fc.nat(0xffff),
      value: sendableValues,
    });
    const cuts = fc.array(fc.nat(400), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 12 }), cuts, async (frames, sizes) => {
        const bytes = await bytesOf(frames);
        const chunks: Buffer[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = (sizes[i % sizes.length] as number) + 1;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        assert.deepStrictEqual((await hear(chunks)).frames, structuredClone(frames));
      }),
      { numRuns: 100 },
    );
  });

  test('brings frames that are larger than any buffer, with small ones around them', async () => {
    const { near, farHeard } = linkPair();
    const sizes = [10, 70_000, 1, 131_072, 5_000_000, 65_536 - 20, 3, 1_000_000];
    for (const [id, size] of sizes.entries()) near.send(1, id, 0, 'y'.repeat(size));
    await farHeard.until(() => farHeard.frames.length === sizes.length);
    assert.deepEqual(
      farHeard.frames.map(({ id, value }) => [id, (value as string).length]),
      [...sizes.entries()],
    );
    assert.ok(farHeard.frames.every(({ value }) => /^y+$/.test(value as string)));
  });

  test('refuses a value that cannot be sent, or is too large, and goes on', async () => {
    const { near, farHeard } = linkPair({ maxFrameBytes: 1_000, pollUs: 0 });
    const code = 'ERR_INVALID_PARAMS';
    near.send(1, 1, 1, 'before');
    assert.throws(() => near.send(1, 2, 1, { callback() {} }), {
      code,
      message: /^params\.callback is a function/,
    });
    assert.throws(() => near.send(1, 3, 1, ['z'.repeat(1_000)]), {
      code,
      message: /^an array of 1 takes more than 1000 bytes/,
    });
    near.send(1, 4, 1, 'z'.repeat(1_000 - 10 - 5));
    await farHeard.until(() => farHeard.frames.length === 2);
    assert.deepEqual(
      farHeard.frames.map(({ id }) => id),
      [1, 4],
    );
  });

  test('tells how much the other side has not taken, and loses nothing of it', async () => {
    const { near, farSocket, farHeard } = linkPair();
    farSocket.pause();
    const values = Array.from({ length: 400 }, (_, i) => `${i}`.padEnd(1_000, '.'));
    for (const [id, value] of values.entries()) {
      near.send(1, id, 0, value);
      if (id % 10 === 0) await settle();
    }
    await settle();
    assert.ok(near.bufferedBytes > 200_000, `${near.bufferedBytes} bytes`);
    farSocket.resume();
    await farHeard.until(() => farHeard.frames.length === values.length);
    assert.deepEqual(
      farHeard.frames.map(({ value }) => value),
      values,
    );
    await settle();
    assert.equal(near.bufferedBytes, 0);
  });

  test('sends what is waiting when it is closed, and then hears nothing any more', async () => {
    const { near, far, nearHeard, farHeard } = linkPair();
    far.send(9, 9, 9, 'too late');
    near.send(1, 1, 1, 'last words');
    near.close();
    near.close();
    near.send(1, 2, 1, 'dropped');
    await farHeard.until(() => farHeard.closings.length === 1);
    await settle();
    assert.deepEqual(
      farHeard.frames.map(({ value }) => value),
      ['last words'],
    );
    assert.match(String(farHeard.closings[0]), /the other side has closed the link$/);
    assert.deepEqual([nearHeard.frames, nearHeard.closings], [[], []]);
  });

  test('hands on nothing after its listener has closed it', async () => {
    const { near, far, farHeard } = linkPair();
    farHeard.onEvent = () => far.close();
    for (let id = 0; id < 5; id++) near.send(1, id, 0, id);
    await settle();
    await settle();
    assert.equal(farHeard.frames.length, 1);
  });

  test('goes on behind a frame whose listener threw', async () => {
    const bytes = await bytesOf(FRAMES);
    const [socket] = duplexPair();
    const heard = new RecordingListener();
    const link = new SocketLink(socket, heard, { pollUs: 0 });
    heard.onEvent = (count) => {
      if (count === 1) throw new Error('not my frame');
    };
    assert.throws(() => socket.emit('data', bytes), /not my frame/);
    heard.onEvent = () => {};
    socket.emit('data', await bytesOf(FRAMES));
    assert.deepEqual(heard.frames, [...FRAMES, ...FRAMES]);
    assert.equal(link.bufferedBytes, 0);
  });

  test('reports once when the socket fails, and lets go of it', async () => {
    const { near, nearHeard, nearSocket } = linkPair();
    const failure = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    nearSocket.destroy(failure);
    await nearHeard.until(() => nearHeard.closings.length > 0);
    await settle();
    assert.deepEqual(nearHeard.closings, [failure]);
    near.send(1, 1, 1, 'to nobody');
    near.close();
    await settle();
    assert.deepEqual(nearHeard.closings, [failure]);
  });

  test('says so when the other side ends in the middle of a frame', async () => {
    const [socket, other] = duplexPair();
    const heard = new RecordingListener();
    const link = new SocketLink(socket, heard, { pollUs: 0 });
    other.end((await bytesOf(FRAMES)).subarray(0, -1));
    await heard.until(() => heard.closings.length > 0);
    assert.equal(heard.frames.length, FRAMES.length - 1);
    assert.match(String(heard.closings[0]), /closed the link in the middle of a frame/);
    link.close();
    assert.equal(heard.closings.length, 1);
  });

  const garbage: readonly (readonly [string, readonly number[], RegExp])[] = [
    ['a length of nothing', Array(10).fill(0) as number[], /a length of 0 bytes/],
    ['a length beyond the limit', Array(10).fill(255) as number[], /a length of 4294967295 bytes/],
    ['a value of no kind', [11, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0xdf], /tag 0xdf is unknown/],
    ['text', [...Buffer.from('HTTP/1.1 400 Bad Request\r\n')], /a length of 1347703880 bytes/],
  ];
  for (const [name, bytes, message] of garbage) {
    test(`gives up on ${name}: says what is wrong, once, and destroys the socket`, async () => {
      const [socket, other] = duplexPair();
      const heard = new RecordingListener();
      const link = new SocketLink(socket, heard, { pollUs: 0 });
      other.write(Buffer.from(bytes));
      other.write(await bytesOf(FRAMES));
      await heard.until(() => heard.closings.length > 0);
      await settle();
      assert.equal(heard.closings.length, 1);
      assert.match(String(heard.closings[0]), /^Error: corrupt frame: /);
      assert.match(String(heard.closings[0]), message);
      assert.deepEqual(heard.frames, []);
      assert.ok(socket.destroyed);
      link.close();
      assert.equal(heard.closings.length, 1);
    });
  }

  test('never crashes on anything, and reports it once at most', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 100 })),
        fc.boolean(),
        async (chunks, withLength) => {
          const all = withLength
            ? chunks.map((chunk) => Buffer.from([chunk.length + 4, 0, 0, 0, ...chunk]))
            : chunks;
          const heard = await hear(all);
          assert.ok(heard.closings.length <= 1);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('needs a largest frame that makes sense', () => {
    const [socket] = duplexPair();
    const heard = new RecordingListener();
    for (const options of [{ maxFrameBytes: 10 }, { maxFrameBytes: 2 ** 32 }, { pollUs: -1 }]) {
      assert.throws(() => new SocketLink(socket, heard, options), { code: 'ERR_INVALID_OPTION' });
    }
  });
});
