/**
 * What a report says of a scenario with chaos beside its figures of speed: the accounts of its calls
 * as a second table, and what befell memory, the services that were spared, and figures over time.
 */

import type { ChaosRecord, DriftRecord } from '../results/chaos-record.ts';
import type { Slope, VariantRecord } from '../results/run-record.ts';
import { type CaseRecord, measurementName } from '../results/scenario-group.ts';
import { formatBytes, formatCount, formatNs, formatNumber } from './units.ts';

/** The accounts: every call, and how soon services came back. */
export interface AccountsTable {
  readonly header: readonly string[];
  /** One a case, as in the table above it. */
  readonly sections: readonly {
    readonly title: string;
    readonly rows: readonly {
      readonly variant: string;
      readonly marks: '';
      readonly cells: readonly string[];
    }[];
  }[];
}

/** A run must last so long for what it says of an hour to be worth a line, in ms. */
const SHORTEST_FOR_DRIFT_MS = 60_000;
const NOTHING = '–';

/** The accounts of a scenario's calls; `undefined` where nobody kept any. */
export function accountsOf(cases: readonly CaseRecord[]): AccountsTable | undefined {
  if (cases.every(({ record }) => record.chaos === undefined)) return undefined;
  return {
    header: [
      'every call',
      'offered',
      'answered',
      'failed',
      'lost',
      'twice',
      'crashes',
      'back p50',
      'p99',
      'max',
    ],
    sections: cases.map(({ name, record }) => ({
      title: name,
      rows: record.variants.map((variant) => ({
        variant: variant.variant,
        marks: '' as const,
        cells: accountCells(variant),
      })),
    })),
  };
}

/** How services were troubled, for the line above the table: `kill of a or b about every 1 s`. */
export function troubleOf(chaos: ChaosRecord | undefined): string {
  if (chaos === undefined) return '';
  const { fault } = chaos;
  if (fault === null) return 'every call accounted for';
  return `${fault.kind} of ${fault.services.join(' or ')} about every ${formatNs(fault.everyMs * 1e6)}`;
}

/** How to read the two tables; empty where there is one. */
export function accountsLegend(cases: readonly CaseRecord[]): string {
  if (accountsOf(cases) === undefined) return '';
  const isFaulty = cases.some(({ record }) => (record.chaos?.fault ?? null) !== null);
  const from = isFaulty ? 'from a fault' : 'from the end of the load';
  return (
    'rates and latencies are those of calls answered under load; the accounts hold every call, those ' +
    `of the warm-up included; twice is answered twice; back is ${from} to the first right reply to a later call`
  );
}

/** A line for each thing that a row has to tell beside its figures. */
export function chaosRemarks(cases: readonly CaseRecord[]): string[] {
  return cases.flatMap(({ name, record }) =>
    record.variants.flatMap((variant) => {
      const remarks = [
        ...failuresOf(variant),
        ...(isWatchingMemory(record.chaos) ? memoryOf(variant) : []),
        ...sparedOf(variant),
        ...driftOf(variant),
      ];
      return remarks.map((text) => `${measurementName(name, variant.variant)}: ${text}`);
    }),
  );
}

function accountCells(variant: VariantRecord): string[] {
  const { offered = 0, lost = 0, answeredTwice = 0, crashes = 0, recoveryNs = null } = variant;
  return [
    ...[offered, variant.succeeded, variant.failed, lost, answeredTwice, crashes].map(formatCount),
    ...(recoveryNs === null
      ? [NOTHING, NOTHING, NOTHING]
      : [recoveryNs.p50, recoveryNs.p99, recoveryNs.max].map(formatNs)),
  ];
}

function failuresOf({ errors, failedAsExpected }: VariantRecord): string[] {
  if (failedAsExpected === undefined || Object.keys(errors).length === 0) return [];
  const kinds = Object.entries(errors).map(([code, count]) => `${code} ${formatCount(count)}`);
  return [`failed by code: ${kinds.join(', ')}; expected ${formatCount(failedAsExpected)}`];
}

/** Where something happens that memory may have to be given back after. */
function isWatchingMemory(chaos: ChaosRecord | undefined): boolean {
  return chaos !== undefined && (chaos.fault !== null || chaos.restMs > 0);
}

function memoryOf({ hostRssBytes }: VariantRecord): string[] {
  if (hostRssBytes === undefined) return [];
  const { before, peak, after } = hostRssBytes;
  return [
    `the calling process held ${formatBytes(before)} before, ${formatBytes(peak)} at most, ` +
      `${formatBytes(after)} at the end`,
  ];
}

function sparedOf({ sparedP99Ns = null }: VariantRecord): string[] {
  if (sparedP99Ns === null) return [];
  const { quiet, disturbed } = sparedP99Ns;
  const times = quiet > 0 ? ` (${formatNumber(disturbed / quiet)} times as long)` : '';
  return [
    `p99 of the services that were spared: ${formatNs(quiet)} without faults, ` +
      `${formatNs(disturbed)} while others were down${times}`,
  ];
}

function driftOf({ drift = null, rounds, faults }: VariantRecord): string[] {
  const lengthMs = rounds.reduce((sum, { durationMs }) => sum + durationMs, 0);
  if (drift === null || faults !== 0 || lengthMs < SHORTEST_FOR_DRIFT_MS) return [];
  return [`drift an hour [95 %]: ${driftText(drift)}`];
}

function driftText(drift: DriftRecord): string {
  const { heapBytesPerHour, rssBytesPerHour, handlesPerHour, p99NsPerHour } = drift;
  return [
    `heap ${slopeText(heapBytesPerHour, formatBytes)}`,
    `resident ${slopeText(rssBytesPerHour, formatBytes)}`,
    `handles ${slopeText(handlesPerHour, formatNumber)}`,
    `p99 ${slopeText(p99NsPerHour, formatNs)}`,
  ].join(', ');
}

function slopeText({ median, low, high }: Slope, format: (value: number) => string): string {
  return `${format(median)} [${format(low)} to ${format(high)}]`;
}
