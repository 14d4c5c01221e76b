/**
 * One way of hosting, planned: measurements in, the option of the record out. Everything that the page says of it is
 * computed here; renderers only write it down.
 */

import type {
  CapacityMeasurement,
  CapacityOperation,
  CapacityOption,
  CapacityRate,
  CapacityScaling,
  CapacitySweepPoint,
  Fit,
} from '../results/capacity-record.ts';
import type { Interval } from '../stats/bootstrap.ts';
import { confidenceOf } from './confidence.ts';
import { fitted, notIdentifiable } from './fit.ts';
import type { InstanceType } from './instance-type.ts';
import { observedKnee } from './knee.ts';
import { canSetAside, type LimitFit } from './limit-fit.ts';
import { checkLittlesLaw } from './littles-law.ts';
import { type MeasuredSweep, rateOf, type SweepPoint } from './measured-sweep.ts';
import { keepsUp, type Objective, sustainableRate, untold } from './objective.ts';
import { type Bottleneck, predictLatencies } from './queue-predictions.ts';
import { fitScalability } from './scalability.ts';
import type { ScalePoint } from './scalability-fit.ts';
import { tornado, whatIfTable } from './sensitivity.ts';
import { fitServiceDemand, type ServiceDemand, saturationRate } from './service-demand.ts';
import {
  type Demand,
  instanceCapacity,
  instanceInterval,
  type MonthPlan,
  planMonths,
  type SizingPolicy,
} from './sizing.ts';

/** What was measured of one way of hosting. */
export interface VariantEvidence {
  readonly variant: string;
  readonly sweep: MeasuredSweep;
  /** Rates at which calls in flight were counted, beside those of the sweep. Default: none. */
  readonly counted?: readonly SweepPoint[];
  /** Windows by rate, of the sweep and around the limit. Default: none. */
  readonly rates?: readonly CapacityRate[];
  /** The limit by those windows; `undefined`: the sweep tells. */
  readonly limit?: LimitFit;
  /** Time of a call when nothing is in its way, by share; `undefined`: nobody knows. */
  readonly idleQuantileNs?: (share: number) => number;
  /** Servers side by side at the bottleneck. Default: 1, an event loop. */
  readonly servers?: number;
  readonly scaling: readonly ScalePoint[];
  /** Why `scaling` is empty, where that was tried. */
  readonly scalingProblem?: string;
  readonly operations: readonly CapacityOperation[];
  readonly rssBytes: number | null;
  readonly bytesPerService: number | null;
  /** Default: `null`, nobody knows. */
  readonly bytesPerSession?: number | null;
  readonly coldStartMs: number | null;
  readonly generatorLimitedPoints: number;
  readonly sharesCores: boolean;
}

export interface PlanInput {
  readonly objectives: readonly Objective[];
  readonly demand: Demand;
  readonly policy: SizingPolicy;
  readonly instance: InstanceType;
  readonly validity: 'valid' | 'suspect' | 'invalid';
  readonly random: () => number;
}

export type PlannedOption =
  | { readonly state: 'planned'; readonly option: CapacityOption }
  | { readonly state: 'refused'; readonly reason: string };

