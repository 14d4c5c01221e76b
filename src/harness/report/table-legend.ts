/** The words around a scenario's table: how it was run, and how to read the columns. */

import type { ScenarioRecord } from '../results/run-record.ts';
import { FEWEST_ROUNDS, isBounded } from '../stats/bootstrap.ts';
import { formatBytes, formatCount, formatNumber } from './units.ts';

/** Above this noise floor only differences of several times can be told from chance. */
const HIGH_NOISE_FLOOR = 0.5;

/** How a scenario was run: loop, concurrency, batch, payload, rounds. What cases differ in is left out. */
export function settingsOf(cases: readonly ScenarioRecord[]): string {
  const concurrency = shared(cases, (each) => each.concurrency);
  const batch = shared(cases, (each) => each.batch) ?? 1;
  const payloadBytes = shared(cases, (each) => each.payloadBytes) ?? null;
  const rounds = cases.map(({ variants }) =>
    Math.max(0, ...variants.map((variant) => variant.rounds.length)),
  );
  return [
    `${shared(cases, (each) => each.executor)} loop`,
    concurrency === undefined ? [] : `${concurrency} in flight`,
    batch > 1 ? `batches of ${formatCount(batch)}` : [],
    payloadBytes === null ? [] : `payload ${formatBytes(payloadBytes)}`,
    `${rangeOf(rounds, String)} ${Math.max(...rounds) === 1 ? 'round' : 'rounds'}`,
  ]
    .flat()
    .join(', ');
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
    hasRatios ? '× is times as fast, ÷ times as slow' : [],
    isAnyBounded ? interval : 'one round says nothing about the spread',
    noiseOf(cases),
  ]
    .flat()
    .join('; ');
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
    return [`a variant differs from itself by up to ${range} here`];
  }
  const where = Math.min(...floors) > HIGH_NOISE_FLOOR ? '' : ' in some of the cases';
  return [
    `this machine was too noisy${where} to tell variants apart finely: a variant differs from itself by up to ${range}`,
  ];
}

/** The smallest and the largest, or one when they read the same. */
function rangeOf(values: readonly number[], format: (value: number) => string): string {
  const ends = [Math.min(...values), Math.max(...values)].map(format);
  return [...new Set(ends)].join('–');
}

function shared<T>(
  cases: readonly ScenarioRecord[],
  of: (each: ScenarioRecord) => T,
): T | undefined {
  const values = [...new Set(cases.map(of))];
  return values.length === 1 ? values[0] : undefined;
}
