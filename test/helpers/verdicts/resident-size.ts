/**
 * Whether calls leave anything in memory: the open loop from schedule to slices, on a made-up clock, so that
 * an hour of it takes no longer than its work. Calls are answered at once, and take made-up time.
 */

import { ArrivalSchedule } from '../../../src/harness/load/arrival-schedule.ts';
import { collectGarbage } from '../../../src/harness/load/collect-garbage.ts';
import { instantCall } from '../../../src/harness/load/instant-call.ts';
import { runOpenBlock } from '../../../src/harness/load/open-executor.ts';
import { OpenRecorder } from '../../../src/harness/load/open-recorder.ts';
import { seededRandom } from '../../../src/harness/stats/random.ts';
import type { VirtualLoop } from '../virtual-loop.ts';

/** An hour of it is 36 million calls. */
export const CALLS_PER_SECOND = 10_000;
/** What a call takes in the mean, in ms: most of the time between two, so that some come late. */
const MEAN_MS = 0.08;

export interface ResidentSize {
  readonly earlyBytes: number;
  readonly lateBytes: number;
  readonly recorder: OpenRecorder;
}

/** The resident size after the first `early` calls, and after all of them. */
export async function residentSizeOf(
  loop: VirtualLoop,
  early: number,
  calls: number,
): Promise<ResidentSize> {
  const recorder = new OpenRecorder();
  const durationsMs = drawnDurations();
  const { invoke, ...call } = instantCall();
  let sent = 0;
  let earlyBytes = 0;
  const timed = () => {
    loop.block(durationsMs[sent % durationsMs.length] as number); // in bounds
    sent++;
    if (sent === early) earlyBytes = residentBytes();
    return invoke(undefined);
  };
  const durationMs = (calls * 1_000) / CALLS_PER_SECOND;
  const stage = { durationMs, fromPerSecond: CALLS_PER_SECOND, toPerSecond: CALLS_PER_SECOND };
  const block = runOpenBlock(
    [{ ...call, invoke: timed }],
    {
      schedule: new ArrivalSchedule([stage]),
      scheduleMs: durationMs,
      batch: 1,
      callers: Number.POSITIVE_INFINITY,
      maxInFlight: 10_000,
      firstCall: 0,
      signal: new AbortController().signal,
    },
    recorder,
  );
  await loop.until(block);
  return { earlyBytes, lateBytes: residentBytes(), recorder };
}

/** Exponential: all over the place, so that slices take as much memory as they do. */
function drawnDurations(): Float64Array {
  const random = seededRandom(1);
  return Float64Array.from({ length: 65_536 }, () => -Math.log(1 - random()) * MEAN_MS);
}

function residentBytes(): number {
  for (let time = 0; time < 3; time++) collectGarbage();
  return process.memoryUsage.rss();
}
