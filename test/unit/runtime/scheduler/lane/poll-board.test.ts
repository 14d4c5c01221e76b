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
    assert.equal(host.hasFreeCore(0), true);
    threads[0]?.enter();
    assert.equal(host.hasFreeCore(0), false);
    threads[0]?.leave();
    assert.equal(host.hasFreeCore(0), true);
  });

  test('counts a thread once, however many of its lanes are awake', () => {
    const host = PollBoard.create();
    for (let lane = 0; lane < 3 * CORES; lane++) host.enter();
    assert.equal(host.hasFreeCore(0), true);
    for (let lane = 1; lane < 3 * CORES; lane++) host.leave();
    const words = new Int32Array(host.memory);
    assert.deepEqual([words[0], words[16]], [1, 1]);
    host.leave();
    assert.deepEqual([words[0], words[16]], [0, 0]);
  });

  test('counts a thread that is being woken, from then until it sleeps again', () => {
    const host = PollBoard.create();
    const thread = new PollBoard(host.memory, 2);
    const words = new Int32Array(host.memory);
    host.wake(2);
    host.wake(2);
    assert.equal(words[0], 1);
    thread.enter();
    host.wake(2);
    assert.equal(words[0], 1);
    thread.leave();
    assert.equal(words[0], 0);
    host.wake(1_000);
    assert.equal(words[0], 0);
  });

  test('takes a thread that has ended for asleep', () => {
    const host = PollBoard.create();
    const thread = new PollBoard(host.memory, 3);
    thread.enter();
    host.clear(3);
    host.clear(3);
    assert.deepEqual(new Int32Array(host.memory).filter(Boolean), new Int32Array());
    host.clear(1_000);
  });

  test('lets a thread that has no place on it never look around', () => {
    const host = PollBoard.create();
    const thread = new PollBoard(host.memory, 1_000);
    thread.enter();
    assert.equal(thread.hasFreeCore(0), false);
    thread.leave();
  });

  test('has none for a while after a look that took long, and for longer each time', () => {
    const board = PollBoard.create();
    board.enter();
    board.contention.note(100, 5);
    assert.equal(board.hasFreeCore(119), false);
    assert.equal(board.hasFreeCore(120), true);
    board.contention.note(200, 5);
    assert.equal(board.hasFreeCore(239), false);
    assert.equal(board.hasFreeCore(240), true);
    // Looks in time, until the past is forgotten.
    for (let look = 0; look < 256; look++) board.contention.note(300, 0.01);
    board.contention.note(400, 5);
    assert.equal(board.hasFreeCore(420), true);
  });
});
