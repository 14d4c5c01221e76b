/**
 * What a plan needs to know of one way of hosting: a sweep of rates in the open loop, what each operation takes, memory,
 * cold start, and throughput over schedulers where the variant has them.
 *
 *   open ─▶ first reply ─▶ warm ─▶ sweep ─▶ Little's law ─▶ each operation alone ─▶ close ─▶ 1, 2, … schedulers
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ToolrigError } from '../core/errors.ts';
import type { SweepPoint } from './capacity/measured-sweep.ts';
import { inOrder } from './capacity/measured-sweep.ts';
import { keepsUp, type Objective } from './capacity/objective.ts';
import type { VariantEvidence } from './capacity/plan-option.ts';
import { sweepRates } from './capacity/rate-sweep.ts';
import type { ScalePoint } from './capacity/scalability-fit.ts';
import { type CallPlan, planCalls } from './load/call-plan.ts';
import { type ReadyCall, readyCalls, runClosedBlock } from './load/closed-executor.ts';
import { collectGarbage } from './load/collect-garbage.ts';
import { InFlightMeter } from './load/in-flight-meter.ts';
import type { BlockMeasurement } from './load/measurement.ts';
import { measureOpenBlock } from './load/open-block.ts';
import { OpenRecorder } from './load/open-recorder.ts';
import { preflight } from './load/preflight.ts';
import { BlockRecorder } from './load/recorder.ts';
import { ResourceMeter } from './load/resource-meter.ts';
import type { Scenario, ScenarioCase, ServiceSource } from './load/scenario.ts';
import type { Target, Variant } from './load/target.ts';
import type { CapacityOperation } from './results/capacity-record.ts';
import { seededRandom } from './stats/random.ts';

export interface CapacityMeasureOptions {
  readonly objectives: readonly Objective[];
  /** Throughput in a closed loop: where the sweep looks for saturation. */
  readonly saturationPerSecond: number;
  /** Time of one rate, in ms. */
  readonly pointMs: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** What is being done, in words. */
  readonly onStep: (step: string) => void;
}

type Services = Readonly<Record<string, ServiceSource>>;

const MAX_IN_FLIGHT = 10_000;
const WARM_SHARE = 0.5;
const WARM_MS = 500;
const OPERATION_MS = 300;
const OPERATION_CALLERS = 4;
/** Shares of the highest rate that was answered, at which Little's law is looked at. */
const LITTLE_SHARES = [0.3, 0.6];
const SCALING_MS = 700;
const CALLERS_PER_SCHEDULER = 16;
const MOST_SCHEDULERS = 8;
/** Variants that run copies of a service side by side. */
const SCALING_VARIANTS = ['worker', 'process'];
/** The generator's lateness, above which it is a part of the result: as for a run's verdict. */
const SMALL_PACING_NS = 1e6;
const PACING_SHARE = 0.1;

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
    const evidence = await measureOpened(variant, sources, plan, options);
    const scaling = SCALING_VARIANTS.includes(variant.name)
      ? await scalingOf(variant, sources, plan, options)
      : [];
    return { ...evidence, scaling };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureOpened(
  variant: Variant,
  sources: Services,
  plan: CallPlan,
  options: CapacityMeasureOptions,
): Promise<VariantEvidence> {
  options.onStep('starting');
  collectGarbage();
  const rssBefore = process.memoryUsage.rss();
  const openedAtMs = performance.now();
  const target = await variant.open(sources);
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
    const generator = new RateGenerator(calls, target, options);
    await generator.measure(options.saturationPerSecond * WARM_SHARE, WARM_MS);
    generator.forget();
    const points = await sweepRates((rate, durationMs) => generator.measure(rate, durationMs), {
      ...options,
    });
    const checked = await littlesLawPoints(calls, target, points, options);
    return {
      variant: variant.name,
      sweep: {
        source: 'toolrig',
        name: variant.name,
        points: inOrder([...points, ...checked]),
        warnings: [],
      },
      ...(generator.idleQuantilesNs === undefined
        ? {}
        : { idleQuantileNs: quantileFunction(generator.idleQuantilesNs) }),
      scaling: [],
      operations: await operationsOf(plan, target, options),
      rssBytes: generator.rssBytes,
      bytesPerService: Math.max(0, rssOpened - rssBefore) / Object.keys(sources).length,
      coldStartMs,
      generatorLimitedPoints: generator.latePoints,
      sharesCores: true,
    };
  } finally {
    await target.close();
  }
}

/** As fine as p99 of a service time needs. */
const IDLE_POINTS = 1_000;

