/** The first five lines of a capacity report: what somebody who reads no further has to know. */

import type { CapacityOption, CapacityRecord } from '../results/capacity-record.ts';
import { formatCount, formatInterval } from './units.ts';

const CONSTRAINTS = { cpu: 'CPU', 'event-loop': 'the event loop', memory: 'memory' } as const;

/** The answer, its interval, the binding constraint, the cost and the confidence. */
export function answerLines(capacity: CapacityRecord): readonly string[] {
  const [best] = capacity.options;
  if (best === undefined) return refusalLines(capacity);
  const { demand, instance, objectives } = capacity;
  const { instances, maxRatePerSecond, bindingConstraint, confidence, confidenceReasons } = best;
  const last = best.months.at(-1);
  const then =
    last === undefined || last.month === 0
      ? ''
      : ` (${instanceCount(last.instances.expected)} in ${monthCount(last.month)})`;
  const why = confidenceReasons.length === 0 ? '' : `: ${confidenceReasons.join('; ')}`;
  return [
    `Answer: ${instanceCount(instances.expected)} of ${instance.name} with ${best.variant}${then} for ` +
      `${formatCount(demand.peakRatePerSecond)} calls/s, keeping to ${objectives.join(', ')}.`,
    `Interval: ${rangeOf(instances)}; one replica carries ${formatInterval(maxRatePerSecond)} calls/s, ` +
      `and an instance runs ${best.replicasPerInstance}.`,
    `Bound by: ${constraintName(bindingConstraint)}.`,
    `Cost: ${costOf(best, capacity)}.`,
    `Confidence: ${confidence}${why}.`,
  ];
}

/** What binds, in words. */
export function constraintName(constraint: CapacityOption['bindingConstraint']): string {
  return CONSTRAINTS[constraint];
}

/** An amount of the plan's currency: `$104`, `104 EUR`. */
export function formatMoney(amount: number, currency: string): string {
  const digits = amount >= 100 ? 0 : amount >= 1 ? 2 : 4;
  const figure = amount.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return currency.length === 1 ? `${currency}${figure}` : `${figure} ${currency}`;
}

function refusalLines({ refused, objectives, demand }: CapacityRecord): readonly string[] {
  const [first] = refused;
  return [
    `Answer: none of the options can be planned for ${formatCount(demand.peakRatePerSecond)} calls/s, ` +
      `keeping to ${objectives.join(', ')}.`,
    'Interval: unknown.',
    `Bound by: unknown${first === undefined ? '' : `; ${first.variant}: ${first.reason}`}.`,
    'Cost: unknown.',
    'Confidence: none.',
  ];
}

function costOf({ costPerMonth, costPerMillionCalls }: CapacityOption, capacity: CapacityRecord) {
  const { instance, policy } = capacity;
  if (costPerMonth === undefined || costPerMillionCalls === undefined) {
    return "unknown, since no price was given (--instance 'name=2c,4GiB,$52')";
  }
  const { currency } = instance;
  const { budgetPerMonth } = policy;
  const budget =
    budgetPerMonth === null
      ? ''
      : costPerMonth <= budgetPerMonth
        ? `, within the budget of ${formatMoney(budgetPerMonth, currency)}`
        : `, beyond the budget of ${formatMoney(budgetPerMonth, currency)}`;
  return (
    `${formatMoney(costPerMonth, currency)} a month, ` +
    `${formatMoney(costPerMillionCalls, currency)} a million calls${budget}`
  );
}

function rangeOf({ low, high }: CapacityOption['instances']): string {
  return low === high ? instanceCount(low) : `${formatCount(low)} to ${instanceCount(high)}`;
}

function instanceCount(count: number): string {
  return count === 1 ? '1 instance' : `${formatCount(count)} instances`;
}

function monthCount(count: number): string {
  return count === 1 ? '1 month' : `${count} months`;
}
