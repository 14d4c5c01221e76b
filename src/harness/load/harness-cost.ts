/**
 * What the harness itself costs: one clock read, and one call of the closed loop to a target that
 * does nothing, less what awaiting that target costs by itself.
 */

import { type ReadyCall, runClosedBlock } from './closed-executor.ts';
import { instantCall } from './instant-call.ts';
import { BlockRecorder } from './recorder.ts';

export interface HarnessCost {
  readonly clockReadNs: number;
  /** Clock read, check, recording and loop, per call. */
  readonly harnessNsPerCall: number;
}

const CALLS = 20_000;
/** Rounds in which V8 compiles what is timed. */
const WARM_ROUNDS = 5;
const ROUNDS = 9;
const NS_PER_MS = 1e6;

/** Takes about a tenth of a second. The figures are those of the least disturbed of alternating
 * rounds: what else the machine does can only add to them, and a short round is more often left alone. */
export async function measureHarnessCost(): Promise<HarnessCost> {
  const call = instantCall();
  const bare: number[] = [];
  const recorded: number[] = [];
  const clock: number[] = [];
  for (let round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
    bare.push(await timeBareAwaits(call));
    recorded.push(await timeRecordedCalls(call));
    clock.push(timeClockReads());
  }
  const least = (values: number[]) => Math.min(...values.slice(WARM_ROUNDS));
  return {
    clockReadNs: least(clock),
    harnessNsPerCall: Math.max(0, least(recorded) - least(bare)),
  };
}

async function timeBareAwaits(call: ReadyCall): Promise<number> {
  const startedAtMs = performance.now();
  for (let index = 0; index < CALLS; index++) await call.invoke(call.params);
  return ((performance.now() - startedAtMs) * NS_PER_MS) / CALLS;
}

async function timeRecordedCalls(call: ReadyCall): Promise<number> {
  const order = {
    concurrency: 1,
    batch: 1,
    firstCall: 0,
    durationMs: Number.POSITIVE_INFINITY,
    calls: CALLS,
    signal: new AbortController().signal,
  };
  const elapsedMs = await runClosedBlock([call], order, new BlockRecorder());
  return (elapsedMs * NS_PER_MS) / CALLS;
}

function timeClockReads(): number {
  let last = 0;
  const startedAtMs = performance.now();
  for (let index = 0; index < CALLS; index++) last = performance.now();
  return ((last - startedAtMs) * NS_PER_MS) / CALLS;
}
