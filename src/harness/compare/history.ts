/**
 * When a scenario became slower or faster, from the records of many runs: one series for each scenario
 * and variant, and the change points in it.
 *
 * Only what can be compared is: runs of the environment that the newest has, and of the load that the
 * scenario had last. How many were left out is part of the result.
 */

import { ToolrigError } from '../../core/errors.ts';
import { didYouMean } from '../../core/nearest.ts';
import { isMadeByLoad } from '../results/made-by-load.ts';
import type { RunRecord, ScenarioRecord, VariantRecord } from '../results/run-record.ts';
import { type SerialDependence, serialDependence } from '../stats/autocorrelation.ts';
import {
  type ChangePoint,
  type ChangePointOptions,
  FEWEST_OF_SERIES,
  findChangePoints,
} from '../stats/change-points.ts';

/** What can be followed; `ns` is the time per call of whole blocks, of which ratios are made. */
export const HISTORY_METRICS = ['ns', 'p50', 'p99', 'cpu', 'alloc', 'throughput'] as const;
export type HistoryMetric = (typeof HISTORY_METRICS)[number];

/** What is kept of a record. */
export interface HistoryRun {
  readonly runId: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly gitCommit: string | null;
  readonly fingerprint: string;
  readonly isValid: boolean;
  readonly measured: readonly {
    readonly scenario: string;
    readonly variant: string;
    /** Equal for equal loads. */
    readonly load: string;
    readonly figures: Readonly<Record<HistoryMetric, number>>;
  }[];
}

export interface History {
  readonly metric: HistoryMetric;
  /** Runs that the series are made of, and when the first and the last of them started. */
  readonly runs: number;
  readonly from: string;
  readonly to: string;
  readonly leftOut: {
    /** Runs whose environment is not that of the newest. */
    readonly otherEnvironment: number;
    /** Runs whose numbers must not be used. */
    readonly invalid: number;
  };
  /** Shorter than this, a series has no change points. */
  readonly fewestRuns: number;
  readonly series: readonly HistorySeries[];
}

export interface HistorySeries {
  readonly scenario: string;
  readonly variant: string;
  /** The oldest first: ns, bytes, or calls per second. */
  readonly values: readonly number[];
  /** Runs of this scenario and variant whose load is not that of the newest. */
  readonly otherLoad: number;
  /** The earliest first. */
  readonly changes: readonly HistoryChange[];
  /**
   * How values depend on those before, beside the changes; `null` where they do not. Where they
   * do, p-values are smaller than they should be.
   */
  readonly dependence: SerialDependence | null;
}

export interface HistoryChange {
  /** The first run on the new level. */
  readonly runId: string;
  readonly startedAt: string;
  readonly gitCommit: string | null;
  /** Mean of the level before, and of that from here on. */
  readonly before: number;
  readonly after: number;
  /** After over before; `null` after 0. */
  readonly ratio: number | null;
  readonly pValue: number;
  readonly verdict: 'improved' | 'regressed';
  /** Runs from this one on, itself included. */
  readonly runsSince: number;
}

export interface HistoryOptions extends ChangePointOptions {
  /** Default: all. A scenario's name stands for all of its cases. */
  readonly scenario?: string | undefined;
  /** Default: all. */
  readonly variant?: string | undefined;
}

/** Below this p-value values are taken to depend on each other. */
const DEPENDENT_BELOW = 0.01;

/** What a history needs of a record. */
export function digestForHistory(record: RunRecord): HistoryRun {
  return {
    runId: record.runId,
    startedAt: record.startedAt,
    gitCommit: record.environment.gitCommit,
    fingerprint: record.environment.fingerprint,
    isValid: record.validity.verdict !== 'invalid',
    measured: record.scenarios.flatMap((scenario) =>
      scenario.variants
        .filter(({ succeeded }) => succeeded > 0)
        .map((variant) => ({
          scenario: scenario.name,
          variant: variant.variant,
          load: loadOf(record, scenario),
          figures: figuresOf(variant),
        })),
    ),
  };
}

/**
 * The history of one metric. A run that is there twice counts once.
 *
 * @throws ToolrigError `ERR_USAGE` when no run is left, no scenario or variant is of the name, or
 *   no series is long enough to show anything
 */
export function historyOf(
  runs: readonly HistoryRun[],
  metric: HistoryMetric,
  options: HistoryOptions = {},
): History {
  const all = [...new Map(runs.map((run) => [run.runId, run])).values()].toSorted(
    (a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt),
  );
  const valid = all.filter(({ isValid }) => isValid);
  const used = valid.filter(({ fingerprint }) => fingerprint === valid.at(-1)?.fingerprint);
  const leftOut = {
    otherEnvironment: valid.length - used.length,
    invalid: all.length - valid.length,
  };
  const [first, last] = [used[0], used.at(-1)];
  if (first === undefined || last === undefined) throw tooFew(0, leftOut);
  const series = namesOf(used, options).map((name) => seriesOf(used, name, metric, options));
  const longest = Math.max(...series.map(({ values }) => values.length));
  if (longest < FEWEST_OF_SERIES) throw tooFew(longest, leftOut);
  const [from, to] = [first.startedAt, last.startedAt];
  return { metric, runs: used.length, from, to, leftOut, fewestRuns: FEWEST_OF_SERIES, series };
}

