import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { describe, test } from 'node:test';
import { PollBoard } from '../../../../../src/runtime/scheduler/lane/poll-board.ts';

const CORES = availableParallelism();

describe('PollBoard', () => {
  test('has a free core until more threads are awake than there are cores', () => {
    const host = PollBoard.create();
    const threads = Array.from(
      { length: Math.min(CORES, 60) },
      (_, index) => new PollBoard(host.memory, index + 1),
    );
    host.enter();
    for (const thread of threads.slice(1)) thread.enter();
    assert.equal(host.hasFreeCore, true);
    threads[0]?.enter();
    assert.equal(host.hasFreeCore, false);
    threads[0]?.leave();
    assert.equal(host.hasFreeCore, true);
  });

  test('counts a thread once, however many of its lanes are awake', () => {
    const host = PollBoard.create();
    for (let lane = 0; lane < 3 * CORES; lane++) host.enter();
    assert.equal(host.hasFreeCore, true);
    for (let lane = 1; lane < 3 * CORES; lane++) host.leave();
    const words = new Int32Array(host.memory);
    assert.equal(words[0], 1);
    host.leave();
    assert.equal(words[0], 0);
  });

  test('takes a thread that has ended for asleep', () => {
    const host = PollBoard.create();
    const thread = new PollBoard(host.memory, 3);
    thread.enter();
    host.clear(3);
    assert.deepEqual(new Int32Array(host.memory).filter(Boolean), new Int32Array());
    host.clear(1_000);
  });

  test('lets a thread that has no place on it never look around', () => {
    const host = PollBoard.create();
    const thread = new PollBoard(host.memory, 1_000);
    thread.enter();
    assert.equal(thread.hasFreeCore, false);
    thread.leave();
  });
});