/** Plans one way of hosting, or says why that cannot be done. */
export function planOption(evidence: VariantEvidence, input: PlanInput): PlannedOption {
  const { sweep, variant } = evidence;
  const { objectives, demand, policy, instance } = input;
  const missing = untold(sweep, objectives).map(({ expression }) => expression);
  if (missing.length > 0) {
    return refused(`its measurements tell nothing about ${missing.join(' and ')}`);
  }
  const sustained =
    evidence.rates === undefined ? sustainableRate(sweep, objectives) : evidence.limit;
  const windows = sumOf(evidence.rates, (rate) => rate.windows);
  const heldUpWindows = sumOf(evidence.rates, (rate) => rate.heldUp);
  if (sustained === undefined) {
    if (!canSetAside(windows, heldUpWindows)) {
      return refused(
        `other programs held up ${heldUpWindows} of ${windows} windows, so that nothing can be said of it: measure on a machine at rest`,
      );
    }
    const expressions = objectives.map(({ expression }) => expression).join(', ');
    return refused(
      `not even ${describeLowest(sweep)} keeps to ${expressions}${seenAtLowest(sweep, evidence.rates)}`,
    );
  }
  const maxRatePerSecond = sustained.ratePerSecond;
  const models = fitModels(evidence, input.random);
  const { cpuDemandNs } = models;
  const replica = {
    maxRatePerSecond,
    cpuNsPerCall: cpuDemandNs.state === 'fitted' ? cpuDemandNs.model.median : cpuAt(sweep),
    rssBytes: evidence.rssBytes,
  };
  const capacity = instanceCapacity(replica, instance);
  if (capacity === undefined) {
    return refused(`one replica takes more memory than an instance ${instance.name} has`);
  }
  const plan = { replica, instance, demand, policy };
  const months = planMonths(capacity, demand, policy, instance);
  const now = months[0] as MonthPlan; // the horizon is at least now
  const confidence = confidenceOf({
    maxRatePerSecond,
    bound: sustained.bound,
    kneePerSecond: models.knee.state === 'fitted' ? models.knee.model.median : null,
    windows,
    heldUpWindows,
    littlesLawFailures: models.littlesLaw.filter(({ holds }) => !holds).length,
    generatorLimitedPoints: evidence.generatorLimitedPoints,
    isImported: sweep.source !== 'toolrig',
    isOpenLoop: sweep.points.every((point) => point.offeredPerSecond !== null),
    sharesCores: evidence.sharesCores,
    validity: input.validity,
    instancesAtHorizon: months.at(-1)?.instances.median ?? 0,
  });
  const option: CapacityOption = {
    variant,
    source: sweep.source,
    maxRatePerSecond,
    replicasPerInstance: capacity.replicas,
    instanceRatePerSecond: capacity.ratePerSecond,
    instances: instancesOf(now.instances),
    instancesForMean: instanceInterval(demand.meanRatePerSecond, capacity, policy).median,
    bindingConstraint: capacity.bindingConstraint,
    ...(now.costPerMonth === null ? {} : { costPerMonth: now.costPerMonth }),
    ...(now.costPerMillionCalls === null ? {} : { costPerMillionCalls: now.costPerMillionCalls }),
    confidence: confidence.grade,
    confidenceReasons: confidence.reasons,
    months: months.map(({ instances, meanRatePerSecond: _mean, ...month }) => ({
      ...month,
      instances: instancesOf(instances),
    })),
    whatIf: whatIfTable(plan),
    tornado: tornado(plan),
    measured: models,
  };
  return { state: 'planned', option };
}

function fitModels(evidence: VariantEvidence, random: () => number): CapacityMeasurement {
  const { sweep } = evidence;
  const kept = sweep.points.filter(keepsUp);
  const knee = observedKnee(sweep);
  const loopDemand = demandOf(
    kept,
    (point) => point.eventLoopUtilization,
    'event-loop utilization',
  );
  const cpuDemand = demandOf(kept, (point) => point.busyCores, 'CPU time');
  return {
    sweep: sweep.points.map(recordOf),
    rates: evidence.rates ?? [],
    knee,
    predictedKnee:
      loopDemand.state === 'fitted' ? fitted(saturationRate(loopDemand.model, 1)) : loopDemand,
    cpuDemandNs: cpuDemand.state === 'fitted' ? fitted(cpuDemand.model.demandNs) : cpuDemand,
    predictions: predictLatencies(sweep.points, bottleneckOf(knee, evidence)),
    scaling: scalingOf(evidence, random),
    littlesLaw: [...kept, ...(evidence.counted ?? [])].flatMap((point) => {
      const { inFlight, meanNs, throughputPerSecond } = point;
      if (inFlight === null || meanNs === null) return [];
      const { expected, holds } = checkLittlesLaw(inFlight, throughputPerSecond, meanNs);
      return [{ ratePerSecond: rateOf(point), inFlight, expected, holds }];
    }),
    operations: evidence.operations,
    rssBytes: evidence.rssBytes,
    bytesPerService: evidence.bytesPerService,
    bytesPerSession: evidence.bytesPerSession ?? null,
    coldStartMs: evidence.coldStartMs,
    warnings: sweep.warnings,
  };
}

