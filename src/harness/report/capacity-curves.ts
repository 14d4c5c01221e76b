/** The curves of a capacity report, as tables, and what the models make of them. */

import { canSetAside, MOST_USED } from '../capacity/limit-fit.ts';
import { checkPredictions } from '../capacity/queue-predictions.ts';
import type {
  CapacityMeasurement,
  CapacityOption,
  CapacityPrediction,
  CapacityRate,
  CapacityRefusal,
  CapacityScaling,
  Fit,
} from '../results/capacity-record.ts';
import type { Interval } from '../stats/bootstrap.ts';
import type { Block } from './capacity-blocks.ts';
import { formatCount, formatInterval, formatNs, formatNsInterval } from './units.ts';

const NOTHING = '–';

/** What was measured at each rate. */
export function curveBlocks(option: CapacityOption): readonly Block[] {
  const { variant, measured } = option;
  return [
    { kind: 'curve', option },
    {
      kind: 'table',
      caption: `${variant}: rate and latency`,
      header: ['calls/s', 'answered/s', 'p50', 'p99', 'failed', 'busy cores', 'event loop'],
      rows: measured.sweep.map((point) => [
        point.offeredPerSecond === null ? NOTHING : formatCount(point.offeredPerSecond),
        formatCount(point.throughputPerSecond),
        point.p50 === null ? NOTHING : formatNs(point.p50),
        point.p99 === null ? NOTHING : formatNs(point.p99),
        percent(point.errorRatio),
        point.busyCores === null ? NOTHING : point.busyCores.toFixed(2),
        point.eventLoopUtilization === null ? NOTHING : percent(point.eventLoopUtilization),
      ]),
      wordColumns: 0,
      isFolded: true,
    },
  ];
}

/** The windows that the highest rate rests on; those of the best option are shown unasked. */
export function windowBlocks(
  { variant, measured, maxRatePerSecond }: CapacityOption,
  index: number,
): readonly Block[] {
  const { rates } = measured;
  if (rates.length === 0) return [];
  const caption = `${variant}: windows by rate, limit at ${formatInterval(maxRatePerSecond)} calls/s`;
  return [rateTable(caption, rates, index > 0)];
}

/** The windows by which an option was refused, where there are any. */
export function refusalBlocks({ variant, rates = [] }: CapacityRefusal): readonly Block[] {
  if (rates.length === 0) return [];
  const windows = rates.reduce((sum, rate) => sum + rate.windows, 0);
  const heldUp = rates.reduce((sum, rate) => sum + rate.heldUp, 0);
  const fate = canSetAside(windows, heldUp) ? 'set aside' : 'too many to be set aside';
  const aside = heldUp === 0 ? '' : `, of which others held up ${formatCount(heldUp)} (${fate})`;
  const caption = `${variant}: windows by rate, ${formatCount(windows)} in all${aside}`;
  return [rateTable(caption, rates, true)];
}

function rateTable(caption: string, rates: readonly CapacityRate[], isFolded: boolean): Block {
  return {
    kind: 'table',
    caption,
    header: ['calls/s', 'windows', 'held up', 'budget used', 'p99', 'longest', 'p99 with all'],
    rows: rates.map((rate) => [
      formatCount(rate.ratePerSecond),
      formatCount(rate.windows),
      formatCount(rate.heldUp),
      budgetText(rate.budgetUsed),
      formatNs(rate.p99),
      formatNs(rate.max),
      formatNs(rate.p99WithAll),
    ]),
    wordColumns: 0,
    isFolded,
  };
}

/** Every model: what it found, or why it could not. */
export function modelBlocks({ variant, measured }: CapacityOption): readonly Block[] {
  return [
    { kind: 'list', items: modelLines(measured).map((line) => `${variant}: ${line}`) },
    ...(measured.predictions.state === 'fitted'
      ? [predictionTable(variant, measured.predictions.model)]
      : []),
  ];
}