/** Measures rates, and remembers what is not part of a point. */
class RateGenerator {
  readonly #calls: readonly ReadyCall[];
  readonly #target: Target;
  readonly #options: CapacityMeasureOptions;
  readonly #recorder = new OpenRecorder();
  #round = 0;
  /** Of the service time at the first rate, which is the lowest. */
  idleQuantilesNs: readonly number[] | undefined;
  rssBytes: number | null = null;
  latePoints = 0;

  constructor(calls: readonly ReadyCall[], target: Target, options: CapacityMeasureOptions) {
    this.#calls = calls;
    this.#target = target;
    this.#options = options;
  }

  async measure(ratePerSecond: number, durationMs: number): Promise<SweepPoint> {
    const { onStep, seed, signal } = this.#options;
    onStep(`${Math.round(ratePerSecond)} calls/s`);
    const round = this.#round++;
    const block = await measureOpenBlock(this.#calls, () => this.#target.usage(), this.#recorder, {
      load: {
        process: 'poisson',
        stages: [{ durationMs, fromPerSecond: ratePerSecond, toPerSecond: ratePerSecond }],
        callers: Number.POSITIVE_INFINITY,
        maxInFlight: MAX_IN_FLIGHT,
      },
      batch: 1,
      calls: Number.POSITIVE_INFINITY,
      firstCall: 0,
      round,
      random: seededRandom(seed + round),
      signal,
      onProgress() {},
    });
    if (block === undefined) return nothingAt(ratePerSecond);
    try {
      const point = pointOf(block, ratePerSecond);
      this.#remember(block, point);
      return point;
    } finally {
      destroy(block);
    }
  }

  /** What was measured so far was to warm up. */
  forget(): void {
    this.idleQuantilesNs = undefined;
    this.rssBytes = null;
    this.latePoints = 0;
  }

  #remember(block: BlockMeasurement, point: SweepPoint): void {
    const { open, rssBytes } = block;
    if (open === undefined) return;
    this.idleQuantilesNs ??= Array.from({ length: IDLE_POINTS }, (_, index) =>
      open.service.valueAtPercentile(((index + 0.5) / IDLE_POINTS) * 100),
    );
    if (!keepsUp(point)) return;
    this.rssBytes = Math.max(this.rssBytes ?? 0, rssBytes);
    const lateNs = open.pacing.valueAtPercentile(99);
    const medianNs = point.latencyNs.p50 ?? 0;
    if (lateNs > SMALL_PACING_NS && lateNs > medianNs * PACING_SHARE) this.latePoints++;
  }
}

function pointOf(block: BlockMeasurement, ratePerSecond: number): SweepPoint {
  const { latency, open, durationMs, calls, failed, cpuNs, eventLoopUtilization } = block;
  const { p50, p75, p90, p95, p99, p999, max, mean } = latency.summary();
  const dropped = open?.dropped ?? 0;
  const scheduled = open?.scheduled ?? calls;
  return {
    // What Poisson arrivals came to, not what they were to come to: the difference is chance.
    offeredPerSecond: (scheduled * 1_000) / (open?.scheduleMs ?? durationMs) || ratePerSecond,
    throughputPerSecond: (calls * 1_000) / durationMs,
    concurrency: null,
    latencyNs: { p50, p75, p90, p95, p99, p999, max },
    meanNs: mean,
    errorRatio: scheduled === 0 ? 0 : (failed + dropped) / scheduled,
    busyCores: cpuNs / (durationMs * 1e6),
    eventLoopUtilization: Math.min(1, eventLoopUtilization),
    inFlight: null,
  };
}

function nothingAt(ratePerSecond: number): SweepPoint {
  return {
    offeredPerSecond: ratePerSecond,
    throughputPerSecond: 0,
    concurrency: null,
    latencyNs: {},
    meanNs: null,
    errorRatio: 1,
    busyCores: null,
    eventLoopUtilization: null,
    inFlight: null,
  };
}

