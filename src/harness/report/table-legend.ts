/** The words around a scenario's table: how it was run, and how to read the columns. */

import type { ScenarioRecord, VariantRecord } from '../results/run-record.ts';
import { type CaseRecord, measurementName } from '../results/scenario-group.ts';
import { FEWEST_ROUNDS, isBounded } from '../stats/bootstrap.ts';
import { troubleOf } from './chaos-table.ts';
import { arrivalsText } from './open-table.ts';
import { formatBytes, formatCount, formatNs, formatNumber } from './units.ts';

/** Above this noise floor only differences of several times can be told from chance. */
const HIGH_NOISE_FLOOR = 0.5;

/** How a scenario was run: loop, concurrency, batch, payload, rounds. What cases differ in is left out. */
export function settingsOf(cases: readonly ScenarioRecord[]): string {
  const payloadBytes = shared(cases, (each) => each.payloadBytes) ?? null;
  const rounds = cases.map(({ variants }) =>
    Math.max(0, ...variants.map((variant) => variant.rounds.length)),
  );
  const batch = shared(cases, (each) => each.batch);
  const arrivals = shared(cases, arrivalsText) ?? '';
  return [
    `${shared(cases, (each) => each.executor)} loop`,
    ...(arrivals === ''
      ? inFlight(
          shared(cases, (each) => each.concurrency),
          batch,
        )
      : [arrivals, batch === undefined || batch === 1 ? '' : `batches of ${formatCount(batch)}`]),
    shared(cases, thoughtText) ?? '',
    shared(cases, (each) => troubleOf(each.chaos)) ?? '',
    payloadBytes === null ? [] : `payload ${formatBytes(payloadBytes)}`,
    `${rangeOf(rounds, String)} ${Math.max(...rounds) === 1 ? 'round' : 'rounds'}`,
  ]
    .flat()
    .filter((part) => part !== '')
    .join(', ');
}

function thoughtText({ thinkMs = 0, thinkTime }: ScenarioRecord): string {
  if (thinkMs === 0) return '';
  const kind = thinkTime === 'exponential' ? ' on average (exponential)' : '';
  return `thinking ${formatNs(thinkMs * 1e6)}${kind} between calls`;
}

/** Callers, and what each has under way at once; what cases differ in is `undefined`. */
function inFlight(callers: number | undefined, batch: number | undefined): string[] {
  if (batch === 1) return callers === undefined ? [] : [`${formatCount(callers)} in flight`];
  const who = callers === undefined ? [] : [plural(callers, 'caller')];
  const what = batch === undefined ? [] : [`batches of ${formatCount(batch)}`];
  const both = [...who, ...what].join(' × ');
  if (callers === undefined || batch === undefined) return both === '' ? [] : [both];
  return [`${both} = ${formatCount(callers * batch)} in flight`];
}

/** How to read the columns, and how finely they can be told apart. */
export function legendOf(cases: readonly ScenarioRecord[], hasRatios: boolean): string {
  const variants = cases.flatMap((each) => each.variants);
  const rounds = Math.min(...variants.map((variant) => variant.rounds.length));
  const isAnyBounded = variants.some(({ throughputPerSecond }) => isBounded(throughputPerSecond));
  const interval =
    rounds >= FEWEST_ROUNDS
      ? '[…] is the 95 % interval over rounds'
      : `[…] is the range of ${rounds} rounds: run ${FEWEST_ROUNDS} or more for a 95 % interval`;
  return [
    'CPU and alloc are per call',
    'alloc is V8 heap of the calling side, buffers (ArrayBuffer) and child processes not included',
    harnessShare(variants),
    hasRatios ? '× is times as fast, ÷ times as slow' : [],
    isAnyBounded ? interval : 'one round says nothing about the spread',
    noiseOf(cases),
  ]
    .flat()
    .join('; ');
}

/** How long a batch takes on each variant of each case that sends them; empty when none does. */
export function batchLatenciesOf(cases: readonly CaseRecord[]): string {
  const figures = cases.flatMap(({ name, record }) =>
    record.variants.flatMap(({ variant, batchNs }) =>
      batchNs === null
        ? []
        : `${measurementName(name, variant)} ${formatNs(batchNs.p50)}, ${formatNs(batchNs.p99)}`,
    ),
  );
  return figures.length === 0 ? '' : `a whole batch takes (p50, p99): ${figures.join('; ')}`;
}

/** What the harness adds to each figure, by the first variant whose load it drove itself. */
function harnessShare(variants: readonly VariantRecord[]): string[] {
  const driven = variants.filter(({ harnessNsPerCall }) => harnessNsPerCall !== null);
  const share = driven[0]?.harnessNsPerCall;
  if (share === undefined || share === null) return [];
  const others = variants.filter((each) => !driven.includes(each)).map(({ variant }) => variant);
  const except = others.length === 0 ? '' : ` but those of ${[...new Set(others)].join(', ')}`;
  return [`the harness's own ${formatNs(share)} a call are inside every figure${except}`];
}

/** How finely this run can tell variants apart, where that was measured. */
function noiseOf(cases: readonly ScenarioRecord[]): string[] {
  // All comparisons of a case carry the floor of that case.
  const floors = cases.flatMap(
    ({ comparisons }) =>
      comparisons.find(({ noiseFloor }) => noiseFloor !== null)?.noiseFloor ?? [],
  );
  if (floors.length === 0) return [];
  const range = `${rangeOf(floors, (floor) => formatNumber(Number((floor * 100).toPrecision(2))))} %`;
  if (Math.max(...floors) <= HIGH_NOISE_FLOOR) {
    return [`one variant measured twice differs from itself by up to ${range} here`];
  }
  const where = Math.min(...floors) > HIGH_NOISE_FLOOR ? '' : ' in some of the cases';
  return [
    `this machine was too noisy${where} to tell variants apart finely: one variant measured twice differs from itself by up to ${range}`,
  ];
}

/** The smallest and the largest, or one when they read the same. */
function rangeOf(values: readonly number[], format: (value: number) => string): string {
  const ends = [Math.min(...values), Math.max(...values)].map(format);
  return [...new Set(ends)].join('–');
}

function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function shared<T>(
  cases: readonly ScenarioRecord[],
  of: (each: ScenarioRecord) => T,
): T | undefined {
  const values = [...new Set(cases.map(of))];
  return values.length === 1 ? values[0] : undefined;
}