function modelLines(measured: CapacityMeasurement): readonly string[] {
  const { knee, predictedKnee, cpuDemandNs, scaling, predictions, littlesLaw } = measured;
  return [
    sentence('knee, as measured', knee, perSecond),
    sentence('knee, by the utilisation law of the event loop', predictedKnee, perSecond),
    sentence('CPU time of a call, by the utilisation law', cpuDemandNs, formatNsInterval),
    sentence('queueing', predictions, queueingText),
    sentence('scalability law', scaling, scalingText),
    littleText(littlesLaw),
  ];
}

/** Whether the theory can be planned with, by what was measured beside it. */
function queueingText(rows: readonly CapacityPrediction[]): string {
  const [first, ...others] = rows;
  if (first === undefined) return 'no rate to be held against';
  const { ratio, holds } = checkPredictions([first, ...others]);
  const found = `GI/G/c puts p99 at ${ratio.toFixed(2)} times what was measured, at the middle of ${rows.length} rates`;
  return holds
    ? `${found}: close enough to be asked about rates in between`
    : `refused, since ${found}: calls of very different lengths on one thread, pauses of a collector and shared cores are not in it. ` +
        'The instances rest on what was measured, and on nothing of it';
}

function predictionTable(variant: string, rows: readonly CapacityPrediction[]): Block {
  return {
    kind: 'table',
    caption: `${variant}: p50 and p99 by queueing theory, beside what was measured`,
    header: ['calls/s', 'busy', 'p50', 'M/M/c', 'GI/G/c', 'p99', 'M/M/c', 'GI/G/c', 'off'],
    rows: rows.map(({ ratePerSecond, utilisation, measured, exponential, general }) => [
      formatCount(ratePerSecond),
      percent(utilisation),
      formatNs(measured.p50),
      formatNs(exponential.p50),
      formatNs(general.p50),
      formatNs(measured.p99),
      formatNs(exponential.p99),
      formatNs(general.p99),
      `${general.p99 >= measured.p99 ? '+' : '−'}${percent(Math.abs(general.p99 / measured.p99 - 1))}`,
    ]),
    wordColumns: 0,
  };
}

function scalingText(scaling: CapacityScaling): string {
  const { over, lambda, sigma, kappa, knee, rSquared, warnings } = scaling;
  const peak = knee === null ? '' : `, throughput peaks at N* = ${formatInterval(knee)}`;
  const cautions = warnings.map((warning) => `; ${warning}`).join('');
  return (
    `over ${over}: λ ${formatInterval(lambda)} calls/s, σ ${coefficient(sigma)}, ` +
    `κ ${coefficient(kappa)}${peak}, R² ${rSquared.toFixed(3)}${cautions}`
  );
}

function littleText(checks: CapacityMeasurement['littlesLaw']): string {
  if (checks.length === 0) return "Little's law: calls in flight were not counted";
  const broken = checks.filter(({ holds }) => !holds);
  if (broken.length === 0)
    return `Little's law: L = λW holds within 5 % at all ${checks.length} rates looked at`;
  const [worst] = broken;
  return (
    `Little's law: L = λW fails at ${broken.length} of ${checks.length} rates, such as ` +
    `${formatCount(worst?.ratePerSecond ?? 0)} calls/s (${worst?.inFlight.toFixed(2)} in flight, ` +
    `${worst?.expected.toFixed(2)} expected)`
  );
}

function sentence<T>(what: string, fit: Fit<T>, say: (model: T) => string): string {
  return `${what}: ${fit.state === 'fitted' ? say(fit.model) : fit.reason}`;
}

function perSecond(interval: Interval): string {
  return `${formatInterval(interval)} calls/s`;
}

/** σ and κ are small: four significant digits of each end. */
function coefficient({ median, low, high }: Interval): string {
  const figure = (value: number) => (value === 0 ? '0' : value.toPrecision(4));
  return `${figure(median)} [${figure(low)}–${figure(high)}]`;
}

function budgetText(used: number | null): string {
  if (used === null) return NOTHING;
  return used >= MOST_USED ? `${MOST_USED}× or more` : percent(used);
}

function percent(ratio: number): string {
  const value = ratio * 100;
  return `${value === 0 || value >= 10 ? value.toFixed(0) : value.toPrecision(2)} %`;
}
