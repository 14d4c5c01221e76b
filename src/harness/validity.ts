/** Whether a run's numbers can be trusted, and why not. */

import type { Environment } from './results/environment.ts';
import type { ScenarioRecord, Validity, VariantRecord } from './results/run-record.ts';
import { groupByScenario, measurementName, type ScenarioGroup } from './results/scenario-group.ts';
import { succeededIn } from './results/succeeded-in.ts';
import { FEWEST_ROUNDS } from './stats/bootstrap.ts';
import { dependenceOfRounds, FEWEST_TO_TELL } from './stats/dependent-rounds.ts';

/** Up to so many measurements of a scenario are named; of more, it says how many. */
const MOST_NAMED = 3;
const TOO_NARROW = 'and intervals over them are too narrow';

/** What ended a run before its end. */
export interface EarlyEnd {
  /** In words. */
  readonly reason: string;
  /** `invalid` when what is there cannot be used for all that. */
  readonly verdict: 'suspect' | 'invalid';
}

/**
 * `invalid` when something was not measured at all; `suspect` when it was, under doubtful conditions.
 * A doubt about many measurements of a scenario is one reason.
 *
 * @param earlyEnd - `undefined` when the run came to its end
 */
export function validityOf(
  scenarios: readonly ScenarioRecord[],
  environment: Environment,
  earlyEnd: EarlyEnd | undefined,
): Validity {
  const fatal = scenarios.flatMap(failures);
  if (scenarios.length === 0) fatal.push('nothing was measured');
  const groups = groupByScenario(scenarios);
  const rows = groups.flatMap(measurementsOf).filter(isTold).length;
  const doubts = groups.flatMap((group) => scenarioDoubts(group, rows));
  const [load] = environment.loadAverage;
  if (load > environment.availableParallelism) {
    doubts.push(`the machine was busy at the start: load average ${load.toFixed(1)}`);
  }
  if (earlyEnd !== undefined)
    (earlyEnd.verdict === 'invalid' ? fatal : doubts).push(earlyEnd.reason);
  if (fatal.length > 0) return { verdict: 'invalid', reasons: [...fatal, ...doubts] };
  return { verdict: doubts.length > 0 ? 'suspect' : 'valid', reasons: doubts };
}

function failures({ name, variants, chaos }: ScenarioRecord): string[] {
  const silent = variants
    .filter(({ succeeded }) => succeeded === 0)
    .map(
      ({ variant, firstFailure }) =>
        `${name} on ${variant}: not one call succeeded (${firstFailure ?? 'none was made'})`,
    );
  const fault = chaos?.fault ?? null;
  // A run that nothing befell shows nothing about what services do when something does.
  const spared = fault === null ? [] : variants.filter(({ crashes = 0 }) => crashes === 0);
  return [
    ...silent,
    ...spared.map(({ variant }) => `${name} on ${variant}: no service crashed, for all its faults`),
  ];
}

/** Failures that the scenario does not expect. */
function unexpected({ failed, failedAsExpected = 0 }: VariantRecord): number {
  return failed - failedAsExpected;
}

interface Measurement {
  readonly name: string;
  readonly record: VariantRecord;
}

function measurementsOf({ cases }: ScenarioGroup): Measurement[] {
  return cases.flatMap(({ name, record }) =>
    record.variants.map((variant) => ({
      name: measurementName(name, variant.variant),
      record: variant,
    })),
  );
}

/** Whether it could be told that its rounds depend on each other. Those with chaos are to: services come back in them. */
function isTold({ record }: Measurement): boolean {
  return record.offered === undefined && record.rounds.length >= FEWEST_TO_TELL;
}

/** How many independent rounds tell as much; `undefined` where rounds do not depend on those before. */
function worthOf({ record }: Measurement, rows: number): number | undefined {
  const times = record.rounds.map((round) => round.durationMs / succeededIn(round));
  return dependenceOfRounds(times, rows)?.effectiveSize;
}

