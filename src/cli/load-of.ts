/** The load that the flags of a command ask for. */

import { ToolrigError } from '../core/errors.ts';
import type { ArrivalKind, RateStage } from '../harness/load/arrival-schedule.ts';
import { contradictionIn, type Load } from '../harness/load/load.ts';
import { FLAG_NAMES, type ThinkTime } from '../harness/load/resolve-load.ts';

/** The flags of `load-flags.ts`, checked one by one. */
export interface LoadFlags {
  readonly concurrency?: number;
  readonly calls?: number;
  readonly duration?: number;
  readonly batch?: number;
  readonly rounds?: number;
  readonly warmup?: number;
  readonly think?: ThinkTime;
  readonly rate?: number | 'max';
  readonly slo?: string;
  readonly arrivals?: ArrivalKind;
  readonly stages?: RateStage[];
  readonly 'max-in-flight'?: number;
  readonly workers?: number;
}

/** The part of the load that was asked for. Throws `ERR_USAGE` for what excludes each other. */
export function loadOf(flags: LoadFlags): Load {
  const given = {
    concurrency: flags.concurrency,
    batch: flags.batch,
    calls: flags.calls,
    durationMs: flags.duration,
    rounds: flags.rounds,
    warmupMs: flags.warmup,
    thinkMs: flags.think?.meanMs,
    thinkTime: flags.think?.kind,
    ratePerSecond: flags.rate,
    slo: flags.slo,
    arrivals: flags.arrivals,
    stages: flags.stages,
    maxInFlight: flags['max-in-flight'],
    workers: flags.workers,
  };
  const load: Load = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  const contradiction = contradictionIn(load, (key) => FLAG_NAMES[key]);
  if (contradiction !== undefined) throw new ToolrigError('ERR_USAGE', contradiction);
  return load;
}
