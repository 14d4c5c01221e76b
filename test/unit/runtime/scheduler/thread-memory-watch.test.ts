import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { ThreadMemoryWatch } from '../../../../src/runtime/scheduler/thread-memory-watch.ts';
import { settle } from '../../../helpers/event-loop.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

const LIMIT_BYTES = 1_000;
const MIB = 2 ** 20;

/** A worker that tells what the test says, or cannot tell. */
function watch(
  heap: (() => Promise<{ used_heap_size: number; external_memory: number }>) | undefined,
) {
  const clock = new ManualClock();
  const exceeded: number[] = [];
  const worker = (heap === undefined ? {} : { getHeapStatistics: heap }) as unknown as Worker;
  const limitBytes = heap === undefined ? 200 * 2 ** 20 : LIMIT_BYTES;
  const threads = { count: 2 };
  const watcher = new ThreadMemoryWatch(
    worker,
    limitBytes,
    () => threads.count,
    clock,
    (bytes) => exceeded.push(bytes),
  );
  return { clock, exceeded, watcher, threads };
}

describe('ThreadMemoryWatch', () => {
  test('looks every 20 ms without keeping the process alive, and reports once', async () => {
    let used_heap_size = 100;
    const looks = { count: 0 };
    const { clock, exceeded } = watch(async () => {
      looks.count++;
      return { used_heap_size, external_memory: 200 };
    });
    assert.equal(clock.isKeepingAlive, false);
    for (let index = 1; index <= 5; index++) {
      clock.advance(20);
      await settle();
      assert.equal(looks.count, index);
    }
    used_heap_size = LIMIT_BYTES - 200; // exactly the limit
    clock.advance(20);
    await settle();
    assert.deepEqual(exceeded, []);
    used_heap_size++;
    clock.advance(20);
    await settle();
    assert.deepEqual(exceeded, [LIMIT_BYTES + 1]);
    clock.advance(200);
    await settle();
    assert.equal(exceeded.length, 1);
    assert.equal(clock.countTimers(), 0);
  });

  test('goes on when the thread cannot say, because it has not begun or has ended', async () => {
    let isRunning = false;
    const { clock, exceeded } = watch(async () => {
      if (!isRunning) throw new Error('worker is not running');
      return { used_heap_size: 5_000, external_memory: 0 };
    });
    clock.advance(20);
    await settle();
    isRunning = true;
    clock.advance(20);
    await settle();
    assert.deepEqual(exceeded, [5_000]);
  });

  test('says nothing once it is stopped, not even of a look that was under way', async () => {
    const { clock, exceeded, watcher } = watch(async () => ({
      used_heap_size: 5_000,
      external_memory: 0,
    }));
    clock.advance(20);
    watcher.stop();
    await settle();
    assert.deepEqual(exceeded, []);
    assert.equal(clock.countTimers(), 0);
  });

  test('goes by the growth of the whole process where a thread cannot be asked', async (t) => {
    const usage = { rss: 500, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 };
    t.mock.method(process, 'memoryUsage', () => ({ ...usage }));
    const { clock, exceeded } = watch(undefined);
    usage.rss += 300 * 2 ** 20;
    usage.heapTotal += 150 * 2 ** 20; // this isolate's own
    clock.advance(20);
    await settle();
    assert.deepEqual(exceeded, []);
    usage.rss += 100 * 2 ** 20;
    clock.advance(20);
    await settle();
    // Less what a thread takes to start: it may have been starting.
    assert.deepEqual(exceeded, [(250 - 32) * MIB]);
  });

  test('does not blame it for threads that start beside it', async (t) => {
    const usage = { rss: 500, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 };
    t.mock.method(process, 'memoryUsage', () => ({ ...usage }));
    const { clock, exceeded, threads } = watch(undefined);
    threads.count = 1; // one has ended, and may have left its memory behind
    usage.rss += 232 * MIB;
    clock.advance(20);
    await settle();
    threads.count = 4;
    usage.rss += 64 * MIB;
    clock.advance(20);
    await settle();
    assert.deepEqual(exceeded, []);
    usage.rss += MIB;
    clock.advance(20);
    await settle();
    assert.deepEqual(exceeded, [201 * MIB]);
  });
});
