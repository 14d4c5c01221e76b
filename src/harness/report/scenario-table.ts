/**
 * What a report says about one scenario, as words and figures but without a format: the terminal
 * and the Markdown page are two ways to draw it, and can never disagree.
 *
 * Names are as the record has them; making them harmless is up to each format.
 */

import type {
  LatencySummary,
  ScenarioRecord,
  ThresholdOutcome,
  VariantRecord,
} from '../results/run-record.ts';
import { isBounded } from '../stats/bootstrap.ts';
import { ratioBetween } from './ratio-between.ts';
import {
  formatBytes,
  formatCount,
  formatInterval,
  formatNs,
  formatNumber,
  formatRatio,
} from './units.ts';

export interface ScenarioTable {
  readonly name: string;
  /** How it was run: loop, concurrency, batch, payload, rounds. */
  readonly settings: string;
  readonly header: readonly string[];
  readonly rows: readonly TableRow[];
  /** How to read the columns. */
  readonly legend: string;
  readonly notes: readonly TableNote[];
  readonly thresholds: readonly ThresholdLine[];
}

export interface TableRow {
  readonly variant: string;
  /** Marks of the notes that concern this variant, such as `¹ ²`. */
  readonly marks: string;
  /** The other columns, as in the header. */
  readonly cells: readonly string[];
}

export interface TableNote {
  readonly mark: string;
  readonly text: string;
}

export interface ThresholdLine {
  readonly passed: boolean;
  readonly text: string;
}

/** Variants that every other is set against, where they took part. */
const BASELINES = ['json', 'direct'];
const NOTHING = '–';

/** The table of one scenario. */
export function tabulateScenario(scenario: ScenarioRecord): ScenarioTable {
  const present = new Set(scenario.variants.map(({ variant }) => variant));
  const baselines = BASELINES.filter((baseline) => present.has(baseline) && present.size > 1);
  const notes = notesOf(scenario.variants);
  return {
    name: scenario.name,
    settings: settingsOf(scenario),
    header: [
      'variant',
      'calls/s',
      'p50',
      'p99',
      'p99.9',
      'CPU',
      'alloc',
      ...baselines.map((baseline) => `vs ${baseline}`),
    ],
    rows: scenario.variants.map((variant) => ({
      variant: variant.variant,
      marks: notes
        .filter(({ variants }) => variants.includes(variant))
        .map(({ mark }) => mark)
        .join(' '),
      cells: [
        formatInterval(variant.throughputPerSecond),
        ...percentileCells(variant.latencyNs),
        formatNs(variant.cpuNsPerCall),
        formatBytes(variant.allocatedBytesPerCall),
        ...baselines.map((baseline) => ratioCell(scenario, baseline, variant.variant)),
      ],
    })),
    legend: legendOf(scenario, baselines.length > 0),
    notes,
    thresholds: thresholdLines(scenario.thresholds),
  };
}

/** One line for all variants that keep to a threshold, and one for each that does not. */
function thresholdLines(outcomes: readonly ThresholdOutcome[]): ThresholdLine[] {
  const expressions = [...new Set(outcomes.map(({ expression }) => expression))];
  return expressions.flatMap((expression) => {
    const own = outcomes.filter((outcome) => outcome.expression === expression);
    const kept = own.filter(({ passed }) => passed).map(({ variant }) => variant);
    const broken = own.filter(({ passed }) => !passed);
    return [
      ...(kept.length === 0
        ? []
        : [{ passed: true, text: `${expression} holds for ${kept.join(', ')}` }]),
      ...broken.map(({ variant, metric, observed }) => ({
        passed: false,
        text: `${expression} is broken by ${variant}: ${formatObserved(metric, observed)}`,
      })),
    ];
  });
}

function formatObserved(metric: string, observed: number): string {
  if (metric === 'errors') return `${formatNumber(observed * 100)} %`;
  return metric === 'throughput' ? `${formatNumber(observed)}/s` : formatNs(observed);
}

