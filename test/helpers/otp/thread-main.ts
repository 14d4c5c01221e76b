/** The code of a replayed child that is a thread. */

import { parentPort, workerData } from 'node:worker_threads';
import {
  onShutdown,
  tellIgnore,
  tellReady,
} from '../../../src/runtime/supervision/child-messages.ts';
import type { Outcome } from './actor.ts';

export interface ThreadRole {
  readonly outcome: Outcome;
  readonly behaviour: 'obey' | 'hang' | readonly ['slow', number];
  /** Exit code of a start that fails. */
  readonly failCode: number;
  /** Exit code once it was asked to stop. */
  readonly stopCode: number;
}

const { outcome, behaviour, failCode, stopCode } = workerData as ThreadRole;
if (outcome === 'crash') throw new Error('crash');
if (outcome[0] === 'error') process.exit(failCode);

parentPort?.on('message', (message: { exitCode?: number }) => {
  if (message.exitCode !== undefined) process.exit(message.exitCode);
});
onShutdown(() => {
  if (behaviour === 'obey') process.exit(stopCode);
  // Blocked for good: this thread answers nobody and can only be terminated.
  if (behaviour === 'hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  else setTimeout(() => process.exit(stopCode), behaviour[1]);
});

if (outcome === 'ignore') {
  tellIgnore();
  process.exit(0);
}
tellReady(Array.isArray(outcome) ? outcome[1] : undefined);
