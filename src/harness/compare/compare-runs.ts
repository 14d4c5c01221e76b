/**
 * Finds out what of two runs can be compared, and compares it: the same variant of two runs, or two
 * variants of one.
 *
 * Two variants of one run took turns, so their rounds are paired. Two runs were made at different
 * times, and what the machine was like then is in the difference: their rounds are not paired, and
 * the comparison says so.
 */

import { isDeepStrictEqual } from 'node:util';
import { isMadeByLoad } from '../results/made-by-load.ts';
import type { ArrivalsRecord } from '../results/open-loop-record.ts';
import type { RunRecord, ScenarioRecord, VariantRecord } from '../results/run-record.ts';
import { dependenceOfRounds } from '../stats/dependent-rounds.ts';
import { failuresOf } from './failures.ts';
import { METRICS, type Metric, metricOf } from './metric.ts';
import { differencesBetween } from './same-machine.ts';
import { type NoiseFloors, noiseFloorsOf, type Subject } from './suite.ts';

/** What may be compared, and what is to be known about it. */
export interface Comparable {
  readonly subjects: readonly Subject[];
  /** What the baseline has and the candidate lacks: no figure tells of it. */
  readonly missing: readonly string[];
  /** What succeeds in the baseline and fails in the candidate, beyond what its thresholds allow: no figure tells of that either. */
  readonly broken: readonly string[];
  /** What makes the figures say less than they seem to. */
  readonly warnings: readonly string[];
}

/** Which part of the runs; what is not given is all of it. */
export interface Selection {
  readonly scenarios?: readonly string[] | undefined;
  readonly variants?: readonly string[] | undefined;
}

export interface RunSelection extends Selection {
  /** Whether the candidate may lack what the baseline has; if so, that is a warning. Default: `refuse`. */
  readonly missing?: 'refuse' | 'allow';
}

const SHARED_LUCK =
  'the rounds of a process share its luck: another start of the same code may differ by more';
const DIFFERENT_TIMES =
  'the runs were made at different times, and what the machine was like then is in every figure; ' +
  'noise floors are those within each run, not between the two';

const OTHER_PROCESSES = "one side's CPU is the caller's alone, the other's its server's as well";

/** The same variants of two runs. */
export function comparableRuns(
  baseline: RunRecord,
  candidate: RunRecord,
  selection: RunSelection = {},
): Comparable {
  const { missing = 'refuse' } = selection;
  const gone = onlyIn(baseline, candidate, selection);
  const doubt = doubtAbout(baseline, candidate);
  const pairs = chosen(baseline, selection).flatMap((base) => {
    const other = candidate.scenarios.find(({ name }) => name === base.name);
    return other === undefined ? [] : [{ base, other }];
  });
  return {
    subjects: pairs.flatMap(({ base, other }) => {
      const noiseFloors = largerOf(noiseFloorsIn(base), noiseFloorsIn(other));
      const loads = doubt ?? differentLoad(base, other);
      return base.variants
        .filter(({ variant }) => selection.variants?.includes(variant) ?? true)
        .flatMap((one) => {
          const two = other.variants.find(({ variant }) => variant === one.variant);
          if (two === undefined) return [];
          const subject = subjectOf(base.name, one.variant, one, two);
          const reason = loads ?? subject.doubt ?? sameRun(baseline, candidate);
          return [{ ...subject, pairing: 'unpaired' as const, noiseFloors, doubt: reason }];
        });
    }),
    missing: missing === 'refuse' ? gone : [],
    broken: pairs.flatMap(({ base, other }) =>
      base.variants
        .filter(({ variant }) => selection.variants?.includes(variant) ?? true)
        .flatMap((one) => brokenIn(one, other, one.variant)),
    ),
    warnings: [
      DIFFERENT_TIMES,
      SHARED_LUCK,
      ...[baseline, candidate].flatMap(suspicion),
      ...otherVersions(baseline, candidate),
      ...(missing === 'refuse' ? [] : gone),
      ...onlyIn(candidate, baseline, selection),
    ],
  };
}

