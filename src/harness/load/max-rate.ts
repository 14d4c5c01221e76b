/** Finds the highest rate at which a target keeps its objective, and keeps what each try came to. */

import type { MaxRateOutcome, RateTry } from './max-rate-outcome.ts';
import { type RatePhase, searchMaxRate } from './max-rate-search.ts';
import type { BlockMeasurement } from './measurement.ts';
import { destroyBlock, type RateProber } from './rate-prober.ts';
import { GENERATOR_LIMITED, type Slo, sloFailureOf } from './slo.ts';

export interface MaxRateOrder {
  readonly slo: Slo;
  /** Callers of the closed loop that the search starts from. */
  readonly callers: number;
  /** Length of the confirmation, in ms; other tries take a fifth of it. */
  readonly durationMs: number;
  readonly signal: AbortSignal;
  /** Told after each try. */
  readonly onTry?: (tries: number) => void;
}

const TRY_SHARE = 0.2;
/** The closed loop's rate is asked of a server that is busy all the time: a quarter is sure to be less. */
const START_SHARE = 0.25;
/** Arrivals that a try has at least, whatever its rate: without one, nothing was asked of the server. */
const FEWEST_ARRIVALS = 5;
/** Calls that wait are the most a failing try leaves behind: so many seconds' worth. */
const LEAST_BACKLOG_S = 1;
const NS_PER_S = 1e9;

/**
 * Searches. The block of the answer, or of the last try when no rate held, is handed on for the
 * record; whoever receives it destroys its histograms.
 */
export async function findMaxRate(
  prober: RateProber,
  order: MaxRateOrder,
): Promise<{ readonly outcome: MaxRateOutcome; readonly block: BlockMeasurement | undefined }> {
  const { slo, durationMs, signal } = order;
  const saturationPerSecond = await prober.saturate(order.callers, durationMs * TRY_SHARE);
  const steps = searchMaxRate({ startPerSecond: saturationPerSecond * START_SHARE });
  const tries: RateTry[] = [];
  let block: BlockMeasurement | undefined;
  let confirmedPerSecond = 0;
  let step = steps.next();
  while (step.done !== true && !signal.aborted) {
    const { phase, ratePerSecond } = step.value;
    const shareMs = phase === 'confirm' ? durationMs : durationMs * TRY_SHARE;
    const lengthMs = Math.max(shareMs, (FEWEST_ARRIVALS * prober.batch * 1e3) / ratePerSecond);
    const tried = await prober.at(ratePerSecond, lengthMs, backlogOf(slo, ratePerSecond));
    const failure = sloFailureOf(slo, tried);
    // One without a call, as after an interruption, leaves the one before for the record; so does one
    // that failed when another has been confirmed.
    const isKept =
      tried !== undefined && !(confirmedPerSecond > 0 && (failure !== null || signal.aborted));
    const left = isKept ? block : tried;
    if (isKept) block = tried;
    // One that was cut short says nothing of its rate.
    if (!signal.aborted) tries.push(tryOf(phase, ratePerSecond, lengthMs, tried, failure));
    if (left !== undefined) destroyBlock(left);
    if (signal.aborted) break;
    if (phase === 'confirm' && failure === null) confirmedPerSecond = ratePerSecond;
    order.onTry?.(tries.length);
    step = steps.next(failure === null);
  }
  const { low, high } =
    step.done === true ? step.value : { low: confirmedPerSecond, high: Number.POSITIVE_INFINITY };
  return {
    block,
    outcome: {
      ratePerSecond: low,
      slo: slo.text,
      low,
      high: high === Number.POSITIVE_INFINITY ? null : high,
      saturationPerSecond,
      limitedBy: limitOf(tries, high),
      evidence: tries,
    },
  };
}

/** Beyond this many the objective is broken for certain, and the rest would only be waited for. */
function backlogOf({ thresholds }: Slo, ratePerSecond: number): number {
  const latencies = thresholds
    .filter(({ metric }) => metric !== 'errors')
    .map(({ limit }) => limit);
  const seconds = Math.max(LEAST_BACKLOG_S, (2 * Math.max(0, ...latencies)) / NS_PER_S);
  return Math.ceil(ratePerSecond * seconds) + 1;
}

/** What the lowest rate that did not hold failed by. */
function limitOf(tries: readonly RateTry[], high: number): MaxRateOutcome['limitedBy'] {
  if (high === Number.POSITIVE_INFINITY) return 'nothing';
  const last = tries.findLast(
    ({ ratePerSecond, failure }) => ratePerSecond === high && failure !== null,
  );
  return last?.failure === GENERATOR_LIMITED ? 'generator' : 'slo';
}

function tryOf(
  phase: RatePhase,
  ratePerSecond: number,
  durationMs: number,
  block: BlockMeasurement | undefined,
  failure: string | null,
): RateTry {
  const { p50, p99 } = block?.latency.summary() ?? { p50: 0, p99: 0 };
  return {
    phase,
    ratePerSecond,
    durationMs,
    donePerSecond: block === undefined ? 0 : (block.succeeded * 1e3) / block.durationMs,
    dropped: block?.open?.dropped ?? 0,
    failed: block?.failed ?? 0,
    p50,
    p99,
    failure,
  };
}
