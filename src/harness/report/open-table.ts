/** What a report says of an open loop: how calls came, and three times of each beside one another. */

import type { ArrivalStage } from '../results/open-loop-record.ts';
import type { ScenarioRecord, VariantRecord } from '../results/run-record.ts';
import { perCallText, percentileText } from './latency-text.ts';
import { formatCount, formatNs, formatNumber, formatShort } from './units.ts';

const NS_PER_MS = 1e6;
/** Histograms keep three significant digits: a difference below that is not known. */
const HISTOGRAM_STEP = 1e-3;
const NOTHING = '–';
/** More stages than that are counted instead of told. */
const MOST_STAGES = 4;

/** Columns beside the variant. */
export const OPEN_HEADER = [
  'sent/s',
  'done/s',
  'dropped',
  'response p50',
  'p99',
  'p99.9',
  'service p50',
  'p99',
  'lag p99',
  'CPU',
] as const;

/** Whether the calls of a scenario started on a schedule. */
export function isOpen({ executor }: ScenarioRecord): boolean {
  return executor === 'open';
}

/** The cells of a variant under {@link OPEN_HEADER}. */
export function openCells(variant: VariantRecord): string[] {
  const { openLoop, serviceNs, lagNs, dropped = 0 } = variant;
  if (openLoop === undefined || serviceNs === undefined || lagNs === undefined) {
    return OPEN_HEADER.map(() => NOTHING);
  }
  return [
    formatShort(openLoop.sentPerSecond),
    formatShort(variant.throughputPerSecond.median),
    formatCount(dropped),
    percentileText(variant, 'p50'),
    percentileText(variant, 'p99'),
    percentileText(variant, 'p999'),
    percentileText(variant, 'p50', serviceNs.p50),
    percentileText(variant, 'p99', serviceNs.p99),
    formatNs(lagNs.p99),
    perCallText(variant, formatNs(variant.cpuNsPerCall)),
  ];
}

/** How calls came, for the line above the table: `1,000/s constant for 10 s`. */
export function arrivalsText({ arrivals, concurrency, variants }: ScenarioRecord): string {
  if (arrivals === undefined) return '';
  const { process, stages, maxInFlight, workers } = arrivals;
  const isSearch = variants.some(({ maxRate }) => maxRate !== undefined);
  const limit =
    concurrency < maxInFlight
      ? `at most ${formatCount(concurrency)} out at once`
      : `at most ${formatCount(maxInFlight)} in flight`;
  return [
    isSearch
      ? 'looking for the highest rate'
      : stages.length > MOST_STAGES
        ? `${stages.length} stages, ${formatShort(arrivals.ratePerSecond)}/s in the mean`
        : stages.map(stageText).join(', '),
    process === 'poisson' ? 'Poisson arrivals' : 'evenly spaced',
    limit,
    ...(workers === 1 ? [] : [`from ${workers} threads`]),
  ].join(', ');
}

/** What a search for the highest rate found on a variant; nothing where none was made. */
export function maxRateRemarks({ maxRate }: VariantRecord): string[] {
  if (maxRate === undefined) return [];
  const { ratePerSecond, slo, high, limitedBy, evidence } = maxRate;
  const tries = `${evidence.length} ${evidence.length === 1 ? 'try' : 'tries'}`;
  if (ratePerSecond === 0) {
    const last = evidence.at(-1)?.failure ?? 'it was interrupted';
    return [`no rate kept ${slo} (${tries}; the last: ${last})`];
  }
  const why = limitedBy === 'generator' ? 'there the generator came too late' : 'there it broke';
  const bound = high === null ? 'the highest that was tried' : `not ${formatNumber(high)}: ${why}`;
  return [`${formatNumber(ratePerSecond)} calls/s keep ${slo} (${bound}; ${tries})`];
}

/** What the service says of its own time, where its replies do. */
export function heldRemarks(variant: VariantRecord): string[] {
  const { heldNs, serviceNs } = variant;
  if (heldNs === undefined || serviceNs === undefined) return [];
  const stepNs = serviceNs.p50 * HISTOGRAM_STEP;
  const wayNs = serviceNs.p50 - heldNs.p50;
  const wayText = wayNs > stepNs ? formatNs(wayNs) : `less than ${formatNs(stepNs)}`;
  return [
    `by its own clock the service had calls for ${percentileText(variant, 'p50', heldNs.p50)} (p50) and ` +
      `${percentileText(variant, 'p99', heldNs.p99)} (p99); the way there and back took ${wayText} (p50)`,
  ];
}

/** How to read the columns. */
export const OPEN_LEGEND =
  'response counts from the moment a call was to start, service from when it was sent, lag is what ' +
  'lies between; sent/s is what the schedule became, done/s what succeeded; dropped arrivals found ' +
  'no place and are in no latency; CPU is per call, without what pacing takes';

function stageText({ durationMs, fromPerSecond, toPerSecond }: ArrivalStage): string {
  const rate =
    fromPerSecond === toPerSecond
      ? formatNumber(fromPerSecond)
      : `${formatNumber(fromPerSecond)} to ${formatNumber(toPerSecond)}`;
  return `${rate} calls/s for ${formatNs(durationMs * NS_PER_MS)}`;
}