function settingsOf({ executor, concurrency, batch, payloadBytes, variants }: ScenarioRecord) {
  const rounds = Math.max(0, ...variants.map((variant) => variant.rounds.length));
  return [
    `${executor} loop`,
    `${concurrency} in flight`,
    batch > 1 ? `batches of ${formatCount(batch)}` : [],
    payloadBytes === null ? [] : `payload ${formatBytes(payloadBytes)}`,
    rounds === 1 ? '1 round' : `${rounds} rounds`,
  ]
    .flat()
    .join(', ');
}

/** An empty histogram is all zeros, which must not be read as very fast. */
function percentileCells({ p50, p99, p999, max }: LatencySummary): string[] {
  return [p50, p99, p999].map((ns) => (max === 0 ? NOTHING : formatNs(ns)));
}

function ratioCell(scenario: ScenarioRecord, baseline: string, variant: string): string {
  if (baseline === variant) return '×1';
  const ratio = ratioBetween(scenario, baseline, variant);
  return ratio === undefined ? NOTHING : formatRatio(ratio);
}

/** Rounds from which the range of a median's interval is a 95 % one; see `medianInterval`. */
const ROUNDS_FOR_AN_INTERVAL = 6;

function legendOf({ variants, comparisons }: ScenarioRecord, hasRatios: boolean): string {
  const rounds = Math.min(...variants.map((variant) => variant.rounds.length));
  const isAnyBounded = variants.some(({ throughputPerSecond }) => isBounded(throughputPerSecond));
  const interval =
    rounds >= ROUNDS_FOR_AN_INTERVAL
      ? '[…] is the 95 % interval over rounds'
      : `[…] is the range of ${rounds} rounds: run ${ROUNDS_FOR_AN_INTERVAL} or more for a 95 % interval`;
  return [
    'CPU and alloc are per call',
    hasRatios ? '× is times as fast, ÷ times as slow' : [],
    isAnyBounded ? interval : 'one round says nothing about the spread',
    noiseOf(comparisons),
  ]
    .flat()
    .join('; ');
}

/** How finely this run can tell variants apart, where that was measured. */
function noiseOf(comparisons: ScenarioRecord['comparisons']): string[] {
  const [floor] = comparisons.flatMap(({ noiseFloor }) => noiseFloor ?? []);
  if (floor === undefined) return [];
  return [`a variant differs from itself by up to ${formatNumber(floor * 100)} % here`];
}

interface OwnedNote extends TableNote {
  readonly variants: readonly VariantRecord[];
}

/** One note for each variant that failed or was not steady, and one for all that are timer-limited. */
function notesOf(variants: readonly VariantRecord[]): OwnedNote[] {
  const failed = variants.filter(({ failed: count }) => count > 0);
  const unsteady = variants.filter(({ isSteady }) => !isSteady);
  const timerLimited = variants.filter(({ latencyVerdict }) => latencyVerdict === 'timer-limited');
  const notes: [variants: VariantRecord[], text: string][] = [
    ...failed.map((variant) => [[variant], failureText(variant)] as [VariantRecord[], string]),
    ...unsteady.map(
      (variant) =>
        [
          [variant],
          `not steady: still changing after ${formatNs(variant.warmupMs * 1e6)} of warm-up`,
        ] as [VariantRecord[], string],
    ),
  ];
  if (timerLimited.length > 0) {
    notes.push([
      timerLimited,
      'timer-limited: the median is below twenty clock reads; calls/s is exact, percentiles are not',
    ]);
  }
  return notes.map(([owners, text], i) => ({ variants: owners, text, mark: superscript(i + 1) }));
}

function failureText({ calls, failed, errors, checksFailed, firstFailure }: VariantRecord): string {
  const kinds = [
    ...Object.entries(errors).map(([code, count]) => `${code} ${formatCount(count)}`),
    ...(checksFailed > 0 ? [`wrong reply ${formatCount(checksFailed)}`] : []),
  ];
  const first = firstFailure === null ? '' : `; the first: ${firstFailure}`;
  const list = kinds.length === 0 ? '' : ` (${kinds.join(', ')})`;
  return `${formatCount(failed)} of ${formatCount(calls)} calls failed${list}${first}`;
}

function superscript(number: number): string {
  return String(number).replaceAll(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit)));
}
