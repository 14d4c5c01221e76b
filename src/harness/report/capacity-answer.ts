/** The first five lines of a capacity report: what somebody who reads no further has to know. */

import type { CapacityOption, CapacityRecord } from '../results/capacity-record.ts';
import { formatCount, formatInterval, formatShort } from './units.ts';

/** Share of the knee from which a limit is that of the replica itself. */
const NEAR_KNEE = 0.9;
const MOST_REASONS = 2;
const CONSTRAINTS = { cpu: 'CPU', 'event-loop': 'the event loop', memory: 'memory' } as const;

/** The answer, its interval, the binding constraint, the cost and the confidence. */
export function answerLines(capacity: CapacityRecord): readonly string[] {
  const [best] = capacity.options;
  if (best === undefined) return refusalLines(capacity);
  const { demand, instance, objectives } = capacity;
  const { instances, confidence, confidenceReasons } = best;
  const last = best.months.at(-1);
  const then =
    last === undefined || last.month === 0
      ? ''
      : ` In ${monthCount(last.month)}: ${formatCount(last.instances.expected)}.`;
  return [
    `Answer: ${instanceCount(instances.expected)} of ${instance.name} with ${best.variant} for ` +
      `${formatCount(demand.peakRatePerSecond)} calls/s, keeping to ${objectives.join(', ')}${spareText(capacity)}.${then}`,
    `Interval: ${intervalText(best, capacity)}.`,
    `Bound by: ${boundText(best)}.`,
    `Cost: ${costOf(best, capacity)}.`,
    `Confidence: ${confidence}${reasonsText(confidenceReasons)}.`,
  ];
}

/** What may be lost without being felt; the instances are for that, too. */
function spareText({ policy: { spare, zones } }: CapacityRecord): string {
  const lost = [
    ...(spare === 0 ? [] : [instanceCount(spare)]),
    ...(zones > 1 ? [`one of ${zones} zones`] : []),
  ];
  return lost.length === 0 ? ', with nothing to spare' : `, even when ${lost.join(' or ')} is lost`;
}

function intervalText(best: CapacityOption, { policy }: CapacityRecord): string {
  const { instances, maxRatePerSecond, replicasPerInstance } = best;
  const free =
    policy.headroom === 0 ? '' : `, ${Math.round(policy.headroom * 100)} % of it kept free`;
  const replicas = replicasPerInstance === 1 ? '1 replica' : `${replicasPerInstance} replicas`;
  return (
    `${rangeOf(instances)}; a replica carries ${formatInterval(maxRatePerSecond)} calls/s within the objectives, ` +
    `and an instance runs ${replicas}${free}`
  );
}

/** How near the limit is to what the option can answer at all: below it, more of the same is not what is missing. */
function boundText({ bindingConstraint, maxRatePerSecond, measured }: CapacityOption): string {
  const name = constraintName(bindingConstraint);
  if (measured.knee.state !== 'fitted') return name;
  const share = maxRatePerSecond.median / measured.knee.model.median;
  const most = formatShort(measured.knee.model.median);
  return share >= NEAR_KNEE
    ? `${name}; the objectives hold up to nearly all that a replica answers (${most} calls/s)`
    : `${name}; the objectives are missed from ${Math.round(share * 100)} % of what a replica answers at all (${most} calls/s)`;
}

/** The weightiest; the others are told under "Risks". */
function reasonsText(reasons: readonly string[]): string {
  if (reasons.length === 0) return '';
  const more = reasons.length - MOST_REASONS;
  return (
    `: ${reasons.slice(0, MOST_REASONS).join('; ')}` +
    (more > 0 ? `; and ${more} more under Risks` : '')
  );
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
