/** The program of a scheduler thread: a guest at the server's end of a lane. */

import { workerData } from 'node:worker_threads';
import { Guest } from './guest.ts';
import { Lane } from './lane/lane.ts';
import { PollBoard } from './lane/poll-board.ts';
import type { ThreadData } from './scheduler-thread.ts';
import { warmUp } from './warm-up.ts';

const { end, board, thread } = workerData as ThreadData;
const guest = new Guest((reason) => {
  // The lane is corrupt: nothing that it says can be trusted any more.
  throw reason instanceof Error ? reason : new Error(String(reason));
});
const lane = new Lane('server', end, new PollBoard(board, thread), guest);
guest.connect(lane);
warmUp();
