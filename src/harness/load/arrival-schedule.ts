/**
 * When calls of an open loop are to start: fixed beforehand, whatever becomes of the calls.
 *
 *   rate  │    ╱▔▔▔▔│   │▔│      stages: a ramp, a step, a spike …
 *         │  ╱      │___│ │___   the area under the line is the number of calls that are due
 *         └───────────────────▶
 *
 * An arrival is due when that area has grown by one more arrival's calls: by exactly as many for
 * even spacing, each in the middle of its share, or by an exponentially distributed number for a Poisson process
 * (a change of time; E. Çinlar, Introduction to Stochastic Processes, 1975, chapter 4.7).
 *
 * The schedule reads no clock: it is a function of its stages and, for Poisson arrivals, of a seeded
 * generator. It holds no list, so that an hour costs no more memory than a second.
 */

/** A stretch of time in which the rate is constant or changes evenly. */
export interface RateStage {
  /** `Infinity` for a constant rate without an end. */
  readonly durationMs: number;
  /** Calls per second at its start. */
  readonly fromPerSecond: number;
  /** Calls per second at its end. */
  readonly toPerSecond: number;
}

/** `constant`: evenly spaced; `poisson`: at random, independent of each other. */
export const ARRIVAL_KINDS = ['constant', 'poisson'] as const;
export type ArrivalKind = (typeof ARRIVAL_KINDS)[number];

export interface ArrivalScheduleOptions {
  /** Calls that arrive together. Default: 1. */
  readonly batch?: number;
  /** Draws Poisson arrivals from it; seeded, in [0, 1). Default: they are evenly spaced. */
  readonly random?: (() => number) | undefined;
  /** Calls after which it ends, rounded up to whole batches. Default: no limit. */
  readonly calls?: number;
}

const MS_PER_SECOND = 1_000;

export class ArrivalSchedule {
  readonly #stages: readonly RateStage[];
  readonly #batch: number;
  readonly #random: (() => number) | undefined;
  #arrivalsLeft: number;
  /** Area under the rates, in calls, at which the latest arrival is due. */
  #dueCalls: number;
  #stage = 0;
  /** Where the current stage starts. */
  #stageStartMs = 0;
  #stageStartCalls = 0;
  #stageCalls: number;

  constructor(stages: readonly RateStage[], options: ArrivalScheduleOptions = {}) {
    const { batch = 1, random, calls = Number.POSITIVE_INFINITY } = options;
    this.#stages = stages;
    this.#batch = batch;
    this.#random = random;
    this.#arrivalsLeft = Math.ceil(calls / batch);
    this.#dueCalls = random === undefined ? -batch / 2 : 0;
    this.#stageCalls = callsOf(stages[0]);
  }

  /** Intended start of the next arrival, in ms from the schedule's start; `Infinity` after the last. */
  nextMs(): number {
    if (this.#arrivalsLeft <= 0) return Number.POSITIVE_INFINITY;
    this.#arrivalsLeft--;
    const share = this.#random === undefined ? 1 : -Math.log(1 - this.#random());
    this.#dueCalls += share * this.#batch;
    for (;;) {
      const stage = this.#stages[this.#stage];
      if (stage === undefined) return Number.POSITIVE_INFINITY;
      const callsIntoStage = this.#dueCalls - this.#stageStartCalls;
      if (callsIntoStage < this.#stageCalls) {
        return this.#stageStartMs + msUntil(callsIntoStage, stage);
      }
      this.#stageStartMs += stage.durationMs;
      this.#stageStartCalls += this.#stageCalls;
      this.#stage++;
      this.#stageCalls = callsOf(this.#stages[this.#stage]);
    }
  }
}

/** How long the schedule lasts, in ms, when it ends after `calls` calls at the latest, rounded up to whole batches. */
export function scheduleLengthMs(
  stages: readonly RateStage[],
  calls = Number.POSITIVE_INFINITY,
  batch = 1,
): number {
  let left = Math.ceil(calls / batch) * batch;
  let lengthMs = 0;
  for (const stage of stages) {
    if (callsOf(stage) > left) return lengthMs + msUntil(left, stage);
    left -= callsOf(stage);
    lengthMs += stage.durationMs;
  }
  return lengthMs;
}

/** Calls due in all stages: the area under their rates. */
export function callsIn(stages: readonly RateStage[]): number {
  return stages.reduce((sum, stage) => sum + callsOf(stage), 0);
}

/** Calls due in all of a stage: the area under its rate. */
function callsOf(stage: RateStage | undefined): number {
  if (stage === undefined) return 0;
  const { durationMs, fromPerSecond, toPerSecond } = stage;
  if (fromPerSecond + toPerSecond === 0) return 0;
  return (durationMs * (fromPerSecond + toPerSecond)) / 2 / MS_PER_SECOND;
}

/**
 * Time into a stage at which so many of its calls were due: the root of from·t + slope·t²/2 = calls,
 * written so that nothing cancels out when the slope is small.
 */
function msUntil(calls: number, { durationMs, fromPerSecond, toPerSecond }: RateStage): number {
  if (fromPerSecond === toPerSecond) return (calls * MS_PER_SECOND) / fromPerSecond;
  const slope = ((toPerSecond - fromPerSecond) * MS_PER_SECOND) / durationMs;
  const root = Math.sqrt(Math.max(0, fromPerSecond ** 2 + 2 * slope * calls));
  return (2 * calls * MS_PER_SECOND) / (fromPerSecond + root);
}
