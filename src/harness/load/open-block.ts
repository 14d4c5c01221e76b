/** One block of the open loop, measured: the loop itself, what it used, and what held it up. */

import { ArrivalSchedule, scheduleLengthMs } from './arrival-schedule.ts';
import type { ReadyCall } from './closed-executor.ts';
import { LoopWatch } from './loop-watch.ts';
import type { BlockMeasurement } from './measurement.ts';
import { runOpenBlock } from './open-executor.ts';
import type { OpenRecorder } from './open-recorder.ts';
import { countsOf } from './recorder.ts';
import type { OpenLoad } from './resolve-load.ts';
import { ResourceMeter } from './resource-meter.ts';
import type { TargetUsage } from './target.ts';

const NS_PER_MS = 1e6;

export interface OpenBlockOrder {
  readonly load: OpenLoad;
  readonly batch: number;
  /** Calls after which it ends; `Infinity`: when its stages are over. */
  readonly calls: number;
  readonly firstCall: number;
  readonly round: number;
  /** Seeded: draws Poisson arrivals. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly onProgress: (elapsedMs: number, lengthMs: number) => void;
}

/** Runs and measures a block; `undefined` when not one call was sent. `recorder` is emptied first. */
export async function measureOpenBlock(
  ready: readonly ReadyCall[],
  usage: () => Promise<TargetUsage>,
  recorder: OpenRecorder,
  order: OpenBlockOrder,
): Promise<BlockMeasurement | undefined> {
  const { load, batch, calls, firstCall, signal } = order;
  const { stages, process, callers, maxInFlight } = load;
  const scheduleMs = scheduleLengthMs(stages, calls);
  const random = process === 'poisson' ? order.random : undefined;
  recorder.reset();
  const meter = new ResourceMeter(usage);
  const startedAtMs = Date.now();
  await meter.start();
  const watch = new LoopWatch();
  const outcome = await runOpenBlock(
    ready,
    {
      schedule: new ArrivalSchedule(stages, { batch, calls, random }),
      scheduleMs,
      batch,
      callers,
      maxInFlight,
      firstCall,
      signal,
      onProgress: (elapsedMs) => order.onProgress(elapsedMs, scheduleMs),
    },
    recorder,
  );
  watch.stop();
  const use = await meter.stop();
  if (recorder.calls.calls === 0) return undefined;
  const busyMs = use.eventLoopUtilization * outcome.wallMs - outcome.pollingMs;
  return {
    ...use,
    ...countsOf(recorder.calls),
    // What looking at the clock takes is the generator's, and would be most of it.
    cpuNs: Math.max(0, use.cpuNs - outcome.pollingMs * NS_PER_MS),
    eventLoopUtilization: Math.max(0, busyMs / outcome.wallMs),
    round: order.round,
    startedAtMs,
    durationMs: outcome.durationMs,
    open: {
      scheduled: recorder.scheduled,
      dropped: recorder.dropped,
      scheduleMs,
      pacedMs: outcome.pacedMs,
      service: recorder.service.toHistogram(),
      lag: recorder.lag.toHistogram(),
      pacing: recorder.pacing.toHistogram(),
      slices: recorder.slices
        .inOrder()
        .map((slice) => ({ ...slice, ...watch.longest(slice.second, slice.seconds) })),
    },
  };
}