/** Two variants of one run, in each scenario that has both. */
export function comparableVariants(
  run: RunRecord,
  [baseline, candidate]: readonly [string, string],
  selection: Pick<Selection, 'scenarios'> = {},
): Comparable {
  const { runId, validity } = run;
  const doubt = validity.verdict === 'invalid' ? `run ${runId} is invalid` : undefined;
  const subjects = chosen(run, selection).flatMap((scenario): Subject[] => {
    const find = (name: string) => scenario.variants.find(({ variant }) => variant === name);
    const [one, two] = [find(baseline), find(candidate)];
    if (one === undefined || two === undefined) return [];
    const subject = subjectOf(scenario.name, `${baseline} → ${candidate}`, one, two);
    const noiseFloors = noiseFloorsIn(scenario);
    const reason = doubt ?? subject.doubt;
    return [{ ...subject, pairing: 'paired', noiseFloors, doubt: reason }];
  });
  return {
    subjects,
    missing: [],
    broken: chosen(run, selection).flatMap((scenario) => {
      const one = scenario.variants.find(({ variant }) => variant === baseline);
      return one === undefined ? [] : brokenIn(one, scenario, candidate);
    }),
    warnings: [
      SHARED_LUCK,
      ...suspicion(run),
      ...subjects.flatMap((subject) => dependence(subject, subjects.length)),
    ],
  };
}

/** That the candidate fails where the baseline does not: a baseline that fails, too, is no yardstick. */
function brokenIn(
  baseline: VariantRecord,
  { name, variants, thresholds }: ScenarioRecord,
  variant: string,
): string[] {
  const candidate = variants.find((each) => each.variant === variant);
  if (candidate === undefined || failuresOf(baseline) !== undefined) return [];
  const onErrors = thresholds.filter(
    (each) => each.metric === 'errors' && each.variant === variant,
  );
  const isAllowed = onErrors.length > 0 && onErrors.every(({ passed }) => passed);
  const how =
    candidate.succeeded === 0 ? 'no call succeeded' : isAllowed ? undefined : failuresOf(candidate);
  return how === undefined ? [] : [`${name} on ${variant}: ${how} in the candidate`];
}

/** That the ratios of rounds rise and fall together, which their interval knows nothing of. */
function dependence(subject: Subject, looks: number): string[] {
  const others = new Map(subject.candidate.map((each) => [each.round, each]));
  const ratios = subject.baseline.flatMap((each) => {
    const other = others.get(each.round);
    return other === undefined ? [] : [metricOf('nsPerCall', other) / metricOf('nsPerCall', each)];
  });
  const found = dependenceOfRounds(ratios, looks);
  if (found === undefined) return [];
  const worth = Math.round(found.effectiveSize);
  return [
    `${subject.scenario} on ${subject.variant}: the ratios of rounds depend on those before, so that ${ratios.length} count ` +
      `for ${worth}, and intervals are too narrow`,
  ];
}

function chosen({ scenarios }: RunRecord, selection: Selection): readonly ScenarioRecord[] {
  return scenarios.filter(({ name }) => isChosen(name, selection.scenarios));
}

/** A scenario stands for all of its cases. */
function isChosen(name: string, scenarios: readonly string[] | undefined): boolean {
  return scenarios?.some((each) => name === each || name.startsWith(`${each}/`)) ?? true;
}

function subjectOf(
  scenario: string,
  variant: string,
  baseline: VariantRecord,
  candidate: VariantRecord,
): Omit<Subject, 'pairing' | 'noiseFloors'> {
  return {
    scenario,
    variant,
    baseline: baseline.rounds,
    candidate: candidate.rounds,
    clockReadNs: Math.max(baseline.clockReadNs, candidate.clockReadNs),
    cpuDoubt: baseline.usageOf === candidate.usageOf ? undefined : OTHER_PROCESSES,
    doubt: [baseline, candidate].map(failuresOf).find((each) => each !== undefined),
  };
}

/** Why two runs cannot be held against each other at all. */
function doubtAbout(baseline: RunRecord, candidate: RunRecord): string | undefined {
  // A machine that was busy during one of the runs makes a difference that no interval knows of.
  const doubtful = [baseline, candidate].find(({ validity }) => validity.verdict !== 'valid');
  if (doubtful !== undefined) return `run ${doubtful.runId} is ${doubtful.validity.verdict}`;
  if (isMadeByLoad(baseline) !== isMadeByLoad(candidate)) {
    return 'one run is of a server that toolrig load was pointed at, the other of services of its own';
  }
  const differences = differencesBetween(baseline.environment, candidate.environment);
  return differences === undefined ? undefined : `the environments differ${differences}`;
}

