/**
 * What a report says about one scenario, as words and figures but without a format: the terminal
 * and the Markdown page are two ways to draw it, and can never disagree.
 *
 * A scenario of many cases is one table with a section a case. What holds for all of them (how to
 * read it, notes, thresholds) is said once, so that the figures are not lost among the words.
 *
 * Names are as the record has them; making them harmless is up to each format.
 */

import type { ScenarioRecord, VariantRecord } from '../results/run-record.ts';
import { type CaseRecord, measurementName, type ScenarioGroup } from '../results/scenario-group.ts';
import { type AccountsTable, accountsLegend, accountsOf, chaosRemarks } from './chaos-table.ts';
import { perCallText, percentileLegend, percentileText } from './latency-text.ts';
import {
  heldRemarks,
  isOpen,
  maxRateRemarks,
  OPEN_HEADER,
  OPEN_LEGEND,
  openCells,
} from './open-table.ts';
import { ratioBetween } from './ratio-between.ts';
import { batchLatenciesOf, legendOf, settingsOf } from './table-legend.ts';
import { marksOf, notesOf, type OwnedNote, type TableNote } from './table-notes.ts';
import { type ThresholdLine, thresholdLines } from './table-thresholds.ts';
import { formatBytes, formatInterval, formatNs, formatRatio } from './units.ts';

export interface ScenarioTable {
  readonly name: string;
  /** How it was run, as far as all cases share it: loop, concurrency, batch, payload, rounds. */
  readonly settings: string;
  readonly header: readonly string[];
  /** One a case. */
  readonly sections: readonly TableSection[];
  /** How to read the columns. */
  readonly legend: string;
  /** How long whole batches take; empty when calls are sent alone. */
  readonly batches: string;
  /** What became of every call; missing where that was not kept. */
  readonly accounts: AccountsTable | undefined;
  /** What rows have to tell beside their figures, a line each. */
  readonly remarks: readonly string[];
  readonly notes: readonly TableNote[];
  readonly thresholds: readonly ThresholdLine[];
}

export interface TableSection {
  /** The case; empty where the scenario does not name it. */
  readonly title: string;
  readonly rows: readonly TableRow[];
}

export interface TableRow {
  readonly variant: string;
  /** Marks of the notes that concern this row, such as `¹ ²`. */
  readonly marks: string;
  /** The other columns, as in the header. */
  readonly cells: readonly string[];
}

/** Variants that every other is set against, where they took part. */
const BASELINES = ['json', 'direct'];
const NOTHING = '–';

/** The table of one scenario, all its cases together. */
export function tabulateScenario({ name, cases }: ScenarioGroup): ScenarioTable {
  const records = cases.map(({ record }) => record);
  const variants = records.flatMap((record) => record.variants);
  const present = new Set(variants.map(({ variant }) => variant));
  const baselines = BASELINES.filter((baseline) => present.has(baseline) && present.size > 1);
  const notes = notesOf(variants);
  const isAtRate = records.every(isOpen);
  return {
    name,
    settings: settingsOf(records),
    header: [
      'variant',
      ...(isAtRate
        ? OPEN_HEADER
        : [
            'calls/s',
            'p50',
            'p99',
            'p99.9',
            'CPU',
            'alloc',
            ...baselines.map((baseline) => `vs ${baseline}`),
          ]),
    ],
    sections: cases.map((each) => sectionOf(each, baselines, notes)),
    legend: [
      isAtRate ? OPEN_LEGEND : legendOf(records, baselines.length > 0),
      ...percentileLegend(variants),
      accountsLegend(cases),
    ]
      .filter((part) => part !== '')
      .join('; '),
    batches: batchLatenciesOf(cases),
    accounts: accountsOf(cases),
    remarks: [...chaosRemarks(cases), ...openRemarks(cases)],
    notes,
    thresholds: thresholdLines(cases),
  };
}

function openRemarks(cases: readonly CaseRecord[]): string[] {
  return cases.flatMap(({ name, record }) =>
    record.variants.flatMap((variant) =>
      [...maxRateRemarks(variant), ...heldRemarks(variant)].map(
        (text) => `${measurementName(name, variant.variant)}: ${text}`,
      ),
    ),
  );
}

function sectionOf(
  { name, record }: CaseRecord,
  baselines: readonly string[],
  notes: readonly OwnedNote[],
): TableSection {
  return {
    title: name,
    rows: record.variants.map((variant) => ({
      variant: variant.variant,
      marks: marksOf(variant, notes),
      cells: isOpen(record)
        ? openCells(variant)
        : [
            ...figureCells(variant),
            ...baselines.map((baseline) => ratioCell(record, baseline, variant.variant)),
          ],
    })),
  };
}

function figureCells(variant: VariantRecord): string[] {
  return [
    formatInterval(variant.throughputPerSecond),
    percentileText(variant, 'p50'),
    percentileText(variant, 'p99'),
    percentileText(variant, 'p999'),
    perCallText(variant, formatNs(variant.cpuNsPerCall)),
    perCallText(variant, formatBytes(variant.allocatedBytesPerCall)),
  ];
}

function ratioCell(scenario: ScenarioRecord, baseline: string, variant: string): string {
  if (baseline === variant) return '×1';
  const ratio = ratioBetween(scenario, baseline, variant);
  return ratio === undefined ? NOTHING : formatRatio(ratio);
}
