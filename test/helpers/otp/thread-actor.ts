/** Children that are threads: each incarnation is a worker of its own. */

import { Worker } from 'node:worker_threads';
import { threadChild } from '../../../src/runtime/index.ts';
import type { Actor, Behaviour, Outcome } from './actor.ts';
import { EXIT_REASONS, exitCodeOf, stopCodeOf } from './exit-codes.ts';
import type { ThreadRole } from './thread-main.ts';

const THREAD_URL = new URL('thread-main.js', import.meta.url);

export function makeThreadActor(outcome: Outcome, behaviour: Behaviour): Actor {
  let worker: Worker | undefined;
  const role: ThreadRole = {
    outcome,
    behaviour: behaviour[0] === 'slow' ? behaviour : behaviour === 'hang' ? 'hang' : 'obey',
    failCode: outcome[0] === 'error' ? exitCodeOf(outcome[1]) : 0,
    stopCode: behaviour[0] === 'other' ? stopCodeOf(behaviour[1]) : 0,
  };
  return {
    start: threadChild(
      () => {
        // The uncaught error of a crash is heard by the host; it need not be printed, too.
        worker = new Worker(THREAD_URL, { workerData: role, stderr: true });
        return worker;
      },
      { ready: 'message', exitReasons: EXIT_REASONS },
    ),
    end: (reason) => worker?.postMessage({ exitCode: exitCodeOf(reason) }),
  };
}
