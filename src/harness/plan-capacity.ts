/**
 * From what was measured of each way of hosting to the plan of the record: options, best first, and what the plan takes
 * for granted. Pure; who measures is `measure-capacity.ts`, or somebody else's load generator.
 */

import type { InstanceType } from './capacity/instance-type.ts';
import type { Objective } from './capacity/objective.ts';
import { planOption } from './capacity/plan-option.ts';
import type { Demand, SizingPolicy } from './capacity/sizing.ts';
import type { VariantEvidence } from './capacity/variant-evidence.ts';
import type { CapacityOption, CapacityRecord, CapacityRefusal } from './results/capacity-record.ts';

export interface PlanRequest {
  /** Name of the scenario, or of the files. */
  readonly scenario: string;
  readonly objectives: readonly Objective[];
  readonly demand: Demand & { readonly text: string };
  readonly policy: SizingPolicy;
  readonly budgetPerMonth: number | null;
  readonly instance: InstanceType;
  /** Whether the instance was named; otherwise it is this machine. */
  readonly isThisMachine: boolean;
  readonly validity: 'valid' | 'suspect' | 'invalid';
  readonly random: () => number;
  /** Threads that generated the load. Default: 1, the one that measured. */
  readonly workers?: number;
  /** Ways that could not be measured at all. */
  readonly refused?: readonly CapacityRefusal[];
}

/** The plan for all that was measured. */
export function planCapacity(
  evidence: readonly VariantEvidence[],
  request: PlanRequest,
): CapacityRecord {
  const { objectives, demand, policy, instance } = request;
  const options: CapacityOption[] = [];
  const refused = [...(request.refused ?? [])];
  for (const each of evidence) {
    const planned = planOption(each, request);
    if (planned.state === 'planned') options.push(planned.option);
    else refused.push(refusalOf(each, planned.reason));
  }
  return {
    scenario: request.scenario,
    objectives: objectives.map(({ expression }) => expression),
    demand,
    policy: {
      headroom: policy.headroom,
      spare: policy.redundancy.spare,
      zones: policy.redundancy.zones,
      budgetPerMonth: request.budgetPerMonth,
    },
    instance: {
      name: instance.name,
      cores: instance.cores,
      memoryBytes: instance.memoryBytes,
      pricePerMonth: instance.price?.amount ?? null,
      currency: instance.price?.currency ?? '',
    },
    options: options.toSorted(byInstances),
    refused,
    assumptions: assumptionsOf(request),
    risks: RISKS,
    notMeasured: notMeasuredOf(evidence),
  };
}

function refusalOf({ variant, rates = [] }: VariantEvidence, reason: string): CapacityRefusal {
  return rates.length === 0 ? { variant, reason } : { variant, reason, rates };
}

/** Fewest instances first; of two alike, the one that carries more. */
function byInstances(a: CapacityOption, b: CapacityOption): number {
  return (
    a.instances.expected - b.instances.expected ||
    b.instanceRatePerSecond.median - a.instanceRatePerSecond.median
  );
}

function assumptionsOf(request: PlanRequest): readonly string[] {
  const { demand, policy, instance, isThisMachine, objectives, workers = 1 } = request;
  const { spare, zones } = policy.redundancy;
  const percent = (ratio: number) => `${Math.round(ratio * 1_000) / 10} %`;
  const rate = (perSecond: number) => `${Math.round(perSecond).toLocaleString('en-US')} calls/s`;
  const load =
    demand.meanRatePerSecond === demand.peakRatePerSecond
      ? `${rate(demand.peakRatePerSecond)}, taken for mean and peak alike`
      : `${rate(demand.meanRatePerSecond)} on average, ${rate(demand.peakRatePerSecond)} at peak`;
  return [
    `load: ${demand.text}: ${load}; ${percent(demand.growthPerMonth)} more each month, for ${demand.horizonMonths} months`,
    `objectives: ${objectives.map(({ expression }) => expression).join(', ')}, of each replica by itself`,
    `${percent(policy.headroom)} of each instance stays free at peak`,
    `${spare === 0 ? 'no instance' : spare === 1 ? 'one instance' : `${spare} instances`} may be lost` +
      (zones > 1 ? `, or one of ${zones} zones` : ''),
    isThisMachine
      ? `an instance is this machine: ${instance.cores} cores (name another with --instance)`
      : `an instance ${instance.name} has ${instance.cores} cores, and a core of it does as much as one of the machine ` +
        'that was measured',
    'an instance runs a replica a core, as far as its memory goes, 15 % of which is left alone; replicas side by side do ' +
      'not slow each other',
    ...(workers === 1
      ? []
      : [
          `${workers} threads of the machine that was measured generated the load, each with connections of its own`,
        ]),
    'load is spread evenly over replicas, by a balancer whose own cost is not counted',
    'a month has 730 hours, and instances run through all of it',
  ];
}

const RISKS: readonly string[] = [
  'each way was measured once: what another start, or another day of the machine, would differ by is not in the interval, ' +
    'and can be a third of the rate',
  'growth is taken for steady: a launch or a new customer is not in it',
  'what all instances share (a database, a network, a rate limit of others) was not loaded as all of them together would',
];

function notMeasuredOf(evidence: readonly VariantEvidence[]): readonly string[] {
  const isImported = evidence.some(({ sweep }) => sweep.source !== 'toolrig');
  return [
    ...(isImported
      ? ['CPU, memory and cold start, unless a column has them: others measured, and did not tell']
      : []),
    'several instances at once, behind a balancer',
    evidence.some(({ bytesPerSession = null }) => bytesPerSession !== null)
      ? 'sessions by the thousand: what one takes is from some hundred, without calls, and is no part of the plan'
      : 'memory of a session that stays open, and of sessions by the thousand',
    'hours of load: leaks, and heaps that fill up slowly',
    'a network between callers and services',
  ];
}
