/** Draws a run for the terminal: a table for each scenario, at most 120 columns wide. */

import Table from 'cli-table3';
import picocolors from 'picocolors';
import type { RunRecord, Validity } from '../results/run-record.ts';
import { groupByScenario, type ScenarioGroup } from '../results/scenario-group.ts';
import { inertText, wrapText } from './plain-text.ts';
import { type ScenarioTable, type TableRow, tabulateScenario } from './scenario-table.ts';
import { summarySentences } from './summary-sentences.ts';

export interface TextOptions {
  /** `ansi` paints with escape codes. Default: `none`. */
  readonly colour?: 'none' | 'ansi';
}

type Colours = ReturnType<typeof picocolors.createColors>;

const MAX_WIDTH = 120;
const MAX_NAME_WIDTH = 18;
/** Of the line about batches: enough for every variant of ten cases. */
const MAX_BATCHES_LENGTH = 4_000;
/** Names are cut down to this where figures and marks leave no more room. */
const MIN_NAME_WIDTH = 8;
const COLUMN_GAP = 2;

/** Every scenario, what the run says in two sentences, and whether to believe it. Ends with a newline. */
export function renderRunText(record: RunRecord, options: TextOptions = {}): string {
  const colours = coloursOf(options);
  const sentences = summarySentences(record).map((sentence) => wrapText(sentence, MAX_WIDTH));
  return [
    ...groupByScenario(record.scenarios).map((scenario) => renderScenarioText(scenario, options)),
    ...(sentences.length === 0 ? [] : [`${sentences.join('\n')}\n`]),
    renderValidityText(record.validity, colours),
  ].join('\n');
}

/** The table of one scenario, a section a case, with its notes and thresholds. Ends with a newline. */
export function renderScenarioText(scenario: ScenarioGroup, options: TextOptions = {}): string {
  const colours = coloursOf(options);
  const table = tabulateScenario(scenario);
  const note = (text: string) => wrapText(inertText(text, 400), MAX_WIDTH, '  ');
  return [
    `${colours.bold(inertText(table.name, 60))}  ${colours.dim(table.settings)}`,
    drawTable(table, colours),
    ...(table.accounts === undefined ? [] : [drawTable(table.accounts, colours)]),
    colours.dim(wrapText(inertText(table.legend, 1_000), MAX_WIDTH)),
    ...(table.batches === ''
      ? []
      : [wrapText(inertText(table.batches, MAX_BATCHES_LENGTH), MAX_WIDTH, '  ')]),
    ...table.remarks.map(note),
    ...table.notes.map(({ mark, text }) => colours.yellow(note(`${mark} ${text}`))),
    ...table.thresholds.map(({ passed, text }) =>
      passed ? colours.green(note(`✓ ${text}`)) : colours.red(note(`✗ ${text}`)),
    ),
    '',
  ].join('\n');
}

function renderValidityText({ verdict, reasons }: Validity, colours: Colours): string {
  if (verdict === 'valid') return `${colours.green('valid')}\n`;
  const paint = verdict === 'invalid' ? colours.red : colours.yellow;
  const meaning = verdict === 'invalid' ? 'do not use these numbers' : 'use with care';
  return [
    paint(`${verdict}: ${meaning}`),
    ...reasons.map((reason) => wrapText(`- ${inertText(reason, 400)}`, MAX_WIDTH, '  ')),
    '',
  ].join('\n');
}

/** The rows of all sections are one table, so that their columns line up; the titles go between. */
function drawTable(
  { header, sections }: Pick<ScenarioTable, 'header' | 'sections'>,
  colours: Colours,
): string {
  const rows = sections.flatMap((section) => section.rows);
  const indent = sections.some(({ title }) => title !== '') ? '  ' : '';
  const marksOf = ({ marks }: TableRow) => (marks === '' ? '' : ` ${marks}`);
  const figuresWidth = header
    .slice(1)
    .map((title, column) => longest([title, ...rows.map(({ cells }) => cells[column] ?? '')]))
    .reduce((sum, width) => sum + width, 0);
  const marksWidth = longest(rows.map(marksOf));
  /** What is left for names when columns are `gap` apart. */
  const roomWith = (gap: number) =>
    MAX_WIDTH - figuresWidth - gap * (header.length - 1) - indent.length - marksWidth;
  const nameWidth = Math.min(MAX_NAME_WIDTH, longest(rows.map(({ variant }) => variant)));
  const gap = roomWith(COLUMN_GAP) >= nameWidth ? COLUMN_GAP : 1;
  const cutTo = Math.max(MIN_NAME_WIDTH, Math.min(nameWidth, roomWith(gap)));
  const table = new Table({
    head: header.map((title) => colours.dim(title)),
    colAligns: header.map((_, column) => (column === 0 ? 'left' : 'right')),
    chars: { ...NO_BORDERS, middle: ' '.repeat(gap) },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) {
    const name = inertText(row.variant, cutTo);
    table.push([`${indent}${name}${colours.yellow(marksOf(row))}`, ...row.cells]);
  }
  // Cells hold no line breaks: a row is a line.
  const [head = '', ...lines] = table.toString().split('\n');
  const drawn = sections.flatMap(({ title, rows: { length } }) => [
    ...(title === '' ? [] : [colours.bold(inertText(title, 60))]),
    ...lines.splice(0, length),
  ]);
  return [head, ...drawn].join('\n');
}

function longest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(({ length }) => length));
}

export const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
};

function coloursOf({ colour = 'none' }: TextOptions): Colours {
  return picocolors.createColors(colour === 'ansi');
}