/** That a run does not differ from itself says nothing about anything. */
function sameRun(baseline: RunRecord, candidate: RunRecord): string | undefined {
  return baseline.runId === candidate.runId ? 'both are the same run' : undefined;
}

/** What a call costs the harness itself may have changed with it. */
function otherVersions({ tool: one }: RunRecord, { tool: two }: RunRecord): string[] {
  if (one.version === two.version) return [];
  return [
    `the base was measured by toolrig ${one.version} and the candidate by ${two.version}: the difference may be theirs`,
  ];
}

function suspicion({ runId, validity }: RunRecord): string[] {
  if (validity.verdict !== 'suspect') return [];
  return [`run ${runId} is suspect: ${validity.reasons.join('; ')}`];
}

function differentLoad(one: ScenarioRecord, two: ScenarioRecord): string | undefined {
  const [base, other] = [one, two].map(loadOf);
  if (base !== other) return `the loads differ: ${base} and ${other}`;
  return isDeepStrictEqual(one.chaos, two.chaos)
    ? undefined
    : 'the loads differ: services were not troubled alike';
}

function loadOf(scenario: ScenarioRecord): string {
  const { executor, concurrency, batch, payloadBytes, thinkMs, thinkTime, arrivals } = scenario;
  const size = payloadBytes === null ? '' : `, ${payloadBytes} B`;
  const rate = arrivals === undefined ? '' : ` at ${rateOf(arrivals)}, ${spacingOf(arrivals)}`;
  const kind = thinkTime === 'exponential' ? ' on average, exponential' : '';
  const pause = thinkMs === undefined ? '' : `, ${thinkMs} ms of thought${kind}`;
  return `${executor} loop, ${concurrency} × ${batch} in flight${rate}${pause}${size}`;
}

/** From more threads calls come on more connections. */
function spacingOf({ process, workers }: ArrivalsRecord): string {
  return workers === 1 ? process : `${process} from ${workers} threads`;
}

/** Of stages the whole shape: a ramp and a constant rate have the same mean, and other latencies. */
function rateOf({ ratePerSecond, stages }: ArrivalsRecord): string {
  const isConstant = stages.every(
    ({ fromPerSecond, toPerSecond }) =>
      fromPerSecond === toPerSecond && fromPerSecond === stages[0]?.fromPerSecond,
  );
  if (isConstant) return `${ratePerSecond}/s`;
  return stages
    .map(
      ({ durationMs, fromPerSecond, toPerSecond }) =>
        `${durationMs}ms@${fromPerSecond}-${toPerSecond}`,
    )
    .join(',');
}

/** What one of the runs has and the other lacks: it is in no figure, and so must be said. */
function onlyIn(run: RunRecord, other: RunRecord, selection: Selection): string[] {
  return chosen(run, selection).flatMap((scenario) => {
    const counterpart = other.scenarios.find(({ name }) => name === scenario.name);
    if (counterpart === undefined) return [`only run ${run.runId} has ${scenario.name}`];
    return scenario.variants
      .filter(({ variant }) => selection.variants?.includes(variant) ?? true)
      .filter(({ variant }) => counterpart.variants.every((each) => each.variant !== variant))
      .map(({ variant }) => `only run ${run.runId} has ${scenario.name} on ${variant}`);
  });
}

/** From the variant that was measured twice in every round. */
function noiseFloorsIn({ variants, twin }: ScenarioRecord): NoiseFloors {
  const own = variants.find(({ variant }) => variant === twin?.variant);
  if (own === undefined || twin === undefined) return {};
  return noiseFloorsOf(own.rounds, twin.rounds, METRICS);
}

function largerOf(one: NoiseFloors, two: NoiseFloors): NoiseFloors {
  const floors: Partial<Record<Metric, number>> = {};
  for (const metric of METRICS) {
    const [a, b] = [one[metric], two[metric]];
    // Of a metric that one of the runs has no floor for, nothing is known.
    if (a !== undefined && b !== undefined) floors[metric] = Math.max(a, b);
  }
  return floors;
}
