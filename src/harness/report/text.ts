/** Draws a run for the terminal: a table for each scenario, at most 120 columns wide. */

import Table from 'cli-table3';
import picocolors from 'picocolors';
import type { RunRecord, ScenarioRecord, Validity } from '../results/run-record.ts';
import { inertText, wrapText } from './plain-text.ts';
import { type ScenarioTable, tabulateScenario } from './scenario-table.ts';
import { summarySentences } from './summary-sentences.ts';

export interface TextOptions {
  /** `ansi` paints with escape codes. Default: `none`. */
  readonly colour?: 'none' | 'ansi';
}

type Colours = ReturnType<typeof picocolors.createColors>;

const MAX_WIDTH = 120;
const MAX_NAME_WIDTH = 18;
const COLUMN_GAP = 2;

/** Every scenario, what the run says in two sentences, and whether to believe it. Ends with a newline. */
export function renderRunText(record: RunRecord, options: TextOptions = {}): string {
  const colours = coloursOf(options);
  const sentences = summarySentences(record).map((sentence) => wrapText(sentence, MAX_WIDTH));
  return [
    ...record.scenarios.map((scenario) => renderScenarioText(scenario, options)),
    ...(sentences.length === 0 ? [] : [`${sentences.join('\n')}\n`]),
    renderValidityText(record.validity, colours),
  ].join('\n');
}

/** The table of one scenario, with its notes and thresholds. Ends with a newline. */
export function renderScenarioText(scenario: ScenarioRecord, options: TextOptions = {}): string {
  const colours = coloursOf(options);
  const table = tabulateScenario(scenario);
  const note = (text: string) => wrapText(inertText(text, 400), MAX_WIDTH, '  ');
  return [
    `${colours.bold(inertText(table.name, 60))}  ${colours.dim(table.settings)}`,
    drawTable(table, colours),
    colours.dim(wrapText(table.legend, MAX_WIDTH)),
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

function drawTable({ header, rows }: ScenarioTable, colours: Colours): string {
  const cells = rows.map(({ variant, marks, cells: rest }) => [
    { name: inertText(variant, MAX_NAME_WIDTH), marks: marks === '' ? '' : ` ${marks}` },
    ...rest,
  ]);
  const lengthOf = (cell: (typeof cells)[number][number]) =>
    typeof cell === 'string' ? cell.length : cell.name.length + cell.marks.length;
  const width = header.reduce(
    (sum, title, column) =>
      sum + Math.max(title.length, ...cells.map((row) => lengthOf(row[column] ?? ''))),
    0,
  );
  const gap = width + COLUMN_GAP * (header.length - 1) <= MAX_WIDTH ? COLUMN_GAP : 1;
  const table = new Table({
    head: header.map((title) => colours.dim(title)),
    colAligns: header.map((_, column) => (column === 0 ? 'left' : 'right')),
    chars: { ...NO_BORDERS, middle: ' '.repeat(gap) },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of cells) {
    table.push(
      row.map((cell) =>
        typeof cell === 'string' ? cell : `${cell.name}${colours.yellow(cell.marks)}`,
      ),
    );
  }
  return table.toString();
}

const NO_BORDERS = {
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
