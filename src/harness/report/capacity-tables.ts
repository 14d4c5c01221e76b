/** The tables of a capacity report: options, months, what depends on what, and what a call takes. */

import type { CapacityMonth, CapacityOption, CapacityRecord } from '../results/capacity-record.ts';
import { constraintName, formatMoney } from './capacity-answer.ts';
import type { Block } from './capacity-blocks.ts';
import { formatBytes, formatCount, formatInterval, formatNs } from './units.ts';

const NOTHING = '–';
/** Wide enough for any spread that fits a line. */
const BAR_WIDTH = 20;

/** All options for the same load. */
export function optionBlocks({ options, instance }: CapacityRecord): readonly Block[] {
  if (options.length === 0) return [];
  return [
    {
      kind: 'table',
      caption: 'Options for the peak, now',
      header: [
        'option',
        'bound by',
        'calls/s of a replica',
        'replicas each',
        'instances',
        'range',
        'for the mean',
        'a month',
        'a million calls',
        'memory',
        'cold start',
        'confidence',
      ],
      rows: options.map((option) => [
        option.variant,
        constraintName(option.bindingConstraint),
        formatInterval(option.maxRatePerSecond),
        `${option.replicasPerInstance}`,
        formatCount(option.instances.expected),
        rangeText(option.instances),
        formatCount(option.instancesForMean),
        moneyOr(option.costPerMonth, instance.currency),
        moneyOr(option.costPerMillionCalls, instance.currency),
        option.measured.rssBytes === null ? NOTHING : formatBytes(option.measured.rssBytes),
        option.measured.coldStartMs === null
          ? NOTHING
          : formatNs(option.measured.coldStartMs * 1e6),
        option.confidence,
      ]),
      wordColumns: 2,
    },
  ];
}

/** The best option over the horizon, and the first month that the budget does not cover. */
export function monthBlocks(best: CapacityOption, capacity: CapacityRecord): readonly Block[] {
  const { currency } = capacity.instance;
  const { budgetPerMonth } = capacity.policy;
  const beyond =
    budgetPerMonth === null
      ? undefined
      : best.months.find(({ costPerMonth }) => (costPerMonth ?? 0) > budgetPerMonth);
  return [
    { kind: 'growth', option: best },
    {
      kind: 'table',
      caption: `${best.variant}, month by month`,
      header: ['month', 'calls/s at peak', 'instances', 'range', 'a month', 'a million calls'],
      rows: best.months.map((month) => [
        month.month === 0 ? 'now' : `+${month.month}`,
        formatCount(month.peakRatePerSecond),
        formatCount(month.instances.expected),
        rangeText(month.instances),
        moneyOr(month.costPerMonth, currency),
        moneyOr(month.costPerMillionCalls, currency),
      ]),
      wordColumns: 1,
    },
    ...(budgetPerMonth === null
      ? []
      : [budgetBlock(beyond, formatMoney(budgetPerMonth, currency))]),
  ];
}

/** What-if table and tornado of the best option. */
export function dependenceBlocks(best: CapacityOption, capacity: CapacityRecord): readonly Block[] {
  const horizon = capacity.demand.horizonMonths;
  const widest = Math.max(
    1,
    ...best.tornado.map(({ instancesAtLow, instancesAtHigh }) =>
      Math.abs(instancesAtHigh - instancesAtLow),
    ),
  );
  return [
    {
      kind: 'table',
      caption: 'The same plan with one thing changed',
      header: ['what if', 'instances now', `in ${horizon} months`, 'a month then'],
      rows: best.whatIf.map((row) => [
        row.change,
        row.instancesNow === null ? 'does not fit' : formatCount(row.instancesNow),
        row.instancesAtHorizon === null ? 'does not fit' : formatCount(row.instancesAtHorizon),
        moneyOr(row.costPerMonth, capacity.instance.currency),
      ]),
      wordColumns: 1,
    },
    {
      kind: 'table',
      caption: `Tornado: instances in ${horizon} months, as each assumption is moved`,
      header: ['assumption', 'from', 'to', 'instances', 'spread'],
      rows: best.tornado.map(({ assumption, low, high, instancesAtLow, instancesAtHigh }) => [
        assumption,
        low,
        high,
        `${formatCount(instancesAtLow)} – ${formatCount(instancesAtHigh)}`,
        '█'.repeat(Math.round((Math.abs(instancesAtHigh - instancesAtLow) / widest) * BAR_WIDTH)),
      ]),
      wordColumns: 3,
    },
  ];
}

/** Service demand by operation, where it was measured. */
export function costBlocks({ variant, measured }: CapacityOption): readonly Block[] {
  const { operations, bytesPerService, bytesPerSession } = measured;
  if (operations.length === 0) return [];
  const parts = [
    ...(bytesPerService === null
      ? []
      : [`opening took ${formatBytes(bytesPerService)} of resident memory a service`]),
    ...(bytesPerSession === null
      ? []
      : [
          `a further session that stays open takes ${formatBytes(bytesPerSession)} of the serving processes`,
        ]),
  ];
  const memory: readonly Block[] =
    parts.length === 0 ? [] : [{ kind: 'text', text: `${variant}: ${parts.join('; ')}.` }];
  return [
    {
      kind: 'table',
      caption: `${variant}: service demand by tool`,
      header: ['operation', 'service', 'CPU a call', 'calls/s, closed loop'],
      rows: operations.map(({ operation, service, cpuNsPerCall, callsPerSecond }) => [
        operation,
        service,
        formatNs(cpuNsPerCall),
        formatCount(callsPerSecond),
      ]),
      wordColumns: 2,
    },
    ...memory,
  ];
}

function budgetBlock(beyond: CapacityMonth | undefined, budget: string): Block {
  const when =
    beyond === undefined ? undefined : beyond.month === 0 ? 'now' : `in month ${beyond.month}`;
  return {
    kind: 'text',
    text:
      when === undefined
        ? `The budget of ${budget} a month lasts for the whole horizon.`
        : `The budget of ${budget} a month is exceeded ${when}.`,
  };
}

/** `3`, or `3 – 5`. */
export function rangeText({ low, high }: { readonly low: number; readonly high: number }): string {
  return low === high ? formatCount(low) : `${formatCount(low)} – ${formatCount(high)}`;
}

function moneyOr(amount: number | null | undefined, currency: string): string {
  return amount === null || amount === undefined ? NOTHING : formatMoney(amount, currency);
}