/** Whether the latest change of any series made it worse, and that within its last `runs` runs. */
export function hasRecentRegression(history: History, runs: number): boolean {
  return history.series.some(({ changes }) => {
    const latest = changes.at(-1);
    return latest?.verdict === 'regressed' && latest.runsSince <= runs;
  });
}

interface SeriesName {
  readonly scenario: string;
  readonly variant: string;
}

/** The series there are, in the order of the newest run that has them. */
function namesOf(runs: readonly HistoryRun[], { scenario, variant }: HistoryOptions): SeriesName[] {
  const measured = runs.toReversed().flatMap((run) => run.measured);
  const names = new Map(
    measured.map(({ scenario: s, variant: v }) => [`${s}\n${v}`, { scenario: s, variant: v }]),
  );
  const all = [...names.values()];
  const ofScenario = all.filter((name) => isOf(name.scenario, scenario));
  if (ofScenario.length === 0) {
    throw unknown('scenario', scenario, new Set(all.map((name) => name.scenario)));
  }
  const found = ofScenario.filter((name) => variant === undefined || name.variant === variant);
  if (found.length > 0) return found;
  throw unknown('variant', variant, new Set(ofScenario.map((name) => name.variant)));
}

/** Whether a record's name is the scenario's own, or that of one of its cases. */
function isOf(name: string, scenario: string | undefined): boolean {
  return scenario === undefined || name === scenario || name.startsWith(`${scenario}/`);
}

function seriesOf(
  runs: readonly HistoryRun[],
  { scenario, variant }: SeriesName,
  metric: HistoryMetric,
  options: ChangePointOptions,
): HistorySeries {
  const all = runs.flatMap((run) =>
    run.measured
      .filter((each) => each.scenario === scenario && each.variant === variant)
      .map(({ load, figures }) => ({ run, load, value: figures[metric] })),
  );
  const points = all.filter(({ load }) => load === all.at(-1)?.load);
  const values = points.map(({ value }) => value);
  const found = findChangePoints(values, options);
  const changes = found.map((change): HistoryChange => {
    const { index, before, after, pValue } = change;
    const { run } = points[index] as (typeof points)[number];
    return {
      runId: run.runId,
      startedAt: run.startedAt,
      gitCommit: run.gitCommit,
      before,
      after,
      ratio: before === 0 ? null : after / before,
      pValue,
      verdict: after > before === (metric === 'throughput') ? 'improved' : 'regressed',
      runsSince: values.length - index,
    };
  });
  const dependence = dependenceBeside(values, found);
  return { scenario, variant, values, otherLoad: all.length - points.length, changes, dependence };
}

/** Looks at how far values lie from the mean of their level. */
function dependenceBeside(
  values: readonly number[],
  changes: readonly ChangePoint[],
): SerialDependence | null {
  const levelAt = (index: number) =>
    changes.findLast((change) => change.index <= index)?.after ?? changes[0]?.before ?? 0;
  const found = serialDependence(values.map((value, index) => value - levelAt(index)));
  const isDependent = found !== undefined && found.lagOne > 0 && found.pValue < DEPENDENT_BELOW;
  return isDependent ? found : null;
}

function figuresOf(variant: VariantRecord): Record<HistoryMetric, number> {
  return {
    ns: variant.nsPerCall.median,
    p50: variant.latencyNs.p50,
    p99: variant.latencyNs.p99,
    cpu: variant.cpuNsPerCall,
    alloc: variant.allocatedBytesPerCall,
    throughput: variant.throughputPerSecond.median,
  };
}

/** A server that `toolrig load` was pointed at is another than that of a scenario of this name. */
function loadOf(record: RunRecord, scenario: ScenarioRecord): string {
  const { executor, concurrency, batch, payloadBytes, thinkMs, thinkTime, arrivals, chaos } =
    scenario;
  const isDrawn = thinkTime === 'exponential';
  return JSON.stringify([
    [executor, concurrency, batch, payloadBytes, thinkMs, isDrawn],
    arrivals,
    chaos,
    isMadeByLoad(record),
  ]);
}

function tooFew(runs: number, { otherEnvironment, invalid }: History['leftOut']): ToolrigError {
  const others = [
    ...(otherEnvironment > 0 ? [`${otherEnvironment} of another environment`] : []),
    ...(invalid > 0 ? [`${invalid} that are invalid`] : []),
  ];
  const leftOut = others.length === 0 ? '' : `, not counting ${others.join(' and ')}`;
  return new ToolrigError(
    'ERR_USAGE',
    `a history needs at least ${FEWEST_OF_SERIES} runs that can be compared: no scenario and variant ` +
      `has more than ${runs}${leftOut}. Make more with toolrig bench`,
  );
}

function unknown(what: string, given: string | undefined, names: Set<string>): ToolrigError {
  return new ToolrigError(
    'ERR_USAGE',
    given === undefined
      ? 'the runs have no scenario of which a call succeeded'
      : `no run has a ${what} '${given}'.${didYouMean(given, names)}`,
  );
}
