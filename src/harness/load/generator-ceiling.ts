/**
 * How much load this machine can make on a schedule: the highest rate at which arrivals to a target that
 * answers at once are still noticed in time. A latency measured near it is partly the generator's.
 */

import { ArrivalSchedule } from './arrival-schedule.ts';
import { instantCall } from './instant-call.ts';
import { runOpenBlock } from './open-executor.ts';
import { OpenRecorder } from './open-recorder.ts';

export interface GeneratorCeiling {
  /** Highest rate that was kept, in calls per second; 0 when none was. */
  readonly ratePerSecond: number;
  /** 99 % of its arrivals were noticed within so many ns. */
  readonly latenessP99Ns: number;
}

export interface GeneratorCeilingOptions {
  readonly signal: AbortSignal;
  readonly onRate?: (ratePerSecond: number) => void;
  /** Time at each rate, in ms. Default: 400. */
  readonly stepMs?: number;
}

const LOWEST_PER_SECOND = 1_000;
const HIGHEST_PER_SECOND = 4_096_000;
/** Steps between a rate that was kept and the double, which was not. */
const BISECTIONS = 3;
/** Noticed later than this, an arrival was held up by the one before it. */
const LATE_NS = 1e6;

/** Doubles the rate until it is not kept, and looks in between. */
export async function measureGeneratorCeiling(
  options: GeneratorCeilingOptions,
): Promise<GeneratorCeiling> {
  const { signal, onRate = () => {}, stepMs = 400 } = options;
  let best: GeneratorCeiling = { ratePerSecond: 0, latenessP99Ns: 0 };
  const isKept = async (ratePerSecond: number): Promise<boolean> => {
    onRate(ratePerSecond);
    const latenessP99Ns = await latenessAt(ratePerSecond, stepMs, signal);
    if (latenessP99Ns > LATE_NS || signal.aborted) return false;
    best = { ratePerSecond, latenessP99Ns };
    return true;
  };
  // The first time is V8's to compile.
  await latenessAt(LOWEST_PER_SECOND * 20, stepMs, signal);
  let low = 0;
  let high = LOWEST_PER_SECOND;
  while (high <= HIGHEST_PER_SECOND && (await isKept(high))) [low, high] = [high, high * 2];
  for (let step = 0; step < BISECTIONS && low > 0 && !signal.aborted; step++) {
    const middle = (low + high) / 2;
    if (await isKept(middle)) low = middle;
    else high = middle;
  }
  return best;
}

async function latenessAt(
  ratePerSecond: number,
  durationMs: number,
  signal: AbortSignal,
): Promise<number> {
  const recorder = new OpenRecorder();
  const stages = [{ durationMs, fromPerSecond: ratePerSecond, toPerSecond: ratePerSecond }];
  await runOpenBlock(
    [instantCall()],
    {
      schedule: new ArrivalSchedule(stages),
      scheduleMs: durationMs,
      batch: 1,
      callers: Number.POSITIVE_INFINITY,
      maxInFlight: 100_000,
      firstCall: 0,
      signal,
    },
    recorder,
  );
  const histogram = recorder.pacing.toHistogram();
  try {
    return histogram.summary().p99;
  } finally {
    histogram.destroy();
  }
}