function demandOf(
  points: readonly SweepPoint[],
  busyOf: (point: SweepPoint) => number | null,
  what: string,
): Fit<ServiceDemand> {
  const busy = points.flatMap((point) => {
    const value = busyOf(point);
    return value === null ? [] : [{ throughputPerSecond: point.throughputPerSecond, busy: value }];
  });
  return busy.length === 0 ? notIdentifiable(`${what} was not measured`) : fitServiceDemand(busy);
}

function bottleneckOf(
  knee: Fit<Interval>,
  { idleQuantileNs, servers = 1 }: VariantEvidence,
): Fit<Bottleneck> {
  if (knee.state !== 'fitted') return knee;
  if (idleQuantileNs === undefined) {
    return notIdentifiable('the time of a call when nothing is in its way was not measured');
  }
  return fitted({ kneePerSecond: knee.model.median, servers, idleQuantileNs });
}

/** Over schedulers where they were varied, else over the callers of a closed loop. */
function scalingOf(evidence: VariantEvidence, random: () => number): Fit<CapacityScaling> {
  const { scaling, scalingProblem, sweep } = evidence;
  const byCallers = sweep.points.flatMap((point) =>
    point.concurrency === null
      ? []
      : [{ n: point.concurrency, throughputPerSecond: point.throughputPerSecond }],
  );
  const [over, points] =
    scaling.length > 0 ? (['schedulers', scaling] as const) : (['callers', byCallers] as const);
  if (points.length === 0) {
    return notIdentifiable(scalingProblem ?? 'neither schedulers nor callers were varied');
  }
  const fit = fitScalability(points, random);
  if (fit.state !== 'fitted') return fit;
  const { lambda, sigma, kappa, knee, rSquared, warnings } = fit.model;
  return fitted({
    over,
    points,
    lambda,
    sigma,
    kappa,
    knee: knee.state === 'observed' ? knee.n : null,
    rSquared,
    warnings: knee.state === 'observed' ? warnings : [...warnings, knee.reason],
  });
}

/** CPU time of a call at the busiest rate that was answered, where no slope can be told. */
function cpuAt(sweep: MeasuredSweep): number | null {
  const point = sweep.points.filter((each) => keepsUp(each) && each.busyCores !== null).at(-1);
  if (point === undefined || point.throughputPerSecond === 0) return null;
  return ((point.busyCores ?? 0) / point.throughputPerSecond) * 1e9;
}

function describeLowest(sweep: MeasuredSweep): string {
  const lowest = sweep.points[0];
  return lowest === undefined
    ? 'no rate'
    : `${Math.round(rateOf(lowest)).toLocaleString('en-US')} calls/s`;
}

/**
 * Where next to nothing waits, it is the calls themselves that take too long. A closed loop asks as soon as it is
 * answered, so there a queue may be all that is wrong.
 */
function seenAtLowest(
  { points: [lowest] }: MeasuredSweep,
  rates: readonly CapacityRate[] = [],
): string {
  const p99 = lowest?.latencyNs.p99;
  if (p99 === undefined) return '';
  const how =
    lowest?.offeredPerSecond === null
      ? 'where a closed loop asked for all it could get; measure lower rates, too'
      : 'with hardly a queue';
  const seen = `: p99 is ${(p99 / 1e6).toPrecision(3)} ms there, ${how}`;
  const used = rates.flatMap(({ budgetUsed }) => (budgetUsed === null ? [] : [budgetUsed]));
  if (used.length === 0) return seen;
  const least = Math.min(...used);
  const text = `${Math.round(least * 100)} % of the budget`;
  return least < 1
    ? `${seen}; the best of ${used.length} rates used ${text}, but all of them together more than it`
    : `${seen}; the best of ${used.length} rates used ${text}`;
}

function recordOf(point: SweepPoint): CapacitySweepPoint {
  const { latencyNs, ...rest } = point;
  return { ...rest, p50: latencyNs.p50 ?? null, p99: latencyNs.p99 ?? null };
}

function sumOf(rates: readonly CapacityRate[] = [], of: (rate: CapacityRate) => number): number {
  return rates.reduce((total, each) => total + of(each), 0);
}

function instancesOf({ median, low, high }: Interval) {
  return { low, expected: median, high };
}

function refused(reason: string): PlannedOption {
  return { state: 'refused', reason };
}
