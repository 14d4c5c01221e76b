/**
 * Measures one case of a scenario with chaos, a variant after the other.
 *
 *   preflight ──▶ each variant: warm-up ─ quiet ─ load, with faults ─ until all is back ─ rest
 *                                                └ windows: the blocks of the record ┘
 *
 * Most such runs are one long block a variant: what is asked is whether every call was accounted
 * for and how soon services came back, not which variant is faster. With several rounds, variants
 * take turns as in `measure.ts`, and can be compared; there is no twin.
 */

import { type Clock, SYSTEM_CLOCK } from '../../core/clock.ts';
import { ToolrigError } from '../../core/errors.ts';
import type { CallPlan } from './call-plan.ts';
import type { Chaos } from './chaos.ts';
import { ChaosLane } from './chaos-lane.ts';
import { collectGarbage as collectNow } from './collect-garbage.ts';
import type { CaseMeasurement, Contestant, MeasureProgress } from './measurement.ts';
import { numberedPlan } from './numbered-call.ts';
import { preflight } from './preflight.ts';
import type { ResolvedLoad } from './resolve-load.ts';
import { roundOrder } from './round-order.ts';

export interface MeasureChaosOptions {
  /** Seeded, a new one for each variant: all are struck by the same faults. */
  readonly random: () => () => number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: MeasureProgress) => void;
  /** As of any measurement. Default: nobody hears it. */
  readonly onStep?: (where: string) => void;
  /** Time after which a call is given up, in ms. Default: 6,000, a second more than its deadline. */
  readonly giveUpMs?: number;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Stops everything for a full collection. Default: the real one. */
  readonly collectGarbage?: () => void;
}

/**
 * Runs the case. When `signal` fires, the load ends, the calls under way are waited for, and what
 * was measured is returned; likewise when a target fails in the middle.
 *
 * @throws `ERR_USAGE`, `ERR_TARGET` or `ERR_INVALID_MEASUREMENT` when an operation does not work at
 *   all, and when its tool does not give back the number of its call
 */
export async function measureChaos(
  plan: CallPlan,
  contestants: readonly Contestant[],
  load: ResolvedLoad,
  chaos: Chaos,
  options: MeasureChaosOptions,
): Promise<CaseMeasurement> {
  await preflight(numberedPlan(plan), contestants, { onStep: options.onStep });
  const { signal, clock = SYSTEM_CLOCK, collectGarbage = collectNow } = options;
  const lanes = contestants.map(
    (contestant) =>
      new ChaosLane(contestant, plan, {
        load,
        chaos,
        clock,
        collectGarbage,
        pause: (ms) => pause(ms, clock, signal),
        random: options.random(),
        giveUpMs: options.giveUpMs ?? 6_000,
        isOver: () => signal.aborted,
        onProgress: options.onProgress,
      }),
  );
  let failure: ToolrigError | undefined;
  try {
    for (let round = 0; round < load.rounds; round++) {
      for (const lane of roundOrder(lanes, round)) {
        if (signal.aborted) break;
        options.onStep?.(`variant '${lane.variant}' in round ${round + 1}`);
        await lane.run(round);
        if (!signal.aborted) lane.requireAnswers();
      }
    }
  } catch (thrown) {
    failure =
      thrown instanceof ToolrigError
        ? thrown
        : new ToolrigError('ERR_TARGET', `the run failed: ${String(thrown)}`, { cause: thrown });
  }
  return { variants: lanes.map((lane) => lane.result()), twin: [], failure };
}

/** Waits for so many ms, or until `signal` fires. */
async function pause(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = () => {
      timer.stop();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.createTimer(ms, end);
    timer.start();
    signal.addEventListener('abort', end);
  });
}
