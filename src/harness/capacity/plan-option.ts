/**
 * One way of hosting, planned: measurements in, the option of the record out. Everything that the page says of it is
 * computed here; renderers only write it down.
 */

import type { CapacityOption, CapacityRate } from '../results/capacity-record.ts';
import type { Interval } from '../stats/bootstrap.ts';
import { confidenceOf } from './confidence.ts';
import { fitModels } from './fit-models.ts';
import type { InstanceType } from './instance-type.ts';
import { canSetAside } from './limit-fit.ts';
import { type MeasuredSweep, rateOf } from './measured-sweep.ts';
import { keepsUp, type Objective, sustainableRate, untold } from './objective.ts';
import { tornado, whatIfTable } from './sensitivity.ts';
import {
  type Demand,
  instanceCapacity,
  instanceInterval,
  type MonthPlan,
  planMonths,
  type SizingPolicy,
} from './sizing.ts';
import type { VariantEvidence } from './variant-evidence.ts';

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

function sumOf(rates: readonly CapacityRate[] = [], of: (rate: CapacityRate) => number): number {
  return rates.reduce((total, each) => total + of(each), 0);
}

function instancesOf({ median, low, high }: Interval) {
  return { low, expected: median, high };
}

function refused(reason: string): PlannedOption {
  return { state: 'refused', reason };
}
