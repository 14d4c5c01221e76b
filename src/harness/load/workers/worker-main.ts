/**
 * The program of a worker that generates calls. It loads the scenario, connects to servers that are
 * running, tries every operation once, and then does its share of each block that it is told of.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { messageOf, ToolrigError } from '../../../core/errors.ts';
import { seededRandom } from '../../stats/random.ts';
import { planCalls } from '../call-plan.ts';
import { readyCalls } from '../closed-executor.ts';
import { LocalGenerator } from '../local-generator.ts';
import { type OpenProgress, OpenRecorder } from '../open-recorder.ts';
import { preflight } from '../preflight.ts';
import { BlockRecorder } from '../recorder.ts';
import { loadCase } from '../scenario-catalog.ts';
import { type JoinServers, NO_USAGE, type Target } from '../target.ts';
import type { FromWorker, ToWorker, WorkerAnswer, WorkerOrder, WorkerStart } from './messages.ts';

/** Time before the start from which on a worker is awake, and what it uses counts. */
const AWAKE_MS = 5;
const NS_PER_MS = 1e6;

const { variant, plan, servers, share } = workerData as WorkerStart;
const port = parentPort as MessagePort; // it is only ever run as a worker
const closedRecorder = new BlockRecorder();
const openRecorder = new OpenRecorder();
let stopping = new AbortController();
let tellEnded: (reason: string) => void = () => {};
const ended = new Promise<string>((resolve) => {
  tellEnded = resolve;
});

const starting = start();
answer(starting.then(() => ({ kind: 'ready' })));
port.on('message', (told: ToWorker) => {
  switch (told.kind) {
    case 'stop':
      stopping.abort();
      break;
    case 'ended':
      tellEnded(told.reason);
      break;
    case 'close':
      void close();
      break;
    default:
      stopping = new AbortController();
      answer(run(told, stopping.signal));
  }
});

async function start(): Promise<{ target: Target; generator: LocalGenerator }> {
  const calls = planCalls(await loadCase(plan), seededRandom(plan.seed));
  const module: Record<string, JoinServers> = await import(servers.module);
  const target = await (module[servers.export] as JoinServers)(servers.options, ended);
  await preflight(calls, [{ variant, target }]);
  const ready = readyCalls(calls, (operation) => target.prepare(operation));
  // What the servers use is asked of them by one thread.
  const called = { ...target, usage: async () => NO_USAGE };
  return { target, generator: new LocalGenerator(ready, called, share) };
}

async function run(told: WorkerOrder, signal: AbortSignal): Promise<WorkerAnswer> {
  const { generator } = await starting;
  if (told.kind === 'closed') {
    closedRecorder.reset();
    const durationMs = await generator.runClosed({ ...told.order, signal }, closedRecorder);
    return { kind: 'closed', durationMs, totals: closedRecorder.take() };
  }
  openRecorder.reset();
  await sleep(msUntil(told.startAtNs) - AWAKE_MS);
  const order = {
    ...told.order,
    signal,
    onProgress: (progress: OpenProgress) => say({ kind: 'progress', progress }),
  };
  const startAtMs = performance.now() + msUntil(told.startAtNs);
  const done = await generator.runOpen(order, openRecorder, startAtMs);
  return { kind: 'open', run: done, totals: openRecorder.take() };
}

function msUntil(atNs: bigint): number {
  return Number(atNs - process.hrtime.bigint()) / NS_PER_MS;
}

async function close(): Promise<void> {
  const started = await starting.catch(() => undefined); // what it failed with was told
  await started?.target.close();
  port.close(); // nothing is left that keeps the thread
}

function answer(coming: Promise<WorkerAnswer>): void {
  coming.then(say, (thrown: unknown) => {
    const code = thrown instanceof ToolrigError ? thrown.code : undefined;
    const message = messageOf(thrown);
    say({ kind: 'failed', code, message });
  });
}

function say(message: FromWorker): void {
  port.postMessage(message);
}
