/**
 * What a plan needs to know of one way of hosting: a sweep of rates in the open loop, what each operation takes, memory,
 * cold start, and throughput over schedulers where the variant has them.
 *
 *   open ─▶ first reply ─▶ sweep ─▶ around the limit ─▶ Little's law ─▶ each operation alone ─▶ close
 *   open ─▶ sessions ─▶ close        open ─▶ 1, 2, … schedulers ─▶ close
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ToolrigError } from '../core/errors.ts';
import { rateOf, type SweepPoint, sweepPoint } from './capacity/measured-sweep.ts';
import { keepsUp, type Objective } from './capacity/objective.ts';
import { sweepRates } from './capacity/rate-sweep.ts';
import type { VariantEvidence } from './capacity/variant-evidence.ts';
import { type CallPlan, type PlanSource, planCalls } from './load/call-plan.ts';
import { type ReadyCall, readyCalls } from './load/closed-executor.ts';
import { collectGarbage } from './load/collect-garbage.ts';
import { InFlightMeter } from './load/in-flight-meter.ts';
import type { LoadGenerator } from './load/load-generator.ts';
import type { BlockMeasurement } from './load/measurement.ts';
import { preflight } from './load/preflight.ts';
import {
  figuresOf,
  type RateFigures,
  RateProber,
  type RateProberOptions,
} from './load/rate-prober.ts';
import { WindowedProber } from './load/rate-windows.ts';
import type { Scenario, ScenarioCase, ServiceSource } from './load/scenario.ts';
import type { Target, Variant } from './load/target.ts';
import { openGenerator } from './load/workers/open-generator.ts';
import { operationsOf, scalingOf } from './measure-capacity-closed.ts';
import { LimitMeter } from './measure-capacity-limit.ts';
import { bytesPerSession } from './measure-capacity-sessions.ts';
import { seededRandom } from './stats/random.ts';

export interface CapacityMeasureOptions {
  readonly objectives: readonly Objective[];
  /** Time of one rate, in ms. */
  readonly pointMs: number;
  readonly seed: number;
  /** Threads that generate the load of the sweep. Default: 1, this one. */
  readonly workers?: number;
  readonly signal: AbortSignal;
  /** What is being done, in words. */
  readonly onStep: (step: string) => void;
}

type Services = Readonly<Record<string, ServiceSource>>;

/** Callers of the closed loop that the search starts from; it warms up too. */
const PROBE_CALLERS = 16;
/** Windows of a point of the sweep. */
const POINT_WINDOWS = 2;
/** Time for windows in place of those that others held up, in lengths of a point, for each variant. */
const SPARE_POINTS = 25;
/** Shares of the highest rate that was answered, at which Little's law is looked at. */
const LITTLE_SHARES = [0.3, 0.6];
/** Variants that run copies of a service side by side. */
const SCALING_VARIANTS = ['worker', 'process'];