/** Rates at which calls in flight are counted too. Their response time is from when a call was sent, as the count is. */
async function littlesLawPoints(
  calls: readonly ReadyCall[],
  target: Target,
  points: readonly SweepPoint[],
  options: CapacityMeasureOptions,
): Promise<readonly SweepPoint[]> {
  const highest = points.filter(keepsUp).at(-1)?.offeredPerSecond;
  if (highest === null || highest === undefined) return [];
  const checked: SweepPoint[] = [];
  for (const share of LITTLE_SHARES) {
    if (options.signal.aborted) break;
    const meter = new InFlightMeter();
    const recorder = new OpenRecorder();
    options.onStep(`calls in flight at ${Math.round(highest * share)} calls/s`);
    // oxlint-disable-next-line no-await-in-loop -- rates that ran together would measure each other
    const block = await measureOpenBlock(meter.counted(calls), () => target.usage(), recorder, {
      load: {
        process: 'poisson',
        stages: [
          {
            durationMs: options.pointMs,
            fromPerSecond: highest * share,
            toPerSecond: highest * share,
          },
        ],
        callers: Number.POSITIVE_INFINITY,
        maxInFlight: MAX_IN_FLIGHT,
      },
      batch: 1,
      calls: Number.POSITIVE_INFINITY,
      firstCall: 0,
      round: 0,
      random: seededRandom(options.seed),
      signal: options.signal,
      onProgress() {},
    });
    if (block === undefined) continue;
    checked.push({
      ...pointOf(block, highest * share),
      meanNs: block.open?.service.summary().mean ?? null,
      inFlight: meter.callMs / block.durationMs,
    });
    destroy(block);
  }
  return checked;
}

/** What each operation takes by itself, in a closed loop. */
async function operationsOf(
  plan: CallPlan,
  target: Target,
  options: CapacityMeasureOptions,
): Promise<readonly CapacityOperation[]> {
  const operations = [...new Set(plan.map(({ operation }) => operation))];
  const measured: CapacityOperation[] = [];
  for (const operation of operations) {
    if (options.signal.aborted) break;
    options.onStep(operation.name);
    const calls = readyCalls(
      plan.filter((call) => call.operation === operation),
      (each) => target.prepare(each),
    );
    const meter = new ResourceMeter(() => target.usage());
    // oxlint-disable-next-line no-await-in-loop -- operations that ran together would measure each other
    await meter.start();
    // oxlint-disable-next-line no-await-in-loop
    const { count, durationMs } = await closedBlock(
      calls,
      OPERATION_CALLERS,
      OPERATION_MS,
      options,
    );
    // oxlint-disable-next-line no-await-in-loop
    const { cpuNs } = await meter.stop();
    if (count === 0) continue;
    measured.push({
      operation: operation.name,
      service: operation.service,
      cpuNsPerCall: cpuNs / count,
      callsPerSecond: (count * 1_000) / durationMs,
    });
  }
  return measured;
}

/** Throughput with 1, 2, … copies of every service; none when copies answer wrongly, as those with a state do. */
async function scalingOf(
  variant: Variant,
  sources: Services,
  plan: CallPlan,
  options: CapacityMeasureOptions,
): Promise<readonly ScalePoint[]> {
  const points: ScalePoint[] = [];
  const most = Math.min(MOST_SCHEDULERS, availableParallelism());
  for (let n = 1; n <= most; n++) {
    if (options.signal.aborted) break;
    options.onStep(`${n} schedulers`);
    const copies = Object.fromEntries(
      Object.entries(sources).map(([name, source]) => [name, { ...source, replicas: n }]),
    );
    // oxlint-disable-next-line no-await-in-loop -- they would share the cores
    const target = await variant.open(copies);
    try {
      const calls = readyCalls(plan, (operation) => target.prepare(operation));
      const callers = CALLERS_PER_SCHEDULER * n;
      for (const isWarm of [false, true, true]) {
        // oxlint-disable-next-line no-await-in-loop
        const { count, failed, durationMs } = await closedBlock(
          calls,
          callers,
          SCALING_MS,
          options,
        );
        if (failed > 0) return [];
        if (isWarm && count > 0)
          points.push({ n, throughputPerSecond: (count * 1_000) / durationMs });
      }
    } finally {
      // oxlint-disable-next-line no-await-in-loop
      await target.close();
    }
  }
  return points;
}

async function closedBlock(
  calls: readonly ReadyCall[],
  concurrency: number,
  durationMs: number,
  { signal }: CapacityMeasureOptions,
): Promise<{ readonly count: number; readonly failed: number; readonly durationMs: number }> {
  const recorder = new BlockRecorder();
  const tookMs = await runClosedBlock(
    calls,
    { concurrency, batch: 1, firstCall: 0, durationMs, calls: Number.POSITIVE_INFINITY, signal },
    recorder,
  );
  return { count: recorder.calls, failed: recorder.failed, durationMs: tookMs };
}

function quantileFunction(pointsNs: readonly number[]): (share: number) => number {
  return (share) =>
    pointsNs[Math.min(pointsNs.length - 1, Math.floor(share * pointsNs.length))] ?? 0;
}

function destroy({ latency, batchLatency, open }: BlockMeasurement): void {
  latency.destroy();
  batchLatency.destroy();
  if (open === undefined) return;
  for (const histogram of [open.service, open.lag, open.pacing]) histogram.destroy();
}
