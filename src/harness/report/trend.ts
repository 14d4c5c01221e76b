/**
 * Several runs in the order of their time: what each variant of each scenario made of them. A trend
 * shows where to look; whether something changed is for `compare` to say, which knows the noise.
 */

import type { Interval, RunRecord, ScenarioRecord } from '../results/run-record.ts';
import { formatShort } from './units.ts';

export interface Trend {
  /** From the oldest to the newest. */
  readonly runs: readonly TrendRun[];
  readonly lines: readonly TrendLine[];
  /** What makes the runs less comparable than they look; empty when nothing does. */
  readonly warnings: readonly string[];
}

export interface TrendRun {
  readonly runId: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly gitCommit: string | null;
  readonly validity: 'valid' | 'suspect' | 'invalid';
}

/** One variant of one scenario. */
export interface TrendLine {
  /** With the rate, where calls came at one. */
  readonly scenario: string;
  readonly variant: string;
  /** One a run; `undefined` where it did not take part. */
  readonly points: readonly (TrendPoint | undefined)[];
}

export interface TrendPoint {
  readonly callsPerSecond: Interval;
  readonly p50Ns: number;
  readonly p99Ns: number;
}

/** The trend of runs, in whatever order they come. */
export function trendOf(records: readonly RunRecord[]): Trend {
  const ordered = records.toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
  const lines = new Map<string, { scenario: string; variant: string }>();
  for (const { scenarios } of ordered) {
    for (const record of scenarios) {
      const scenario = titleOf(record);
      for (const { variant } of record.variants) {
        lines.set(JSON.stringify([scenario, variant]), { scenario, variant });
      }
    }
  }
  return {
    runs: ordered.map(({ runId, startedAt, environment, validity }) => ({
      runId,
      startedAt,
      gitCommit: environment.gitCommit,
      validity: validity.verdict,
    })),
    lines: [...lines.values()].map((line) => ({
      ...line,
      points: ordered.map((record) => pointOf(record, line.scenario, line.variant)),
    })),
    warnings: warningsAbout(ordered),
  };
}

/** The first and the last of the points that there are; `undefined` where there are not two. */
export function endsOf({ points }: TrendLine): readonly [TrendPoint, TrendPoint] | undefined {
  const known = points.filter((point) => point !== undefined);
  const [first, last] = [known[0], known.at(-1)];
  return first === undefined || last === undefined || known.length < 2 ? undefined : [first, last];
}

/** Calls at a rate are another measurement than calls as fast as can be: they have lines of their own. */
function titleOf({ name, arrivals }: ScenarioRecord): string {
  return arrivals === undefined ? name : `${name} at ${formatShort(arrivals.ratePerSecond)}/s`;
}

function pointOf(
  { scenarios }: RunRecord,
  scenario: string,
  variant: string,
): TrendPoint | undefined {
  const found = scenarios
    .find((record) => titleOf(record) === scenario)
    ?.variants.find((each) => each.variant === variant);
  if (found === undefined || found.succeeded === 0) return undefined;
  const { throughputPerSecond, latencyNs } = found;
  return { callsPerSecond: throughputPerSecond, p50Ns: latencyNs.p50, p99Ns: latencyNs.p99 };
}

function warningsAbout(records: readonly RunRecord[]): string[] {
  const machines = new Set(records.map(({ environment }) => environment.fingerprint));
  const doubtful = records.filter(({ validity }) => validity.verdict !== 'valid');
  return [
    ...(machines.size > 1
      ? [`the runs come from ${machines.size} different machines or versions of Node`]
      : []),
    ...(doubtful.length > 0
      ? [`${doubtful.length} of ${records.length} runs are not valid without reserve`]
      : []),
  ];
}
