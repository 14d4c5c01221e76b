import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { CallOptions } from '../../../../src/runtime/index.ts';
import { ChunkSize } from '../../../../src/runtime/scheduler/chunk-size.ts';
import { GUEST_FRAME } from '../../../../src/runtime/scheduler/frames.ts';
import { GuestChunk } from '../../../../src/runtime/scheduler/guest-chunk.ts';
import { type Deferred, defer, settle } from '../../../helpers/event-loop.ts';

const ID = 7;

describe('GuestChunk', () => {
  let nowMs: number;
  let frames: unknown[][];
  let flushCount: number;
  let doneIds: number[];
  beforeEach(() => {
    nowMs = 0;
    frames = [];
    flushCount = 0;
    doneIds = [];
  });

  const link = {
    openCalls: 0,
    lastFrameBytes: 0,
    send(kind: number, id: number, route: number, value: unknown) {
      assert.equal(id, ID);
      if (JSON.stringify(value).includes('too long')) throw new Error('refused');
      link.lastFrameBytes = JSON.stringify(value).length;
      frames.push([kind, route, value]);
    },
    flush: () => flushCount++,
    close() {},
  };

  function createChunk(): GuestChunk {
    return new GuestChunk(
      link,
      ID,
      new ChunkSize(),
      () => nowMs,
      (id) => doneIds.push(id),
    );
  }

  function answering(answer: (params: unknown, options: CallOptions) => unknown) {
    return {
      name: 'fake',
      answer: (_method: string, params: unknown, options: CallOptions) => answer(params, options),
    };
  }

  test('answers in one frame what was answered at once', async () => {
    createChunk().answer(
      answering((params) => params),
      'echo',
      [1, undefined, 3],
    );
    assert.deepEqual(frames, [[GUEST_FRAME.replies, 0, [1, undefined, 3]]]);
    assert.deepEqual(doneIds, [ID]);
    await settle();
    assert.equal(frames.length, 1);
  });

  test('sends replies side by side together, in whatever order they came', async () => {
    const held: Deferred<unknown>[] = [];
    const service = answering(() => {
      const each = defer();
      held.push(each);
      return each.promise;
    });
    createChunk().answer(service, 'hold', [0, 1, 2, 3, 4, 5]);
    for (const index of [5, 1, 0, 3]) held[index]?.resolve(index);
    await settle();
    assert.deepEqual(frames.splice(0), [
      [GUEST_FRAME.replies, 0, [0, 1]],
      [GUEST_FRAME.replies, 3, [3]],
      [GUEST_FRAME.replies, 5, [5]],
    ]);
    assert.deepEqual(doneIds, []);
    held[4]?.resolve(4);
    held[2]?.reject(new Error('cut'));
    await settle();
    assert.deepEqual(
      frames.map(([kind, route]) => [kind, route]),
      [
        [GUEST_FRAME.error, 2],
        [GUEST_FRAME.replies, 4],
      ],
    );
    assert.deepEqual(doneIds, [ID]);
  });

  test('sends fewer large replies together', () => {
    const reply = 'x'.repeat(10_000);
    const size = new ChunkSize();
    const service = answering(() => reply);
    for (const expected of [[40], [3, 3, 2]]) {
      frames.length = 0;
      const chunk = new GuestChunk(
        link,
        ID,
        size,
        () => nowMs,
        () => {},
      );
      chunk.answer(service, 'read', Array.from({ length: expected.length === 1 ? 40 : 8 }));
      assert.deepEqual(
        frames.map(([, , value]) => (value as unknown[]).length),
        expected,
      );
    }
  });

  test('holds no reply back while others take their time', () => {
    const service = answering((params) => {
      nowMs += 2;
      return params;
    });
    createChunk().answer(service, 'slow', ['a', 'b', 'c']);
    assert.deepEqual(frames, [
      [GUEST_FRAME.replies, 0, ['a']],
      [GUEST_FRAME.replies, 1, ['b']],
      [GUEST_FRAME.replies, 2, ['c']],
    ]);
    assert.equal(flushCount, 3);
    assert.deepEqual(doneIds, [ID]);
  });

  test('fails only the reply that cannot leave', () => {
    createChunk().answer(
      answering((params) => params),
      'echo',
      [1, 'too long', 3],
    );
    assert.deepEqual(
      frames.map(([kind, route]) => [kind, route]),
      [
        [GUEST_FRAME.reply, 0],
        [GUEST_FRAME.error, 1],
        [GUEST_FRAME.reply, 2],
      ],
    );
  });

  test('tells all who listen that nobody waits any more, and why', () => {
    const chunk = createChunk();
    const signals: AbortSignal[] = [];
    const heard: number[] = [];
    const listeners = [0, 1, 2].map((index) => ({ handleEvent: () => heard.push(index) }));
    const service = answering((params, { signal, timeoutMs }) => {
      assert.equal(timeoutMs, Number.POSITIVE_INFINITY);
      assert.equal(signal?.aborted, false);
      const listener = listeners[params as number];
      if (listener !== undefined) signal?.addEventListener('abort', listener);
      if (signal !== undefined) signals.push(signal);
      return new Promise(() => {});
    });
    chunk.answer(service, 'hold', [0, 1, 2]);
    signals[1]?.removeEventListener('abort', listeners[1] as (typeof listeners)[0]);
    chunk.abandon(50);
    assert.deepEqual(heard, [0, 2]);
    assert.equal(signals[0]?.aborted, true);
    assert.equal(signals[0]?.reason.code, 'ERR_TIMEOUT');
  });

  test('fails every call when the service has ended', () => {
    createChunk().answer(undefined, 'echo', [1, 2]);
    assert.deepEqual(
      frames.map(([kind, route, value]) => [kind, route, (value as { code: string }).code]),
      [
        [GUEST_FRAME.error, 0, 'ERR_SERVICE_EXIT'],
        [GUEST_FRAME.error, 1, 'ERR_SERVICE_EXIT'],
      ],
    );
    assert.deepEqual(doneIds, [ID]);
  });
});
