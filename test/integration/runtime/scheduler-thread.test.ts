/** What a thread leaves behind when it ends in an unusual way: nothing that its pool still counts. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SYSTEM_CLOCK } from '../../../src/core/clock.ts';
import { PollBoard } from '../../../src/runtime/scheduler/lane/poll-board.ts';
import { SchedulerThread } from '../../../src/runtime/scheduler/scheduler-thread.ts';

/** Ends when the machine is too slow, not before. */
const PATIENCE = { timeout: 30_000 };

test('a thread whose lane is corrupt has left its pool once it has ended', PATIENCE, async () => {
  const left: SchedulerThread[] = [];
  const thread = new SchedulerThread({
    index: 1,
    board: PollBoard.create(),
    clock: SYSTEM_CLOCK,
    onEmpty() {},
    onExit: (ended) => left.push(ended),
  });
  thread.connection.onClose(new Error('corrupt frame')); // as its lane does
  await thread.terminate('its lane is corrupt');
  assert.deepEqual(left, [thread]);
});
