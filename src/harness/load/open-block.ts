/** One block of the open loop, measured: what was counted, what it used, and what held it up. */

import { scheduleLengthMs } from './arrival-schedule.ts';
import type { LoadGenerator, OpenBlockPlan } from './load-generator.ts';
import { longestHoldUp } from './loop-watch.ts';
import type { BlockMeasurement } from './measurement.ts';
import { lengthOf } from './open-pace.ts';
import type { OpenProgress, OpenRecorder } from './open-recorder.ts';
import { countsOf } from './recorder.ts';

const NS_PER_MS = 1e6;

export interface OpenBlockOrder extends OpenBlockPlan {
  readonly round: number;
  readonly signal: AbortSignal;
  /** Told about every 100 ms, and how long the schedule lasts. */
  readonly onProgress?: (progress: OpenProgress, lengthMs: number) => void;
}

/** Runs and measures a block; `undefined` when not one call was sent. `recorder` is emptied first. */
export async function measureOpenBlock(
  generator: LoadGenerator,
  recorder: OpenRecorder,
  order: OpenBlockOrder,
): Promise<BlockMeasurement | undefined> {
  const { round, onProgress, ...block } = order;
  const scheduleMs = scheduleLengthMs(order.load.stages, order.calls, order.batch);
  recorder.reset();
  const { startedAtMs, pace, use, holdUps } = await generator.runOpen(
    {
      ...block,
      ...(onProgress === undefined
        ? {}
        : { onProgress: (progress) => onProgress(progress, scheduleMs) }),
    },
    recorder,
  );
  if (recorder.calls.calls === 0) return undefined;
  const { durationMs, pacedMs } = lengthOf(pace, scheduleMs);
  const pollingShare = pace.pollingMs / (pace.wallMs * generator.workers);
  return {
    ...use,
    ...countsOf(recorder.calls),
    // What looking at the clock takes is the generator's, and would be most of it.
    cpuNs: Math.max(0, use.cpuNs - pace.pollingMs * NS_PER_MS),
    eventLoopUtilization: Math.max(0, use.eventLoopUtilization - pollingShare),
    round,
    startedAtMs,
    durationMs,
    open: {
      scheduled: recorder.scheduled,
      dropped: recorder.dropped,
      sentLate: recorder.sentLate,
      scheduleMs,
      pacedMs,
      service: recorder.service.toHistogram(),
      lag: recorder.lag.toHistogram(),
      held: recorder.held.toHistogram(),
      pacing: recorder.pacing.toHistogram(),
      slices: recorder.slices
        .inOrder()
        .map((slice) => ({ ...slice, ...longestHoldUp(holdUps, slice.second, slice.seconds) })),
    },
  };
}