/** Measures one variant on the first case of a scenario. */
export async function measureCapacity(
  variant: Variant,
  scenario: Scenario,
  options: CapacityMeasureOptions,
): Promise<VariantEvidence> {
  const folder = await mkdtemp(join(tmpdir(), 'toolrig-'));
  try {
    const { services } = scenario;
    const sources = typeof services === 'function' ? await services(folder) : services;
    const [first] = scenario.cases as [ScenarioCase, ...ScenarioCase[]]; // a scenario has at least one
    const plan = planCalls(first, seededRandom(options.seed));
    const { module } = scenario;
    const source =
      module === undefined ? undefined : { module, caseName: first.name, seed: options.seed };
    const evidence = await measureOpened(variant, sources, plan, source, options);
    const session = await bytesPerSession(variant, sources, options);
    const measured = { ...evidence, bytesPerSession: session };
    if (!SCALING_VARIANTS.includes(variant.name)) return measured;
    return { ...measured, ...(await scalingOf(variant, sources, plan, options)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureOpened(
  variant: Variant,
  sources: Services,
  plan: CallPlan,
  planSource: PlanSource | undefined,
  options: CapacityMeasureOptions,
): Promise<VariantEvidence> {
  options.onStep('starting');
  collectGarbage();
  const rssBefore = process.memoryUsage.rss();
  const openedAtMs = performance.now();
  const target = await variant.open(sources);
  let generator: LoadGenerator | undefined;
  try {
    if (target.drive !== undefined) {
      throw new ToolrigError(
        'ERR_USAGE',
        `variant '${variant.name}' makes its load itself, and cannot be asked for a rate: leave it out`,
      );
    }
    const calls = readyCalls(plan, (operation) => target.prepare(operation));
    await (calls[0] as ReadyCall).invoke(calls[0]?.params);
    const coldStartMs = performance.now() - openedAtMs;
    collectGarbage();
    const rssOpened = process.memoryUsage.rss() + (await target.usage()).rssBytes;
    await preflight(plan, [{ variant: variant.name, target }]);
    const { workers = 1 } = options;
    generator = await openGenerator({ variant: variant.name, target }, plan, workers, planSource);
    const prober = new RateProber(target, plan, { ...proberOptions(options), generator });
    const limit = new LimitMeter(
      new WindowedProber(prober, {
        windowMs: options.pointMs / POINT_WINDOWS,
        spareMs: options.pointMs * SPARE_POINTS,
        signal: options.signal,
      }),
      { ...options, random: seededRandom(options.seed) },
    );
    options.onStep('closed loop');
    const saturationPerSecond = await prober.saturate(PROBE_CALLERS, options.pointMs);
    const meter = new SweepMeter(limit, options.onStep);
    const points = await sweepRates((rate) => meter.measure(rate), {
      saturationPerSecond,
      signal: options.signal,
    });
    await limit.closeIn();
    const found = limit.fit();
    const highest = Math.max(0, ...points.filter(keepsUp).map(rateOf));
    const checked = highest === 0 ? [] : await littlesLawPoints(target, plan, highest, options);
    const { idleQuantilesNs } = meter;
    return {
      variant: variant.name,
      sweep: {
        source: 'toolrig',
        name: variant.name,
        points,
        warnings: [],
      },
      counted: checked,
      rates: limit.rates,
      ...(found === undefined ? {} : { limit: found }),
      ...(idleQuantilesNs === undefined
        ? {}
        : { idleQuantileNs: quantileFunction(idleQuantilesNs) }),
      scaling: [],
      operations: await operationsOf(plan, target, options),
      rssBytes: meter.rssBytes,
      bytesPerService: Math.max(0, rssOpened - rssBefore) / Object.keys(sources).length,
      coldStartMs,
      generatorLimitedPoints: meter.lateRates.filter(
        (rate) => rate <= (found?.ratePerSecond.high ?? 0),
      ).length,
      sharesCores: true,
    };
  } finally {
    await generator?.close();
    await target.close();
  }
}

/** As fine as p99 of a service time needs. */
const IDLE_POINTS = 1_000;

/** Measures rates for the sweep, and remembers what is not part of a point. */
class SweepMeter {
  readonly #limit: LimitMeter;
  readonly #onStep: (step: string) => void;
  /** Of the service time at the first rate, which is the lowest. */
  idleQuantilesNs: readonly number[] | undefined;
  rssBytes: number | null = null;
  /** Rates at which the generator itself came late. */
  readonly lateRates: number[] = [];

  constructor(limit: LimitMeter, onStep: (step: string) => void) {
    this.#limit = limit;
    this.#onStep = onStep;
  }

  async measure(ratePerSecond: number): Promise<SweepPoint> {
    this.#onStep(`${Math.round(ratePerSecond)} calls/s`);
    const block = await this.#limit.at(ratePerSecond, POINT_WINDOWS);
    if (block === undefined) {
      return sweepPoint({ offeredPerSecond: ratePerSecond, throughputPerSecond: 0, errorRatio: 1 });
    }
    this.idleQuantilesNs ??= quantilesOf(block);
    const figures = figuresOf(block);
    const point = pointOf(figures);
    if (keepsUp(point)) {
      this.rssBytes = Math.max(this.rssBytes ?? 0, figures.rssBytes);
      if (figures.generatorVerdict === 'generator-limited') this.lateRates.push(ratePerSecond);
    }
    return point;
  }
}

function quantilesOf({ open }: BlockMeasurement): readonly number[] {
  return Array.from(
    { length: IDLE_POINTS },
    (_, index) => open?.service.valueAtPercentile(((index + 0.5) / IDLE_POINTS) * 100) ?? 0,
  );
}

function pointOf(figures: RateFigures): SweepPoint {
  const { donePerSecond, busyCores, scheduled, failed, dropped, responseNs } = figures;
  const { p50, p75, p90, p95, p99, p999, max, mean } = responseNs;
  return {
    offeredPerSecond: figures.offeredPerSecond,
    throughputPerSecond: donePerSecond,
    concurrency: null,
    latencyNs: { p50, p75, p90, p95, p99, p999, max },
    meanNs: mean,
    errorRatio: (failed + dropped) / scheduled,
    busyCores,
    eventLoopUtilization: figures.eventLoopUtilization,
    inFlight: null,
  };
}

/** Rates at which calls in flight are counted too. Their response time is from when a call was sent, as the count is. */
async function littlesLawPoints(
  target: Target,
  plan: CallPlan,
  highestPerSecond: number,
  options: CapacityMeasureOptions,
): Promise<readonly SweepPoint[]> {
  const checked: SweepPoint[] = [];
  for (const share of LITTLE_SHARES) {
    const meter = new InFlightMeter();
    const prober = new RateProber(meter.counted(target), plan, proberOptions(options));
    const ratePerSecond = highestPerSecond * share;
    options.onStep(`calls in flight at ${Math.round(ratePerSecond)} calls/s`);
    // oxlint-disable-next-line no-await-in-loop -- rates that ran together would measure each other
    const block = await prober.at(ratePerSecond, options.pointMs);
    if (block === undefined) continue;
    const { durationMs } = block;
    const figures = figuresOf(block);
    checked.push({
      ...pointOf(figures),
      meanNs: figures.serviceNs.mean,
      // Those that failed were in flight, too, and are in neither throughput nor service time.
      inFlight: figures.failed > 0 ? null : meter.callMs / durationMs,
    });
  }
  return checked;
}

function proberOptions({ signal, seed }: CapacityMeasureOptions): RateProberOptions {
  return { signal, seed, process: 'poisson' };
}

function quantileFunction(pointsNs: readonly number[]): (share: number) => number {
  return (share) =>
    pointsNs[Math.min(pointsNs.length - 1, Math.floor(share * pointsNs.length))] ?? 0;
}