/** @param rows - measurements of the run of which it could be told that their rounds depend on each other */
function scenarioDoubts(group: ScenarioGroup, rows: number): string[] {
  const { name } = group;
  const all = measurementsOf(group);
  const unsteady = all.filter(({ record }) => !record.isSteady);
  // An open loop's variants are not compared by rounds: it needs one long one.
  const short = all.filter(
    ({ record }) => record.openLoop === undefined && record.rounds.length < FEWEST_ROUNDS,
  );
  const share = ({ length }: readonly Measurement[]) =>
    `${name}: ${length} of ${all.length} measurements`;
  // Where not one call succeeded, the run is invalid and says so.
  const failing = all.filter(({ record }) => unexpected(record) > 0 && record.succeeded > 0);
  const reasons: string[] = [];
  if (failing.length > MOST_NAMED) {
    const most = Math.max(...failing.map(({ record }) => unexpected(record) / record.calls));
    reasons.push(`${share(failing)} had failed calls (at most ${percent(most)} of them)`);
  } else if (failing.length > 0) {
    reasons.push(`${name}: ${failing.map(failureText).join(', ')}`);
  }
  const incomplete = all.filter(({ record }) => (record.dropped ?? 0) > 0);
  if (incomplete.length > MOST_NAMED) {
    const most = Math.max(...incomplete.map(({ record }) => droppedShare(record)));
    reasons.push(`${share(incomplete)} dropped arrivals (at most ${percent(most)} of them)`);
  } else if (incomplete.length > 0) {
    reasons.push(`${name}: dropped, and so in no latency: ${named(incomplete, droppedText)}`);
  }
  if (unsteady.length > MOST_NAMED) {
    const longestMs = Math.max(...unsteady.map(warmupMs));
    reasons.push(`${share(unsteady)} were not steady after the warm-up (longest ${longestMs} ms)`);
  } else if (unsteady.length > 0) {
    const names = named(unsteady, (each) => `${warmupMs(each)} ms`);
    reasons.push(`${name}: not steady after the warm-up: ${names}`);
  }
  if (short.length > MOST_NAMED) {
    const fewest = Math.min(...short.map(roundCount));
    reasons.push(`${share(short)} had fewer than ${FEWEST_ROUNDS} rounds (fewest ${fewest})`);
  } else if (short.length > 0) {
    const names = named(short, (each) => `only ${roundCount(each)}`);
    reasons.push(`${name}: fewer than ${FEWEST_ROUNDS} rounds: ${names}`);
  }
  const dependent = all.filter(isTold).flatMap((each) => {
    const worth = worthOf(each, rows);
    return worth === undefined ? [] : [{ ...each, worth }];
  });
  if (dependent.length > MOST_NAMED) {
    reasons.push(`${share(dependent)} had rounds that depend on those before: ${TOO_NARROW}`);
  } else if (dependent.length > 0) {
    const names = dependent.map(
      (each) => `${each.name} (${roundCount(each)} count for ${Math.round(each.worth)})`,
    );
    reasons.push(`${name}: rounds depend on those before, ${TOO_NARROW}: ${names.join(', ')}`);
  }
  const late = all.filter(
    ({ record }) => record.openLoop?.generatorVerdict === 'generator-limited',
  );
  if (late.length > MOST_NAMED) {
    reasons.push(`${share(late)} were limited by the generator, which came late to its arrivals`);
  } else if (late.length > 0) {
    reasons.push(`${name}: limited by the generator: ${named(late, latenessText)}`);
  }
  return reasons;
}

function droppedShare({ calls, dropped = 0 }: VariantRecord): number {
  return dropped / (calls + dropped);
}

function droppedText({ record }: Measurement): string {
  const { calls, dropped = 0 } = record;
  return `${count(dropped)} of ${count(calls + dropped)} calls`;
}

function latenessText({ record: { openLoop } }: Measurement): string {
  if (openLoop === undefined) return '';
  const { p99, max } = openLoop.pacingNs;
  const lateMs = (p99 / 1e6).toLocaleString('en-US', { maximumSignificantDigits: 3 });
  // Of fewer than a hundred arrivals no one in a hundred is later.
  return p99 < max
    ? `1 % of the arrivals were ${lateMs} ms late or more before they were sent or waited`
    : `arrivals were up to ${lateMs} ms late before they were sent or waited`;
}

function named(measurements: readonly Measurement[], detail: (each: Measurement) => string) {
  return measurements.map((each) => `${each.name} (${detail(each)})`).join(', ');
}

function failureText({ name, record }: Measurement): string {
  return `${count(unexpected(record))} of ${count(record.calls)} calls failed on ${name}`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function percent(ratio: number): string {
  return `${(ratio * 100).toLocaleString('en-US', { maximumSignificantDigits: 2 })} %`;
}

function warmupMs({ record }: Measurement): number {
  return Math.round(record.warmupMs);
}

function roundCount({ record }: Measurement): number {
  return record.rounds.length;
}
